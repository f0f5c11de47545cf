"""Who brings much waits for room instead of failing, says so once, and goes on by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa_engine.errors import QAEngineError
from qa_engine.storage import SYSTEM
from tests.databases import clean_store
from tests.unit.storage.cast import scored, take_chat
from workers import room
from workers.room import wait_for_room


def test_it_waits_until_there_is_room_and_says_so_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with clean_store("sqlite", tmp_path, max_waiting=2, min_free_mb=0) as store:
        waiting = [take_chat(store, "a"), take_chat(store, "b")]
        rests: list[float] = []

        def rest(seconds: float) -> None:
            rests.append(seconds)
            if len(rests) == 2:
                for accepted in waiting:
                    scored(store, accepted)
                store.quota._open.clear()

        monkeypatch.setattr(room.time, "sleep", rest)
        told: list[QAEngineError] = []
        wait_for_room(store, SYSTEM, 1, told.append)
        assert len(rests) == 2 and len(told) == 1
        assert "QA_ENGINE_MAX_WAITING" in str(told[0])
