"""Lists show what is asked for, all of it, once, and only to those whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from qa_engine.domain import Band, Kind, Principal, UserRole
from qa_engine.errors import BadInput, Forbidden, NotFound
from qa_engine.storage import SYSTEM, InteractionFilter, State, Store, clock
from tests.databases import BOTH, clean_store
from tests.unit.storage.cast import (
    AGENT,
    LEAD,
    STRANGER,
    SUPERVISOR,
    VENDOR,
    card,
    claim,
    scored,
    take_call,
    take_chat,
)
from tests.unit.storage.conftest import Clock


def shown(store: Store, asker: Principal = LEAD, limit: int = 50, **wanted: Any) -> list[str]:
    """All sources over all pages."""
    after, found = None, []
    while True:
        page = store.interactions(asker, InteractionFilter(**wanted), after, limit)
        found += [row.interaction.external_id or row.id for row in page.rows]
        assert len(page.rows) <= limit
        if page.next is None:
            return found
        after = page.next


@pytest.fixture(scope="module", params=BOTH)
def seven(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for all tests that only look."""
    with clean_store(request.param, tmp_path_factory.mktemp("seven")) as store, pytest.MonkeyPatch.context() as patch:
        time = Clock()
        patch.setattr(clock, "now", time)
        yield fill(store, time)


def fill(store: Store, time: Clock) -> Store:
    """Seven interactions, a minute apart, of several people and fates."""
    scored(store, take_chat(store, external_id="a", agent="A1", team="T1", vendor="V1"), card(95))
    time.forward(60)
    scored(store, take_chat(store, external_id="b", agent="A2", team="T1"), card(75, flags=("needs_review",)))
    time.forward(60)
    scored(
        store,
        take_chat(store, external_id="c", agent="A1", customer_ref="C9", ticket="GD-100%"),
        card(0, fatal=("privacy",), flags=("fatal",)),
    )
    time.forward(60)
    take_call(store, external_id="d", team="T2", vendor="V1")
    time.forward(60)
    claim(store, take_chat(store, external_id="e", team="T2"))
    time.forward(60)
    scored(store, take_chat(store, external_id="f", agent="A3"), card(None))
    time.forward(60)
    scored(store, take_chat(store, external_id="g", agent="A3"), card(75))
    return store


START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, "gfedcba"),
        ({"kind": Kind.CALL}, "d"),
        ({"state": State.DONE}, "gfcba"),
        ({"state": State.WORKING}, "e"),
        ({"state": State.QUEUED}, "d"),
        ({"band": Band.COACH}, "gb"),
        ({"fatal": True}, "c"),
        ({"fatal": False, "state": State.DONE}, "gfba"),
        ({"flag": "needs_review"}, "b"),
        ({"flag": "privacy"}, "c"),
        ({"flag": "no such"}, ""),
        ({"needs_review": True}, "b"),
        ({"agent": "A1"}, "ca"),
        ({"agent": "a1"}, ""),
        ({"team": "T1"}, "ba"),
        ({"vendor": "V1"}, "da"),
        ({"customer_ref": "C9"}, "c"),
        ({"external_id": "f"}, "f"),
        ({"q": "CALL"}, "d"),
        ({"q": "100%"}, "c"),
        ({"q": "%"}, "c"),
        ({"q": "_"}, ""),
        ({"q": "  "}, "gfedcba"),
        ({"score_min": 75}, "gba"),
        ({"score_max": 75}, "gcb"),
        ({"score_min": 1, "score_max": 80}, "gb"),
        ({"received_from": START.replace(minute=2)}, "gfedc"),
        ({"received_to": START.replace(minute=2)}, "ba"),
        ({"order": "score"}, "cbga"),
        ({"order": "score", "agent": "A1"}, "ca"),
        ({"agent": "A1", "fatal": True}, "c"),
    ],
)
def test_it_shows_what_is_asked_for(seven: Store, wanted: dict[str, Any], expected: str) -> None:
    assert "".join(shown(seven, **wanted)) == expected
    assert "".join(shown(seven, limit=2, **wanted)) == expected


@pytest.mark.parametrize("after", ["", "x", "bm90IGpzb24", "W10", "eyJhIjoxfQ", "W251bGwsbnVsbF0", "\ud800", "é"])
def test_it_refuses_a_place_that_it_did_not_give(seven: Store, after: str) -> None:
    if after == "":
        assert seven.interactions(LEAD, after=after).rows
        return
    for order in ("newest", "score"):
        with pytest.raises(BadInput) as told:
            seven.interactions(LEAD, InteractionFilter(order=order), after)  # type: ignore[arg-type]
        assert told.value.where == "after"


@pytest.mark.parametrize(
    ("asker", "expected"),
    [
        (LEAD, "gfedcba"),
        (SYSTEM, "gfedcba"),
        (SUPERVISOR, "ba"),
        (AGENT, "ca"),
        (VENDOR, "da"),
        (STRANGER, ""),
        (Principal(id="x", tenant="default", role=UserRole.SUPERVISOR), ""),
        (Principal(id="x", tenant="default", role=UserRole.AGENT, team="T1"), ""),
        (Principal(id="x", tenant="default", role=UserRole.VENDOR_MANAGER, agent="A1"), ""),
        (Principal(id="x", tenant="elsewhere", role=UserRole.SUPERVISOR, team="T1"), ""),
    ],
)
def test_it_shows_each_only_their_own(seven: Store, asker: Principal, expected: str) -> None:
    assert "".join(shown(seven, asker)) == expected
    assert sum(seven.counts(asker)["kind"].values()) == len(expected)
    theirs = set(expected)
    for row in seven.interactions(LEAD).rows:
        if (row.interaction.external_id or "") in theirs:
            assert seven.interaction(asker, row.id).id == row.id
            continue
        for look in (
            seven.interaction,
            seven.transcript,
            seven.signals,
            seven.waveform,
            seven.scorecard,
            seven.scorecards,
            seven.open_audio,
        ):
            with pytest.raises(NotFound):
                look(asker, row.id)


def test_it_shows_nothing_to_a_key_that_may_only_write(seven: Store) -> None:
    writer = Principal(id="key:w", tenant="default", role=UserRole.SERVICE, scopes=frozenset({"write"}))
    with pytest.raises(Forbidden):
        seven.interactions(writer)
    with pytest.raises(Forbidden):
        seven.transcript(writer, seven.interactions(LEAD).rows[0].id)


def test_it_tells_the_progress_of_those_that_are_not_done(seven: Store) -> None:
    rows = {row.interaction.external_id: row for row in seven.interactions(LEAD).rows}
    assert rows["e"].job is not None and rows["e"].job.state == "leased"
    assert rows["a"].job is None


def test_it_counts_by_state_band_and_kind(seven: Store) -> None:
    counted = seven.counts(LEAD)
    assert counted["state"] == {"done": 5, "queued": 1, "working": 1}
    assert counted["band"] == {"pass": 1, "coach": 2, "flagged": 1}
    assert counted["kind"] == {"call": 1, "chat": 6}


def test_it_shows_every_page_once_while_new_ones_come_in(tmp_path: Path, time: Clock) -> None:
    with clean_store("sqlite", tmp_path) as store:
        fill(store, time)
        first = store.interactions(LEAD, limit=3)
        take_chat(store, external_id="h")
        rest = store.interactions(LEAD, after=first.next, limit=50)
        assert "".join(row.interaction.external_id or "" for row in (*first.rows, *rest.rows)) == "gfedcba"
