"""Each operator by example: rows of what it must find and the near misses that it must not."""

# ruff: noqa: E501  (a row of a table is one line)

from __future__ import annotations

import pytest

from qa_engine.checkers.base import Instruments, Truth
from qa_engine.domain import Overlap, Role, Signals, Silence, SpeakerSignals, TurnEmotion, TurnSignals
from qa_engine.rubric.operator import operators
from tests.unit.checkers.cast import Letters, ask, call, chat

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN

SAYS = [
    ("{says: 您好}", ["A: 您好"], T),
    ("{says: {words: [您好]}}", ["C: 您好", "A: 嗯"], F),
    ("{says: {words: [您好], who: anyone}}", ["C: 您好", "A: 嗯"], T),
    ("{says: {words: [ABC]}}", ["A: ａｂｃ"], T),
    ("{says: {words: [hi]}}", ["A: this"], F),
    ("{says: {words: [甲, 乙, 丙], need: all}}", ["A: 甲乙", "C: 嗯", "A: 丙"], T),
    ("{says: {words: [甲, 乙, 丙], need: 2}}", ["A: 甲", "C: 乙"], F),
    ("{says: {words: [好], times: 2}}", ["A: 好", "C: 嗯", "A: 好"], T),
    ("{says: {words: [好], times: 2}}", ["A: 好"], F),
    ("{says: {words: [保证], unless: [不能保证]}}", ["A: 不能保证"], F),
    ("{says: {words: [保证], unless: [不能保证]}}", ["A: 不能保证那个，保证这个"], T),
    ("{says: {words: [保证], unless_in_sentence: [如果]}}", ["A: 如果通过就保证。"], F),
    ("{says: {words: [保证], unless_in_sentence: [如果]}}", ["A: 如果通过。保证赔。"], T),
    ("{says: {words: [退款], beside: [明天]}}", ["A: 退款。明天再说。"], F),
    ("{says: {words: [退款], beside: [明天]}}", ["A: 明天退款。"], T),
    ("{says: {words: [滚], quoted: false}}", ["A: 您说的“滚”不合适"], F),
    ("{says: {words: [您], share: 0.6}}", ["A: 您好", "C: 嗯", "A: 是"], F),
    ("{says: {words: [您], share: 0.5}}", ["A: 您好", "C: 嗯", "A: 是"], T),
    ("{says: {words: [再见], last_turns: 1}}", ["A: 再见", "C: 嗯", "A: 好"], F),
    ("{says: {words: [再见], first_turns: 1}}", ["A: 再见", "C: 嗯", "A: 好"], T),
    ("{says: {words: [是], final: true, who: customer}}", ["C: 是", "A: 好"], F),
    ("{says: {words: [是], final: true, who: customer}}", ["A: 好", "C: 是"], T),
    ("{says: {words: [好], after: {when: {says: {words: [退], who: customer}}, turns: 1}}}", ["C: 退", "A: 嗯", "C: 呢", "A: 好"], F),
    ("{says: {words: [好], after: {when: {says: {words: [退], who: customer}}, turns: 2}}}", ["C: 退", "A: 嗯", "C: 呢", "A: 好"], T),
    ("{says: {words: [好], before: {when: {says: {words: [退], who: customer}}}}}", ["C: 退", "A: 好"], F),
    ("{not_says: {words: [您好]}}", ["A: 嗯"], T),
    ("{not_says: {words: [您好]}}", ["A: 您好"], F),
]  # fmt: skip

