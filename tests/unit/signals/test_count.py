"""What counts as a Hanzi, a word, content."""

from __future__ import annotations

import pytest

from qa_engine.signals.count import content_chars, hanzi_and_words, is_back_channel


@pytest.mark.parametrize(
    ("text", "language", "hanzi", "words"),
    [
        ("您好，请问？", "zh", 4, 0),
        ("订单号是12345", "zh", 9, 0),
        ("12345", "zh", 5, 0),
        ("我的iPhone坏了", "zh", 4, 1),
        ("VIP会员", "zh", 2, 1),
        ("Hello, how are you?", "en", 0, 4),
        ("It's the well-known one", "en", 0, 4),
        ("your code is 12,345", "en", 0, 4),
        ("", "zh", 0, 0),
        ("……！？", "zh", 0, 0),
        ("㐂𠮷", "zh", 2, 0),
    ],
)
def test_it_counts_hanzi_and_words(text: str, language: str, hanzi: int, words: int) -> None:
    assert hanzi_and_words(text, language) == (hanzi, words)


@pytest.mark.parametrize(
    ("text", "chars"),
    [
        ("嗯嗯", 0),
        ("好的，我知道了", 4),
        ("对，对不起", 3),
        ("啊这个", 2),
        ("Okay, right.", 0),
        ("Okay, so what", 6),
        ("", 0),
        ("。", 0),
    ],
)
def test_it_counts_content(text: str, chars: int) -> None:
    assert content_chars(text) == chars


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("嗯", True), ("是的是的", True), ("I see", True), ("是的我要", False), ("okra", False), ("", True)],
)
def test_it_knows_back_channels(text: str, is_one: bool) -> None:
    assert is_back_channel(text) is is_one
