"""Spellings of one number fold to one form; other numbers stay others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.evaluation.numbers import fold_numbers


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("一百二十点零零五五元", "120.0055元"),
        ("幺三八零", "1380"),
        ("一万", "1万"),
        ("三点五万", "3.5万"),
        ("百分之五十", "50%"),
        ("一千五", "1500"),
        ("一千零五", "1005"),
        ("二零二六年", "2026年"),
        ("两百五", "250"),
        ("十五", "15"),
        ("一万二千", "12,000"),
        ("三点五十", "3:50"),
        ("一亿两千万", "120000000"),
        ("一万零五十", "10050"),
        ("九十九块九", "99块9"),
        ("三点", "3点"),
    ],
)
def test_it_folds_spoken_and_written_alike(spoken: str, written: str) -> None:
    assert fold_numbers(spoken) == fold_numbers(written)


@pytest.mark.parametrize(
    ("one", "other"), [("一百二十", "一百零二"), ("十五", "五十"), ("一千五", "一千零五"), ("幺三八", "幺三九")]
)
def test_it_keeps_different_numbers_apart(one: str, other: str) -> None:
    assert fold_numbers(one) != fold_numbers(other)


@pytest.mark.parametrize("words", ["千万别挂", "万一", "千方百计", "订单"])
def test_it_leaves_words_that_are_no_numbers(words: str) -> None:
    assert any(c in fold_numbers(words) for c in words if c not in "一")


@given(st.text(alphabet="零一二两三十百千万亿点幺0123.,%:好", max_size=12))
def test_it_never_fails(text: str) -> None:
    assert isinstance(fold_numbers(text), str)