OTHERS = [
    ("{sequence: {first: {says: 甲}, then: {says: 乙}}}", ["A: 甲", "C: 嗯", "A: 乙"], T),
    ("{sequence: {first: {says: 甲}, then: {says: 乙}}}", ["A: 乙", "C: 嗯", "A: 甲"], F),
    ("{sequence: {first: {says: 甲}, then: {says: 乙}, within_turns: 1}}", ["A: 甲", "C: 嗯", "A: 乙"], F),
    ("{sequence: {first: {says: 甲}, then: {says: 乙}, missing: true}}", ["A: 甲", "C: 嗯"], T),
    ("{sequence: {first: {says: 甲}, then: {says: 乙}, missing: true}}", ["A: 甲乙"], F),
    ("{distance: {one: {says: 甲}, other: {says: 乙}, turns: 0}}", ["A: 甲", "A: 乙"], T),
    ("{distance: {one: {says: 甲}, other: {says: 乙}, turns: 0}}", ["A: 甲", "C: 嗯", "A: 乙"], F),
    ("{repetition: {who: customer}}", ["C: 我的快递什么时候能到", "A: 稍等", "C: 我的快递什么时候能到啊"], T),
    ("{repetition: {who: customer}}", ["C: 我的快递什么时候能到", "C: 我的快递什么时候能到啊"], F),
    ("{repetition: {who: customer}}", ["C: 好的", "A: 稍等", "C: 好的"], F),
    ("{asks_again: {words: [请], topics: {n: [订单号]}}}", ["A: 请报订单号", "C: 123", "A: 请报订单号"], T),
    ("{asks_again: {words: [请], topics: {n: [订单号]}}}", ["A: 请报订单号", "C: 123", "A: 请报地址"], F),
    ("{asks_again: {words: [请], topics: {n: [订单号]}}}", ["A: 请报订单号", "C: 123", "A: 订单号对"], F),
    ("{asks_again: {words: [请], topics: {n: [订单号]}, given: true, answers: {n: ['/[0-9]{3}/']}}}", ["C: 单号123", "A: 请报订单号"], T),
    ("{asks_again: {who: customer, words: [吗], answered: false, topics: {n: [发票]}, answers: {n: [开]}}}", ["C: 有发票吗", "A: 稍等", "C: 有发票吗"], T),
    ("{asks_again: {who: customer, words: [吗], answered: false, topics: {n: [发票]}, answers: {n: [开]}}}", ["C: 有发票吗", "A: 能开", "C: 发票纸质吗"], F),
    ("{echo: {marks: [对吗]}}", ["C: 我想换一双大一号的鞋子", "A: 您是想换一双大一号的鞋子对吗"], T),
    ("{echo: {marks: [对吗]}}", ["C: 我想换一双大一号的鞋子", "A: 您的地址没变对吗"], F),
    ("{contradiction: {}}", ["A: 退款三天到账您的银行卡。", "C: 嗯", "A: 退款七天到账您的银行卡。"], T),
    ("{contradiction: {}}", ["A: 退款三天到账您的银行卡。", "C: 嗯", "A: 退款三天到账您的银行卡。"], F),
    ("{contradiction: {opposites: [[可以, 不可以]]}}", ["A: 这个商品可以七天无理由退货。", "A: 这个商品不可以七天无理由退货。"], T),
    ("{contradiction: {opposites: [[可以, 不可以]]}}", ["A: 这个商品可以七天无理由退货吗？", "A: 这个商品不可以七天无理由退货。"], F),
    ("{echo: {who: customer, own: true, at_least: 1, share: 0.6, ignore: [the, one]}}", ["C: a refund for the lamp", "A: which item?", "C: the lamp"], T),
    ("{echo: {who: customer, own: true, at_least: 1, share: 0.6}}", ["C: a refund for the lamp", "A: is it the lamp?", "C: the lamp"], F),
    ("{echo: {who: customer, own: true, at_least: 1, share: 0.6, ignore: [a, the], unless: ['/[?]/']}}", ["C: a refund for the lamp", "A: which item?", "C: the lamp?"], F),
    ("{echo: {who: customer, own: true, at_least: 1, share: 0.6, ignore: [a, the], times: 2}}", ["C: a refund for the lamp", "A: which item?", "C: the lamp"], F),
    ("{echo: {who: customer, own: true, at_least: 1, share: 0.6, ignore: [a, the], times: 2}}", ["C: the lamp", "A: which?", "C: the lamp", "A: what?", "C: the lamp"], T),
    ("{echo: {who: customer, own: true, at_least: 1, share: 0.6}}", ["C: a refund for it", "A: which item?", "C: green lamp"], F),
    ("{clash: {one: [free, included], other: ['/[$][0-9]+/'], ignore: [is, the, and]}}", ["A: Breakfast is included.", "C: ok", "A: Breakfast is $15."], T),
    ("{clash: {one: [free, included], other: ['/[$][0-9]+/'], ignore: [is, the, and]}}", ["A: Breakfast is included.", "C: ok", "A: Parking is $15."], F),
    ("{clash: {one: [free], other: ['/[$][0-9]+/'], ignore: [is, it, costs]}}", ["A: Assembly is free.", "C: ok", "A: Assembly works, it costs $40."], T),
    ("{clash: {one: [free], other: ['/[$][0-9]+/'], ignore: [is, it, costs]}}", ["A: Assembly is free.", "C: ok", "A: Assembly works. It costs $40."], F),
    ("{clash: {one: [free, included], other: ['/[$][0-9]+/'], unless: [if]}}", ["A: Breakfast is included.", "C: ok", "A: Breakfast is $15 if you come late."], F),
    ("{clash: {one: [free, included], other: ['/[$][0-9]+/']}}", ["A: Breakfast is included.", "C: ok", "A: Breakfast for $15, was it?"], F),
    ("{clash: {values: ['/[0-9]+ days/']}}", ["A: Returns take 14 days.", "A: Returns take 30 days."], T),
    ("{clash: {values: ['/[0-9]+ days/']}}", ["A: Returns take 14 days.", "A: Returns take 14 days."], F),
    ("{clash: {values: ['/[0-9.]+%/'], subjects: ['/[一三五]年/']}}", ["A: 定期三年利率2.35%。", "C: 嗯", "A: 按2.15%算三年。"], T),
    ("{clash: {values: ['/[0-9.]+%/'], subjects: ['/[一三五]年/']}}", ["A: 定期三年利率2.35%。", "C: 嗯", "A: 五年是2.75%。"], F),
    ("{clash: {values: ['/[0-9.]+%/'], subjects: ['/[一三五]年/']}}", ["A: 定期利率2.35%。", "C: 嗯", "A: 活期利率0.2%。"], F),
    ("{leaves_open: {who: customer, asking: ['/[?]|how much/'], joints: ['/and how/'], ignore: [do, you, is, to, we]}}", ["C: do you ship to Norway and how much is express?", "A: We ship to Norway."], F),
    ("{leaves_open: {who: customer, asking: ['/[?]|do you|how much/'], joints: ['/and how/'], ignore: [do, you, is, to, we, and]}}", ["C: do you ship to Norway and how much is express?", "A: We ship to Norway."], T),
    ("{leaves_open: {who: customer, asking: ['/[?]|do you|how much/'], joints: ['/and how/'], ignore: [do, you, is, to, we, and]}}", ["C: do you ship to Norway and how much is express?", "A: We ship to Norway and the fast one costs 9."], F),
    ("{leaves_open: {who: customer, asking: ['/[?]|do you|how much/'], joints: ['/and how/'], ignore: [do, you, is, to, we, and]}}", ["C: do you ship to Norway and how much is express?", "A: Express to Norway is 9."], F),
    ("{turn_count: {who: agent, at_least: 2}}", ["A: 好", "A: 好", "C: 嗯"], F),
    ("{turn_count: {who: agent, at_least: 2}}", ["A: 好", "C: 嗯", "A: 好"], T),
    ("{turn_length: {at_least: 5}}", ["A: 一二三四五六"], T),
    ("{turn_length: {at_least: 6}}", ["A: 一二三四五六"], F),
    ("{last_word: agent}", ["C: 嗯", "A: 好", "C: [微笑]"], T),
    ("{last_word: agent}", ["A: 好", "C: 嗯"], F),
    ("{form: chat}", ["A: 好"], T),
    ("{form: call}", ["A: 好"], F),
    ("{form: {timed: true}}", ["A: 好"], F),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "lines", "truth"), SAYS + OTHERS)
