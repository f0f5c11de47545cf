"""Every hour the reconciler forgets what is old, piece by piece so that bells are rung in between."""

from __future__ import annotations

import pytest

from qa_engine.storage import Store, clock, pruning
from tests.unit.storage.cast import scored, take_chat
from tests.unit.storage.conftest import Clock
from workers.bell import Bell
from workers.reconciler import Reconciler


def test_it_goes_on_until_nothing_old_is_left(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    time = Clock()
    monkeypatch.setattr(clock, "now", time)
    monkeypatch.setattr(pruning.Pruning.forget_done, "__defaults__", (2,))
    for n in range(3):
        scored(store, take_chat(store, str(n)))
    reconciler = Reconciler(store, Bell("redis://127.0.0.1:9/0"), late_s=5)
    assert not reconciler.tidy()
    time.forward(31 * 86_400)
    assert [reconciler.tidy() for _ in range(3)] == [True, True, False]
