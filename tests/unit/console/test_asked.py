"""What a list is asked for: clean, kept in links, and never a reason to fail."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.console.view.asked import Asked
from qa_engine.domain import Band, Kind
from qa_engine.storage import InteractionFilter, State


def test_it_asks_for_what_the_query_says() -> None:
    asked = Asked.of({"q": " 8842 ", "kind": "call", "band": "flagged", "state": "done", "fatal": "1", "review": "1",
                      "flag": "dispute", "agent": "A017", "order": "score"})  # fmt: skip
    wanted = InteractionFilter(
        q="8842", kind=Kind.CALL, band=Band.FLAGGED, state=State.DONE, fatal=True, needs_review=True, flag="dispute",
        agent="A017", order="score",
    )  # fmt: skip
    assert asked.wanted("UTC") == wanted


@pytest.mark.parametrize(
    ("name", "value"),
    [("kind", "fax"), ("band", "PASS"), ("state", ""), ("fatal", "yes"), ("from", "2026-13-01"), ("to", "tomorrow"),
     ("from", "0001-01-01"), ("order", "newest"), ("colour", "red"), ("q", "\x00"), ("team", "   ")],
)  # fmt: skip
def test_what_cannot_be_meant_is_not_asked(name: str, value: str) -> None:
    assert Asked.of({name: value}).wanted("UTC") == InteractionFilter()


def test_days_begin_and_end_in_the_consoles_zone() -> None:
    wanted = Asked.of({"from": "2026-11-21", "to": "2026-11-21"}).wanted("Asia/Shanghai")
    assert wanted.received_from == datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert wanted.received_to == datetime(2026, 11, 21, 16, tzinfo=UTC)


def test_a_chip_drops_its_own_condition_and_keeps_the_others() -> None:
    asked = Asked.of({"band": "coach", "q": "a&b=c", "team": "售后"})
    without = {chip.value: dict(parse_qsl(urlsplit(chip.without).query)) for chip in asked.chips}
    assert without["coach"] == {"q": "a&b=c", "team": "售后"}
    assert without["a&b=c"] == {"band": "coach", "team": "售后"}


def test_more_conditions_stay_open_while_one_of_them_is_asked() -> None:
    assert Asked.of({"vendor": "x"}).more and not Asked.of({"q": "x"}).more


@given(
    st.dictionaries(
        st.sampled_from(["q", "kind", "band", "state", "from", "to", "team", "flag", "after", "x"]), st.text()
    )
)
def test_no_query_is_a_reason_to_fail_and_links_say_the_same_again(query: dict[str, str]) -> None:
    asked = Asked.of(query)
    again = Asked.of(dict(parse_qsl(urlsplit(asked.link()).query)))
    assert again.wanted("Asia/Shanghai") == asked.wanted("Asia/Shanghai")
