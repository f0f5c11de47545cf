"""What of a dialogue is looked at, and what is counted in it."""

from __future__ import annotations

import pytest

from qa_engine.domain import Role
from qa_engine.risk import cues, structure
from qa_engine.risk.dialogue import LATEST, LONGEST, dialogue_of, plain, windows_of
from qa_engine.risk.vocabulary import AGENT, CUSTOMER
from tests.unit.risk.talks import facts, talk


def test_it_joins_neighbouring_turns_of_one_side_and_skips_a_greeting() -> None:
    dialogue = dialogue_of(talk("a:欢迎光临", "c:你好", "c:退款呢", "s:排队中", "a:请稍等", "a:在查"))
    assert dialogue is not None
    assert [(u.role, u.text) for u in dialogue.utterances] == [
        (Role.CUSTOMER, "你好\n退款呢"),
        (Role.AGENT, "请稍等\n在查"),
    ]


def test_it_looks_at_nothing_before_the_customer_speaks() -> None:
    assert windows_of(talk("a:欢迎光临")) == ()


def test_it_reads_a_long_dialogue_in_windows_that_each_begin_with_the_first_utterance() -> None:
    lines = [f"{'ca'[i % 2]}:第{i}句" for i in range(1 + 2 * LATEST + 2)]
    windows = windows_of(talk(*lines))
    assert [len(w.utterances) for w in windows] == [3, 1 + LATEST, 1 + LATEST]
    assert {w.utterances[0].text for w in windows} == {"第0句"}
    assert windows[-1].utterances[-1].text == lines[-1][2:]
    assert [u.text for w in windows for u in w.utterances[1:]] == [line[2:] for line in lines[1:]]


def test_it_keeps_the_end_of_an_endless_message() -> None:
    dialogue = dialogue_of(talk("c:" + "啊" * 5000 + "我要投诉"))
    assert dialogue is not None
    assert len(dialogue.customer[0]) == LONGEST
    assert dialogue.customer[0].endswith("我要投诉")


@pytest.mark.parametrize(
    ("text", "same_as"),
    [("ＡＰＰ打不开！", "app打不开!"), ("@中国电信客服 你好", "@ 你好"), ("等了3天", "等了15天"), ("a  b", "a b")],
)
def test_it_compares_words_without_width_case_accounts_and_values(text: str, same_as: str) -> None:
    assert plain(text) == plain(same_as)


@pytest.mark.parametrize(
    ("cue", "said", "near_miss"),
    [
        ("complain", "我要投诉你们", "投诉电话是多少"),
        ("complain", "那就打12315", "订单号 91231588"),
        ("leave", "换别家了", "换个说法"),
        ("leave", "我要携号转网", "我要退款"),
        ("leave", "以后不买了", "算了不买了"),
        ("leave", "以后不会再来", "以后不会再错了"),
        ("leave", "把会员退了，退会员", "退会费"),
        ("leave", "卸载了", "怎么安装"),
        ("leave", "拉黑你们", "把那个号码拉黑"),
        ("leave", "换家店", "换个家庭套餐"),
        ("undoes", "我要退款", "推荐一款"),
        ("resigned", "行吧", "行李"),
        ("resigned", "你好\n哦", "哦我知道了"),
        ("reproach", "明明领了", "明白"),
        ("nudges", "快递呢\n人呢", "有人给我打电话"),
        ("nudges", "??", "到了吗?"),
        ("relieved", "这么快", "快点"),
        ("complain", "要找媒体曝光", "多媒体的曝光度"),
        ("leave", "再也不买了", "不用了，谢谢"),
        ("waiting", "三天了还没到", "合约是两年"),
        ("waiting", "等了很久", "请等下个版本"),
        ("waiting", "到现在没人理", "现在可以了"),
        ("earlier", "已经打过好几次", "第一个问题"),
        ("unresolved", "问题没解决", "问题解决了"),
        ("unresolved", "你们不管", "不管怎样都谢谢"),
        ("anger", "垃圾公司", "可靠"),
        ("anger", "滚", "滚动条"),
        ("disappointed", "服务态度太差", "态度很好"),
        ("disappointed", "我服了", "舒服了"),
        ("disappointed", "太失望了", "希望好用"),
        ("solved", "解决了，谢谢", "没解决了"),
        ("bad_emoji", "[怒]", "[鲜花]"),
    ],
)
def test_it_counts_cues_of_the_customer(cue: str, said: str, near_miss: str) -> None:
    assert CUSTOMER[cue].search(said)
    assert not CUSTOMER[cue].search(near_miss)


@pytest.mark.parametrize(
    ("cue", "said", "near_miss"),
    [
        ("cannot", "暂不支持", "支持"),
        ("private", "请私信我们", "请公开说"),
        ("does", "已为您申请", "您自行申请"),
        ("refuses", "这边没有权限哦", "有货的"),
        ("rules", "以系统为准", "为您安排"),
    ],
)
def test_it_counts_cues_of_the_agent(cue: str, said: str, near_miss: str) -> None:
    assert AGENT[cue].search(said)
    assert not AGENT[cue].search(near_miss)


def test_it_gives_every_figure_a_name() -> None:
    dialogue = dialogue_of(talk("c:你好", "a:您好", "c:退款"))
    assert dialogue is not None
    assert len(cues.cues(dialogue)) == len(cues.NAMES)
    assert len(structure.structure(dialogue)) == len(structure.NAMES)


def test_it_sees_that_a_customer_repeats_themselves() -> None:
    name = structure.NAMES.index("customer_alike")
    again = dialogue_of(talk("c:为什么不给我退款", "a:请稍等", "c:为什么不给我退款！"))
    other = dialogue_of(talk("c:为什么不给我退款", "a:请稍等", "c:好的谢谢"))
    assert again and other
    assert structure.structure(again)[name] > 0.9
    assert structure.structure(other)[name] < 0.1


def test_it_asks_for_the_meaning_only_of_an_answer_to_the_agent() -> None:
    assert facts("c:你好", "a:您好").meaning == ""
    assert facts("c:你好", "a:您好", "c:退款").meaning == "退款"
