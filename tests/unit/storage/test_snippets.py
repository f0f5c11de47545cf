"""A search shows where its words were said, to those who may see it."""

from __future__ import annotations

import pytest

from qa_engine.storage import InteractionFilter, Store
from qa_engine.storage.snippets import AROUND, Snippet
from tests.unit.storage.cast import AGENT, LEAD, STRANGER, take_chat


def shown(store: Store, words: str, asker=LEAD) -> list[Snippet]:
    rows = store.interactions(LEAD, InteractionFilter()).rows
    return list(store.snippets(asker, rows, words).values())


@pytest.mark.parametrize(
    ("words", "snippet"),
    [
        ("退款", Snippet("我要", "退款", ",现在就要")),
        ("ＲＥＦＵＮＤ", Snippet("a ", "refund", " please")),
        ("好", Snippet("您", "好", "")),
    ],
)
def test_it_shows_the_first_line_that_holds_the_words(store: Store, words: str, snippet: Snippet) -> None:
    take_chat(store, "您好", "我要退款，现在就要", "退款", "A Refund please", external_id="好", agent="退款专员")
    assert shown(store, words) == [snippet]


def test_it_cuts_a_long_line_on_both_sides(store: Store) -> None:
    take_chat(store, "前" * 100 + "退款" + "后" * 100)
    assert shown(store, "退款") == [Snippet("…" + "前" * AROUND, "退款", "后" * AROUND + "…")]


@pytest.mark.parametrize("words", ["", "  ", "没有", "小王"])
def test_it_shows_nothing_where_no_line_holds_them(store: Store, words: str) -> None:
    take_chat(store, "我要退款", agent="小王")
    assert shown(store, words) == []


@pytest.mark.parametrize("asker", [AGENT, STRANGER])
def test_it_shows_nobody_what_is_not_theirs(store: Store, asker) -> None:
    take_chat(store, "我要退款", agent="A2")
    assert len(shown(store, "退款")) == 1
    assert shown(store, "退款", asker) == []