def test_it_answers_as_the_row_says(condition: str, lines: list[str], truth: Truth) -> None:
    assert ask(condition, chat(*lines)).truth is truth


@pytest.mark.parametrize(
    ("condition", "meta", "truth"),
    [
        ("{metadata: authenticated}", {"authenticated": True}, T),
        ("{metadata: authenticated}", {"authenticated": "false"}, F),
        ("{metadata: authenticated}", {}, F),
        ("{metadata: {field: rating, below: 3}}", {"rating": "2"}, T),
        ("{metadata: {field: rating, below: 3}}", {"rating": 3}, F),
        ("{metadata: {field: rating, below: 3, absent: unknown}}", {}, U),
        ("{metadata: {field: queue, one_of: [vip, gold]}}", {"queue": "VIP"}, T),
        ("{metadata: {field: rating, below: 3}}", {"rating": "good"}, U),
    ],
)
def test_it_reads_metadata(condition: str, meta: dict[str, object], truth: Truth) -> None:
    assert ask(condition, chat("A: 好", meta=meta)).truth is truth


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ("{response_time: 60}", T),
        ("{response_time: 90}", F),
        ("{response_time: {longer_than: 60, times: 2}}", F),
        ("{response_time: {longer_than: 60, who: customer}}", F),
        ("{response_time: {longer_than: 10, times: 2}}", T),
        ("{response_time: {longer_than: 60, excused: [稍等]}}", F),
    ],
)
def test_it_times_answers_from_the_first_unanswered_words(condition: str, truth: Truth) -> None:
    lines = ("C: 在吗", "A: 请稍等", "C: 好", "C: 人呢", "A: 来了")
    assert ask(condition, chat(*lines, times=(0, 20, 25, 70, 100))).truth is truth


