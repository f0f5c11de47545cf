"""Files become interactions once; the bad ones are named and stop nobody else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa_engine.errors import QAEngineError
from qa_engine.ingest.files import gather
from qa_engine.storage import SYSTEM, Accepted, Store
from tests.unit.workers.test_stages import sound
from workers.intake import Intake

CHATS = [
    {"id": "c1", "messages": [{"role": "customer", "text": "你好"}, {"role": "agent", "text": "您好"}]},
    {"id": "c2", "agent": "A7", "messages": [{"role": "customer", "text": "在吗"}]},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    kept = tmp_path / "in"
    kept.mkdir()
    (kept / "one.wav").write_bytes(sound())
    (kept / "one.json").write_text(json.dumps({"agent": "A1", "team": "T1", "id": "call-1", "queue": "退款"}))
    (kept / "chats.jsonl").write_text("\n".join(json.dumps(chat) for chat in CHATS))
    (kept / "empty.wav").write_bytes(b"")
    (kept / "broken.json").write_text("{")
    return kept


def take(store: Store, folder: Path, **told: object) -> list[Accepted | QAEngineError]:
    intake = Intake(store, told)
    return [result for source in gather([folder]) for result in intake.take(source)]


def test_it_takes_calls_with_their_sidecars_and_each_conversation_of_a_file(store: Store, folder: Path) -> None:
    results = take(store, folder)
    taken = {r.interaction.interaction.external_id: r.interaction for r in results if isinstance(r, Accepted)}
    assert set(taken) == {"call-1", "c1", "c2"}
    call = taken["call-1"].interaction
    assert (call.agent, call.team, call.metadata, call.source) == ("A1", "T1", {"queue": "退款"}, "one.wav")
    assert taken["c2"].interaction.agent == "A7"
    bad = [str(r) for r in results if isinstance(r, QAEngineError)]
    assert len(bad) == 2 and "empty.wav" in bad[1] + bad[0] and "broken.json" in bad[0] + bad[1]


def test_it_takes_nothing_twice(store: Store, folder: Path) -> None:
    take(store, folder)
    again = [result for result in take(store, folder) if isinstance(result, Accepted)]
    assert len(again) == 3 and all(result.duplicate for result in again)
    assert len(store.interactions(SYSTEM).rows) == 3


def test_what_is_said_of_all_wins(store: Store, folder: Path) -> None:
    take(store, folder, agent="A9", campaign="spring")
    rows = store.interactions(SYSTEM).rows
    assert {row.interaction.agent for row in rows} == {"A9"}
    assert {row.interaction.metadata["campaign"] for row in rows} == {"spring"}


def test_it_refuses_a_file_over_the_cap_without_keeping_it(store: Store, tmp_path: Path) -> None:
    big = tmp_path / "big.wav"
    with big.open("wb") as out:
        out.write(b"RIFF")
        out.truncate(501 << 20)
    (error,) = [result for source in gather([big]) for result in Intake(store, {}).take(source)]
    assert isinstance(error, QAEngineError) and "500 MiB" in str(error)
    assert [path for path in Path(store.settings.blobs).rglob("*") if path.is_file()] == []
