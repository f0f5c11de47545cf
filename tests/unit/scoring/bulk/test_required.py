"""What an entry demands of a line never leaves out a line that it matches."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qa_engine.checkers.phrases import phrases
from qa_engine.domain import Dossier
from qa_engine.scoring.bulk import Batch, index, search
from qa_engine.scoring.bulk.lines import Lines
from qa_engine.scoring.bulk.needs import NOTHING
from qa_engine.scoring.bulk.required import required
from qa_engine.scoring.bulk.search import Finder, Source
from tests.unit.checkers.cast import chat

LINES = (
    "你好退款吗", "请您稍等片刻", "free refund", "K线 ſee", "退了 30 元", "a.b (c)", "吗", "订单号是 a12", "😀退款😀",
)  # fmt: skip


def dossier(*lines: str) -> Dossier:
    return chat(*(f"A: {line}" for line in lines))


def found(entry: str, lines: tuple[str, ...]) -> list[tuple[int, int, int]]:
    """The hits; looked up in the index first, as in a large batch."""
    text = Lines(Batch.of([dossier(*lines)]))
    finder, everywhere = Finder(Source(text)), np.ones(len(text), bool)
    with patch.object(search, "FEW", 0), patch.object(index, "SELDOM", 0):
        hits, said = finder.find((entry,), everywhere), finder.said((entry,), everywhere)
    assert sorted(set(hits.line.tolist())) == np.flatnonzero(said).tolist()
    return list(zip(hits.line.tolist(), hits.start.tolist(), hits.end.tolist(), strict=True))


def expected(entry: str, lines: tuple[str, ...]) -> list[tuple[int, int, int]]:
    view = Lines(Batch.of([dossier(*lines)]))
    texts = view.text.split("\n")[:-1]
    return [(n, a, b) for n, text in enumerate(texts) for a, b in phrases((entry,)).find(text)]


@pytest.mark.parametrize(
    "entry",
    [
        "退款", "吗", "refund", "see", "k线", "/退(款|货)/", "/(退|换)(款|货)了?/", "/[退换]款?/",
        "/您.{0,4}(订单|运单)号/", r"/[0-9]+ ?元/", r"/\bfree\b/", "/请(您|你)*稍/", "/(^|[,.])你/", "/吗$/",
        r"/a\.b \(c\)/", "/[^好]好/", "/(?:好|的){2,}/",
        r"/\p{Han}吗/", "/好{1,2}退/", "/x?退/", "/退款|^稍|订单/", "/订单号|(请|您){2}|[吗元]/", "/款😀|号/",
        "/(退|换|订)(款|单)/",
    ],
)  # fmt: skip
def test_it_finds_what_a_search_of_each_line_finds(entry: str) -> None:
    assert found(entry, LINES) == expected(entry, LINES)


@pytest.mark.parametrize("entry", ["/[^a]/", "/.*x?/", r"/\d+/", r"/\x{4f60}/", "/(?s).a/", "/É/", "/x*吗?y*好?/"])
def test_of_what_it_cannot_read_or_tell_nothing_is_demanded(entry: str) -> None:
    assert required((entry,)) == NOTHING


ATOMS = st.sampled_from(["退", "款", "a", ".", "[退货]", "[^款]", "(退|货款)", r"\d", "退款", "$", "(款|a)", "|"])
PATTERNS = st.lists(st.tuples(ATOMS, st.sampled_from(["", "", "?", "*", "+", "{2}", "{1,3}", "{0,2}"])), min_size=1)


@settings(max_examples=150, deadline=None)
@given(PATTERNS, st.lists(st.text("退款货a1 ", min_size=1, max_size=8).filter(str.strip), min_size=1, max_size=4))
def test_any_pattern_is_found_where_re2_finds_it(pattern: list[tuple[str, str]], lines: list[str]) -> None:
    entry = "/" + "".join(atom + times * (atom not in "$|") for atom, times in pattern) + "/"
    assume(not phrases((entry,)).automaton.search(""))  # as check_entry does
    assert found(entry, tuple(lines)) == expected(entry, tuple(lines))
