"""Roles from words: cues decide, alternation helps, and the stated confidence follows what there is to go by."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import Role, Turn
from qa_engine.signals.roles import assign_roles, cue_score

A, C = Role.AGENT, Role.CUSTOMER

CALL_ZH = [
    (A, "您好，很高兴为您服务，请问有什么可以帮您？"),
    (C, "你好，我想问一下我的宽带怎么还没装好？"),
    (A, "请您稍等，我这边帮您查一下。"),
    (C, "好的。"),
    (A, "感谢您的耐心等待，系统显示明天上午安装。"),
    (C, "你们上次也是这么说的，太慢了。"),
    (A, "非常抱歉给您带来不便，我给您登记加急处理。"),
    (C, "行吧，谢谢。"),
    (A, "不客气，祝您生活愉快，再见。"),
]
CALL_EN = [
    (A, "Thank you for calling Platinum Motors, how can I help you today?"),
    (C, "I'm calling in because I got a car two weeks ago and the light came on."),
    (A, "I'm so sorry for the inconvenience. Could I have your last name?"),
    (C, "My name is Jack."),
    (A, "Let me look that up for you, one moment please."),
    (C, "Okay."),
    (A, "Is there anything else I can help you with?"),
    (C, "No, thank you so much."),
]


def turns(texts: list[str], timed: bool = True) -> list[Turn]:
    return [
        Turn(
            index=i, role=Role.UNKNOWN, text=text, start=i * 5.0 if timed else None, end=i * 5.0 + 4 if timed else None
        )
        for i, text in enumerate(texts)
    ]


@pytest.mark.parametrize(("call", "language"), [(CALL_ZH, "zh"), (CALL_EN, "en")])
def test_it_tells_the_roles_of_a_plain_call(call: list[tuple[Role, str]], language: str) -> None:
    given_roles, confidence, notice = assign_roles(turns([text for _, text in call]), language)
    assert [turn.role for turn in given_roles] == [role for role, _ in call]
    assert confidence > 0.85
    assert notice.code == "roles_guessed"
    assert f"{round(confidence * 100)}%" in notice.message.zh


def test_it_does_not_need_the_agent_to_speak_first() -> None:
    roles = [turn.role for turn in assign_roles(turns([text for _, text in CALL_ZH[1:]]), "zh")[0]]
    assert roles == [role for role, _ in CALL_ZH[1:]]


def test_words_without_cues_take_the_other_role_in_turn() -> None:
    roles = [
        t.role for t in assign_roles(turns(["请问有什么可以帮您？", "灯不亮。", "请稍等，我帮您查一下。"]), "zh")[0]
    ]
    assert roles == [A, C, A]


def test_an_unfinished_sentence_stays_with_its_speaker() -> None:
    said = ["Thank you for calling, how may I help you?", "my car has a light on and", "the engine", "is very loud."]
    assert [t.role for t in assign_roles(turns(said), "en")[0]] == [A, C, C, C]


def test_it_is_not_sure_where_words_tell_nothing() -> None:
    _, confidence, _ = assign_roles(turns(["今天天气不错。", "昨天下雨了。", "明天晴。"]), "zh")
    assert confidence < 0.75


def test_it_has_nothing_to_say_of_nothing() -> None:
    assert assign_roles([], "zh")[:2] == ((), 0.0)


@pytest.mark.parametrize(
    ("text", "language", "side"),
    [
        ("请问有什么可以帮您", "zh", 1),
        ("我帮您查询一下", "zh", 1),
        ("我想问一下话费", "zh", -1),
        ("你们怎么回事", "zh", -1),
        ("今天星期三", "zh", 0),
        ("How may I help you?", "en", 1),
        ("I'm calling about my order", "en", -1),
        ("It is Wednesday", "en", 0),
    ],
)
def test_cues_point_to_a_side(text: str, language: str, side: int) -> None:
    score = cue_score(text, language)
    assert (score > 0) - (score < 0) == side


@given(
    st.lists(st.text(max_size=30), min_size=1, max_size=30), st.sampled_from(["zh", "en", "fr", "yue"]), st.booleans()
)
def test_it_always_answers_with_sound_figures(texts: list[str], language: str, timed: bool) -> None:
    given_roles, confidence, _ = assign_roles(turns(texts, timed), language)
    assert [turn.text for turn in given_roles] == texts
    assert {turn.role for turn in given_roles} <= {A, C}
    assert 0.5 <= confidence <= 1.0


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "least"),
    [
        ("jddc_satisfaction/jddc_valid.jsonl", 0.8),
        ("stc3_weibo_helpdesk/stc3_tune.jsonl", 0.92),
        ("crosswoz_benign_dialogues/crosswoz_test.jsonl", 0.85),
    ],
)
def test_it_tells_roles_of_real_dialogues_that_it_was_not_tuned_on(corpus: Path, file: str, least: float) -> None:
    right = total = 0
    for number, line in enumerate((corpus / file).read_text("utf-8").splitlines()):
        said = [(m["role"], m["text"]) for m in json.loads(line)["messages"] if m["text"].strip()]
        if number % 2 == 0 or {role for role, _ in said} != {"agent", "customer"}:
            continue
        found = assign_roles(turns([text for _, text in said], timed=False), "zh")[0]
        right += sum(turn.role == role for turn, (role, _) in zip(found, said, strict=True))
        total += len(said)
    assert right / total >= least