def voice() -> Signals:
    agent = SpeakerSignals(
        turns=2, hanzi=100, words=0, speech_s=30, talk_ratio=0.7, rate_hanzi_per_min=310, pitch_hz=200,
        pitch_sd_semitones=1.0, loudness_sd_db=8,
    )  # fmt: skip
    return Signals(
        acoustic=True,
        timed=True,
        duration_s=60,
        overlap_s=4,
        speakers={Role.AGENT: agent},
        turns=(
            TurnSignals(
                turn=0, speech_s=3, loudness_dbfs=-30, loudness_jump_db=0, pitch_hz=200, pitch_sd_semitones=0.5
            ),
            TurnSignals(
                turn=2, speech_s=3, loudness_dbfs=-10, loudness_jump_db=10, pitch_hz=300, pitch_sd_semitones=0.5
            ),
            TurnSignals(turn=4, speech_s=0.4, loudness_jump_db=20, pitch_hz=400),
        ),
        silences=(
            Silence(start=2, end=14, due=Role.AGENT, before=0, after=1),
            Silence(start=20, end=40, due=Role.AGENT, before=1, after=2, announced=True),
            Silence(start=41, end=59, due=Role.AGENT, before=2, after=None),
        ),
        overlaps=(
            Overlap(start=5, end=7, by=Role.AGENT, turn=2, over_turn=1, content_chars=6, back_channel=False),
            Overlap(start=8, end=10, by=Role.AGENT, turn=2, over_turn=1, content_chars=2, back_channel=True),
            Overlap(start=9, end=9.5, by=Role.AGENT, turn=2, over_turn=1, content_chars=6, back_channel=False),
            Overlap(start=8, end=12, by=Role.CUSTOMER, turn=1, over_turn=0, content_chars=6, back_channel=False),
        ),
        emotions=(TurnEmotion(1, "anger", -0.9, 0.9), TurnEmotion(3, "anger", -0.8, 0.3)),
    )


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ("{silence: {longer_than: 10, announced: false}}", T),
        ("{silence: {longer_than: 10, announced: false, times: 2}}", F),
        ("{silence: {longer_than: 10, announced: false, inner: false, times: 2}}", T),
        ("{silence: {longer_than: 12, announced: false}}", F),
        ("{interruption: 1}", T),
        ("{interruption: 2}", F),
        ("{interruption: {times: 2, min_seconds: 0.4}}", T),
        ("{rate: {above: 300}}", T),
        ("{rate: {at_most: 300}}", F),
        ("{rate: {above: 300, min_speech_s: 40}}", U),
        ("{rate: {above: 300, who: customer}}", U),
        ("{speech_time: {at_least: 20}}", T),
        ("{speech_time: {who: customer, below: 20}}", T),
        ("{talk_ratio: {above: 0.6}}", T),
        ("{talk_ratio: {who: customer, above: 0.6}}", U),
        ("{loudness: {above: 9}}", T),
        ("{loudness: {above: 9, times: 2}}", F),
        ("{loudness: {measure: spread, above: 7}}", T),
        ("{loudness: {measure: rise, above: 6}}", T),
        ("{loudness: {measure: rise, above: 13}}", F),
        ("{pitch: {below: 1.2}}", T),
        ("{pitch: {below: 0.6, share: 0.9}}", T),
        ("{pitch: {measure: rise, above: 6}}", T),
        ("{pitch: {measure: rise, above: 8}}", F),
        ("{duration: {at_least: 60}}", T),
        ("{duration: {below: 60}}", F),
        ("{emotion: {who: customer, labels: [anger]}}", T),
        ("{emotion: {who: customer, labels: [anger], times: 2}}", U),
        ("{emotion: {who: customer, labels: [joy]}}", F),
        ("{emotion: {who: agent, labels: [anger]}}", F),
    ],
)
def test_it_weighs_the_voice(condition: str, truth: Truth) -> None:
    dossier = call("A: 您好", "C: 你好", "A: 请讲", "C: 我说", "A: 嗯", signals=voice())
    assert ask(condition, dossier).truth is truth


