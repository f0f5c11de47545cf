"""Text is cut so that whatever holds a piece also holds the grams of that piece."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.storage.grams import MOST, asked, fold, grams_of, number, token, tokens

TEXTS = st.text(st.one_of(st.sampled_from("订单退款您好ab19 \n，"), st.characters()), max_size=60)


@pytest.mark.parametrize(
    ("told", "folded"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("Straße", "strasse"),
        ("  两 \t 个\n词 ", "两 个 词"),
        ("e\u0301", "é"),
        ("ﬁn", "fin"),
        ("nul\0", "nul"),
        ("half \ud83d", "half ?"),
        ("", ""),
        (" \u3000 ", ""),
    ],
)
def test_it_folds_width_case_and_space(told: str, folded: str) -> None:
    assert fold(told) == folded


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        ("举报", {"举", "报", "举报"}),
        ("a", {"a"}),
        ("ab", {"a", "b", "ab"}),
        ("gd12", {"g", "d", "1", "2", "gd", "d1", "12", "gd1", "d12"}),
        ("订单a1", {"订", "单", "a", "1", "订单", "单a", "a1"}),
        ("退\n款", {"退", "款"}),
        ("😀👍", {"😀", "👍", "😀👍"}),
        ("", set()),
    ],
)
def test_it_cuts_characters_pairs_and_latin_triples_of_lines(text: str, grams: set[str]) -> None:
    assert grams_of(text) == grams


@pytest.mark.parametrize(
    ("words", "grams"),
    [
        ("举", {"举"}),
        ("举报人", {"举报", "报人"}),
        ("refund", {"ref", "efu", "fun", "und"}),
        ("no 1", {"no", "o ", " 1"}),
        ("单号99", {"单号", "号9", "99"}),
        ("单号9912", {"单号", "号9", "991", "912"}),
    ],
)
def test_it_asks_for_what_tells_most(words: str, grams: set[str]) -> None:
    assert asked(words) == grams


@given(TEXTS, st.data())
def test_a_piece_asks_only_for_grams_that_its_text_has(text: str, data: st.DataObject) -> None:
    line = fold(text)
    start = data.draw(st.integers(0, len(line)))
    piece = fold(line[start : data.draw(st.integers(start, len(line)))])
    if piece and piece in line:
        assert asked(piece) <= grams_of(line)


def test_a_long_piece_asks_for_no_more_than_it_must() -> None:
    assert len(asked("".join(map(chr, range(0x4E00, 0x4F00))))) == MOST


@given(TEXTS)
def test_numbers_and_words_are_what_the_databases_take(text: str) -> None:
    grams = grams_of(fold(text))
    assert all(-(2**31) <= number(gram) < 2**31 for gram in grams)
    assert all(token(gram).isascii() and token(gram).isalnum() for gram in grams)
    assert set(tokens(fold(text)).split()) == {token(gram) for gram in grams}


def test_they_stay_what_they_are_for_indexes_outlive_us() -> None:
    assert (number("举报"), token("举报")) == (number("举报"), f"{number('举报') + 2**31:x}")
    assert token("ab") == "9e83486d"
    assert number("ab") == 0x9E83486D - 2**31
