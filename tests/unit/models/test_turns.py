"""Turns end at pauses and where the other side speaks; Chinese text gets the marks that pauses call for."""

import itertools

import pytest

from models.asr.options import TurnOptions
from models.asr.turns import build_turns, is_question, merge_same, part_sentences
from models.asr.units import Unit
from qa_engine.domain import Role, Turn, TurnKind, Word

OPTIONS = TurnOptions()
ROLES = {0: Role.AGENT, 1: Role.CUSTOMER}


def spoken(text: str, at: float, each: float = 0.2) -> list[Unit]:
    return [Unit(Word(c, at + i * each, at + (i + 1) * each, 0.8)) for i, c in enumerate(text)]


def test_it_orders_both_channels_by_time_and_names_the_roles() -> None:
    words = {1: spoken("我要退款", 2.0), 0: spoken("您好", 0.0) + spoken("好的", 4.0)}
    turns = build_turns(words, ROLES, "zh", OPTIONS)
    assert [(t.index, t.role, t.text, t.channel) for t in turns] == [
        (0, Role.AGENT, "您好。", 0),
        (1, Role.CUSTOMER, "我要退款。", 1),
        (2, Role.AGENT, "好的。", 0),
    ]
    assert all(t.kind is TurnKind.SPEECH and t.words for t in turns)
    assert (turns[1].start, turns[1].end, turns[1].confidence) == (2.0, 2.8, 0.8)


@pytest.mark.parametrize(
    ("gap", "other_between", "texts"),
    [
        (0.2, False, ["您好请问"]),
        (0.4, False, ["您好，请问"]),
        (0.7, False, ["您好。请问"]),
        (0.9, False, ["您好。", "请问"]),
        (0.4, True, ["您好。", "请问"]),
    ],
)
def test_it_ends_a_turn_at_a_pause_or_an_answer(gap: float, other_between: bool, texts: list[str]) -> None:
    mine = spoken("您好", 0.0) + spoken("请问", 0.4 + gap)
    words = {0: mine, 1: [Unit(Word("嗯", 0.41, 0.41 + gap - 0.1, 0.9))] if other_between else []}
    agent = [t.text for t in build_turns(words, ROLES, "zh", OPTIONS) if t.role is Role.AGENT]
    assert [text.rstrip("。？") for text in agent] == [text.rstrip("。") for text in texts]


def test_an_unfinished_english_sentence_goes_on_over_a_pause() -> None:
    words = [Unit(Word("the", 0, 0.3, 0.9)), Unit(Word("light", 1.5, 1.9, 0.9), "."), Unit(Word("And", 2.9, 3.1, 0.9))]
    turns = build_turns({0: words, 1: []}, ROLES, "en", OPTIONS)
    assert [t.text for t in turns] == ["the light.", "And"]


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("您还有其他问题吗", True),
        ("请问有什么可以帮您", True),
        ("多少钱", True),
        ("我要退款", False),
        ("没什么", False),
        ("什么的", False),
    ],
)
def test_it_tells_questions_from_statements(sentence: str, question: bool) -> None:
    assert is_question(sentence) is question


def test_one_channel_is_cut_finely_and_put_together_by_role() -> None:
    parts = part_sentences(spoken("您好", 0) + spoken("请问", 0.8) + spoken("我要退款", 1.7), 0, "zh", OPTIONS)
    assert [t.text for t in parts] == ["您好。", "请问？", "我要退款。"]
    roles = (Role.AGENT, Role.AGENT, Role.CUSTOMER)
    given = [
        Turn(index=t.index, role=r, text=t.text, start=t.start, end=t.end, words=t.words)
        for t, r in zip(parts, roles, strict=True)
    ]
    merged = merge_same(given, "zh", OPTIONS)
    assert [(t.index, t.role, t.text) for t in merged] == [
        (0, Role.AGENT, "您好。请问？"),
        (1, Role.CUSTOMER, "我要退款。"),
    ]
    assert len(merged[0].words) == 4


@pytest.mark.parametrize(
    ("first", "second", "texts"),
    [
        ("还有其他可以帮您的", "吗好的再见", ["还有其他可以帮您的吗？", "好的再见。"]),
        ("四点之前是", "吧", ["四点之前是吧。"]),
        ("还有其他可以帮您的", "好吗", ["还有其他可以帮您的。", "好吗？"]),
    ],
)
def test_it_brings_an_enclitic_behind_a_pause_back_to_its_clause(first: str, second: str, texts: list[str]) -> None:
    mine = spoken(first, 0.0) + spoken(second, len(first) * 0.2 + 2.0)
    turns = build_turns({0: mine}, ROLES, "zh", OPTIONS)
    assert [t.text for t in turns] == texts
    assert all(a.end <= b.start for a, b in itertools.pairwise(turns))