@pytest.mark.parametrize(
    "condition",
    ["{silence: 10}", "{interruption: 1}", "{rate: {above: 1}}", "{emotion: {}}", "{pitch: {above: 1}}",
     "{loudness: {above: 1}}", "{talk_ratio: {above: 1}}", "{speech_time: {above: 1}}", "{response_time: 1}",
     "{duration: {above: 1}}", "{means: {like: [好]}}"],
)  # fmt: skip
def test_it_says_unknown_where_nothing_was_measured(condition: str) -> None:
    verdict = ask(condition, chat("A: 您好", "C: 你好"))
    assert verdict.truth is U
    assert verdict.reason.zh
    assert verdict.reason.en


@pytest.mark.parametrize(
    ("line", "truth"), [("A: 给您添麻烦了非常抱歉", T), ("A: 麻烦您提供单号", F), ("A: 好", F)]
)  # fmt: skip
def test_it_finds_a_meaning_near_an_example_and_not_near_what_is_unlike(line: str, truth: Truth) -> None:
    condition = "{means: {like: [非常抱歉给您添麻烦], unlike: [麻烦您提供一下单号], at_least: 0.8, margin: 0.1}}"
    assert ask(condition, chat(line), Instruments(Letters())).truth is truth


def test_meaning_is_looked_for_after_the_anchor_and_not_before_it_in_the_same_turn() -> None:
    condition = "{means: {like: [非常抱歉给您添麻烦], at_least: 0.8, after: {when: {says: {words: [已经查到]}}}}}"
    before, after = "A: 非常抱歉给您添麻烦。已经查到了", "A: 已经查到了。非常抱歉给您添麻烦"
    assert [ask(condition, chat(said), Instruments(Letters())).truth for said in (before, after)] == [F, T]


def test_every_operator_tells_what_it_does_and_what_each_field_means() -> None:
    for name, operator in operators().items():
        assert operator.__doc__, name
        assert operator.__doc__.startswith("True when"), name
        for field, info in operator.model_fields.items():
            assert info.description, f"{name}.{field}"
