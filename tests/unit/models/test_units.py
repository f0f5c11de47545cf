"""What a word is, in Chinese, in English and in both at once."""

import pytest

from models.asr.recognizer import TimedToken
from models.asr.units import joined, simplified, to_units


def tokens(*texts: str) -> list[TimedToken]:
    return [TimedToken(text, float(i), i + 1.0, 0.9) for i, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("pieces", "words", "text"),
    [
        (["您好", "，", "请", "问"], ["您", "好", "请", "问"], "您好，请问"),
        ([" Thank", " you", "."], ["Thank", "you"], "Thank you."),
        (["我的", "A", "PP", "打不开"], ["我", "的", "APP", "打", "不", "开"], "我的APP打不开"),
        (["1", "2", "0", "元"], ["120", "元"], "120元"),
        ([" ma", "'am", ","], ["ma'am"], "ma'am,"),
        ([" between", " $25", " and"], ["between", "$25", "and"], "between $25 and"),
        ([" 50%", " off"], ["50%", "off"], "50% off"),
        ([' "', "hello", '"'], ["hello"], "hello"),
        (["iPhone", " 13"], ["iPhone", "13"], "iPhone 13"),
        (["好", "。", "。"], ["好"], "好。"),
        ([" e", "-mail"], ["e-mail"], "e-mail"),
        ([], [], ""),
        (["。"], [], ""),
    ],
)
def test_it_splits_words_and_keeps_marks(pieces: list[str], words: list[str], text: str) -> None:
    units = to_units(tokens(*pieces))
    assert [unit.text for unit in units] == words
    assert joined(units, wide=any("\u3400" <= c <= "\u9fff" for c in text)) == text


def test_it_shares_the_time_of_a_token_among_its_hanzi() -> None:
    units = to_units([TimedToken("客服，中心", 1.0, 3.0, 0.5)])
    assert [(u.text, u.start, u.end, u.mark) for u in units] == [
        ("客", 1.0, 1.5, ""),
        ("服", 1.5, 2.0, "，"),
        ("中", 2.0, 2.5, ""),
        ("心", 2.5, 3.0, ""),
    ]


def test_a_word_of_several_tokens_is_as_sure_as_its_least_sure_part() -> None:
    (unit,) = to_units([TimedToken(" Plat", 0, 1, 0.9), TimedToken("inum", 1, 2, 0.4)])
    assert (unit.text, unit.start, unit.end, unit.word.confidence) == ("Platinum", 0, 2, 0.4)


def test_it_writes_simplified_and_lets_phrases_decide() -> None:
    assert joined(simplified(to_units(tokens("請問", "訂單", "乾隆", "後"))), wide=True) == "请问订单乾隆后"
