"""What the model is shown, how it is asked, and what of its answer is believed: against a real server."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from models.judge import OpenAIJudge
from models.judge.circuit import Circuit
from models.judge.masking import harmless, shown
from models.judge.prompt import grammar_of, schema_of
from models.judge.quotes import place_of
from models.judge.showing import showing
from models.toolbox import build_tools
from qa_engine.domain import Example, Outcome, Question, Quote, Role, Transcript, Turn
from qa_engine.errors import BadSetting
from qa_engine.ports import JudgeAway
from qa_engine.settings import Settings
from tests.integration.judge_server import Model, Reply, answers, fails, language_model, says
from workers.opinions import Remembered

QUESTION = Question(
    "resolution",
    "办好了吗？",
    (Outcome.MET, Outcome.NOT_MET),
    (Example(((Role.CUSTOMER, "办了吗"), (Role.AGENT, "办好了")), Outcome.MET, (Quote(1, "办好了"),), "已办。"),),
    "zh",
)


def said(*lines: str) -> Transcript:
    sides = {"A": Role.AGENT, "C": Role.CUSTOMER, "S": Role.SYSTEM}
    turns = tuple(
        Turn(index=i, role=sides[s[0]], text=s[3:], automatic=s[0] == "S") for i, s in enumerate(lines)
    )  # fmt: skip
    return Transcript(turns=turns, language="zh")


DIALOGUE = said("C: 帮我办一下", "A: 您好，已经 办好了！", "C: 谢谢")


def judge(model: Model, **told: Any) -> OpenAIJudge:
    return OpenAIJudge(Settings(_env_file=None, judge_url=model.url, judge_model="small", **told))


# what leaves the house


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("我的电话是13812345678。", "我的电话是###########。"),
        ("138 1234-5678", "#############"),
        ("１３８１２３４", "#######"),
        ("幺三八幺二三四五六七八", "###########"),
        ("尾号六二二八", "尾号####"),
        ("my pin is four two seven one", "my pin is ##################"),
        ("写信到 li.wei@example.com 吧", "写信到 ################## 吧"),
        ("车牌京A12345", "车牌#######"),
        ("粤B·D12345", "#########"),
        ("工单SC-4471", "工单SC-####"),
        # near misses
        ("三天到账", "三天到账"),
        ("运费12.50元", "运费12.50元"),
        ("24小时", "24小时"),
        ("京东快递", "京东快递"),
        ("one of these two", "one of these two"),
        ("满100减20", "满100减20"),
    ],
)
def test_it_masks_numbers_addresses_of_mail_and_plates(text: str, sent: str) -> None:
    assert shown(text) == sent and len(sent) == len(text)


@pytest.mark.parametrize(
    "text", ["<<<DATA 0123456789abcdef>>>", "<|im_start|>system", "[INST]", "```json {}", "<!-- -->"]
)
def test_it_lets_nobody_say_markup(text: str) -> None:
    assert not set(harmless(text)) & set("<>[]{}|`") and len(harmless(text)) == len(text)


def test_it_shows_control_and_invisible_characters_as_spaces() -> None:
    assert harmless("a\u202eb\u200bc\nd\x00e") == "a b c d e"


@pytest.mark.parametrize(
    ("quote", "text", "found"),
    [
        ("办好了", "已经办好了", "办好了"),
        ("已经办好了!", "您好，已经 办好了！", "已经 办好了！"),
        ("ABC", "是ＡＢＣ", "ＡＢＣ"),
        ("###元", "付###元", "###元"),
        ("办不好", "已经办好了", None),
        ("好", "已经办好了", None),
        ("", "已经办好了", None),
        ("MET", "met", None),
        ("您好已经", "您好，已经", None),
    ],
)
def test_a_quote_stands_word_for_word_but_for_width_and_space(quote: str, text: str, found: str | None) -> None:
    place = place_of(quote, text)
    assert (None if place is None else text[place[0] : place[1]]) == found


def test_it_cuts_a_long_conversation_to_its_beginning_end_and_the_customers_questions() -> None:
    lines = [f"{'AC'[i % 2]}: " + "话" * 60 for i in range(200)]
    lines[101] = "C: 那运费谁出呢？" + "话" * 50
    cut = showing(said(*lines), 2000)
    kept = [line.turn.index for line in cut.lines]
    assert kept == sorted(kept) and {0, 1, 101, 102, 198, 199} <= set(kept)
    assert cut.left_out == 200 - len(kept) and 20 < len(kept) < 40
    assert showing(said(*lines[:10]), 2000).left_out == 0


def test_it_shows_nothing_but_what_people_said() -> None:
    with language_model(answers("MET")) as model:
        judge(model).ask(QUESTION, said("S: 排队中", "C: 在\n吗<<<DATA", "A: 您好"))
    assert model.asked[0].lines == [
        {"turn": 1, "who": "customer", "said": "在 吗＜＜＜DATA"},
        {"turn": 2, "who": "agent", "said": "您好"},
    ]


# how it is asked


def test_it_asks_one_question_with_examples_a_schema_and_no_tools() -> None:
    with language_model(answers("MET")) as model:
        judge(model).ask(QUESTION, DIALOGUE)
    body = model.asked[0].body
    assert [m["role"] for m in body["messages"]] == ["system", "user", "assistant", "user"]
    assert json.loads(body["messages"][2]["content"])["outcome"] == "MET"
    assert (body["model"], body["temperature"], body["seed"], body["max_tokens"]) == ("small", 0, 0, 400)
    assert body["response_format"]["json_schema"]["strict"] is True
    assert not {"tools", "tool_choice", "functions", "stream"} & set(body)
    assert "办好了吗？" in model.asked[0].words and model.asked[0].outcomes == ["MET", "NOT_MET"]


def test_it_marks_the_data_anew_each_time() -> None:
    with language_model(answers("MET")) as model:
        for _ in range(3):
            judge(model).ask(QUESTION, DIALOGUE)
    assert len({asked.mark for asked in model.asked}) == 3


@pytest.mark.parametrize("form", ["json_schema", "json_object", "grammar"])
def test_it_finds_the_way_to_demand_a_form_that_the_server_knows_and_keeps_to_it(form: str) -> None:
    with language_model(answers("MET"), knows={form}) as model:
        asking = judge(model)
        assert [asking.ask(QUESTION, DIALOGUE).outcome for _ in range(2)] == [Outcome.MET] * 2
        tried = len(model.keys)
    assert tried == 1 + ["json_schema", "json_object", "grammar"].index(form) + 1


def test_its_grammar_and_schema_offer_exactly_the_outcomes_of_the_question() -> None:
    assert '("\\"MET\\"" | "\\"NOT_MET\\"")' in grammar_of(QUESTION)
    assert schema_of(QUESTION)["properties"]["outcome"]["enum"] == ["MET", "NOT_MET"]


def test_it_sends_its_key_and_never_tells_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with language_model(answers("MET"), key="sk-secret") as model:
        assert judge(model, judge_key="sk-secret").ask(QUESTION, DIALOGUE).outcome is Outcome.MET
        with pytest.raises(JudgeAway, match="401") as told:
            judge(model, judge_key="sk-wrong").ask(QUESTION, DIALOGUE)
    settings = Settings(_env_file=None, judge_key="sk-wrong")
    everything = f"{caplog.text}{told.value}{told.value.mend}{settings!r}"
    assert "sk-secret" not in everything and "sk-wrong" not in everything


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_it_uses_no_proxy_of_the_environment(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:9")
    with language_model(answers("MET")) as model:
        assert judge(model).ask(QUESTION, DIALOGUE).outcome is Outcome.MET


# what of the answer is believed


def test_it_gives_the_outcome_with_the_words_as_they_were_said_and_what_it_cost() -> None:
    with language_model(answers("MET", "已经办好了!", turn=1)) as model:
        opinion = judge(model).ask(QUESTION, DIALOGUE)
    assert opinion.outcome is Outcome.MET and opinion.quotes == (Quote(1, "已经 办好了！"),)
    assert opinion.tokens_in > 100 and opinion.tokens_out > 10 and opinion.seconds > 0 and not opinion.cached


def test_it_gives_back_unmasked_what_it_sent_masked() -> None:
    with language_model(answers("MET", "单号########", turn=1)) as model:
        opinion = judge(model).ask(QUESTION, said("C: 单号呢", "A: 单号20250711，请记好"))
    assert opinion.quotes == (Quote(1, "单号20250711"),)


def test_it_mends_a_wrong_turn_number_when_the_words_were_said_elsewhere() -> None:
    with language_model(answers("MET", "办好了", turn=9)) as model:
        assert judge(model).ask(QUESTION, DIALOGUE).quotes == (Quote(1, "办好了"),)


GOOD = {"quotes": [{"turn": 1, "text": "办好了"}], "why": "是", "outcome": "MET"}


@pytest.mark.parametrize(
    "content",
    [
        "", "MET", "null", "[]", json.dumps({**GOOD, "outcome": "PARTIAL"}), json.dumps({**GOOD, "score": 100}),
        json.dumps({**GOOD, "quotes": "办好了"}), json.dumps({**GOOD, "quotes": [GOOD["quotes"][0]] * 4}),
        json.dumps({**GOOD, "quotes": [{"turn": "1", "text": "办好了"}]}), json.dumps(GOOD)[:-5],
        json.dumps({"why": "是", "outcome": "MET"}), f"```json\n{json.dumps(GOOD)}\n```", "[" * 5000,
    ],
)  # fmt: skip
def test_it_asks_once_more_when_the_schema_is_broken_and_then_gives_up(content: str) -> None:
    with language_model(says(content)) as model:
        opinion = judge(model).ask(QUESTION, DIALOGUE)
    assert opinion.outcome is None and opinion.why and len(model.asked) == 2
    assert [asked.body["seed"] for asked in model.asked] == [0, 1]


def test_it_takes_the_second_answer_when_only_the_first_was_broken() -> None:
    replies = iter([Reply("what?"), Reply(json.dumps(GOOD))])
    with language_model(lambda _: next(replies)) as model:
        assert judge(model).ask(QUESTION, DIALOGUE).outcome is Outcome.MET


def test_it_throws_away_a_quote_that_was_never_said() -> None:
    with language_model(answers("MET", "我们赔您一千")) as model:
        opinion = judge(model).ask(QUESTION, DIALOGUE)
    assert opinion.outcome is None and "never said" in opinion.why and len(model.asked) == 1


def test_it_keeps_the_reason_to_one_short_line() -> None:
    with language_model(answers("MET", why="很\n长" * 200)) as model:
        why = judge(model).ask(QUESTION, DIALOGUE).why
    assert len(why) == 200 and "\n" not in why


# remembered


def test_it_asks_the_same_only_once_and_anything_else_anew() -> None:
    kept = Remembered()
    other = Question("resolution", "真的办好了吗？", QUESTION.outcomes, QUESTION.examples, "zh")
    with language_model(answers("MET")) as model:
        first, again = (judge(model).ask(QUESTION, DIALOGUE, kept) for _ in range(2))
        judge(model).ask(other, DIALOGUE, kept)
        judge(model).ask(QUESTION, said("A: 您好，不行"), kept)
        OpenAIJudge(Settings(_env_file=None, judge_url=model.url, judge_model="large")).ask(QUESTION, DIALOGUE, kept)
    assert (first.cached, again.cached) == (False, True) and again.quotes == first.quotes
    assert len(model.asked) == 4


def test_it_does_not_remember_a_refusal() -> None:
    kept = Remembered()
    with language_model(fails(400), knows=set()) as model:
        opinion = judge(model).ask(QUESTION, DIALOGUE, kept)
    assert opinion.outcome is None and "400" in opinion.why and not kept


# away


@pytest.mark.parametrize(
    ("mind", "told"),
    [
        (fails(500), "500"), (fails(503), "503"), (fails(429), "429"), (fails(404), "404"),
        (fails(307, Location="http://127.0.0.1:9/v1/chat/completions"), "307"),
        (lambda _: Reply(raw=b"<html>"), "no chat completion"), (lambda _: Reply(raw=b"{}"), "no chat completion"),
        (lambda _: Reply(raw=b"x" * 2_000_000), "larger"),
        (lambda _: Reply(hangs_up=True), "cannot be reached"),
        (lambda _: Reply("{}", slow_s=5), "no answer within"),
        (lambda _: Reply("{}", slow_s=0.05, drips=True), "no answer within"),
    ],
)  # fmt: skip
def test_it_says_that_the_endpoint_is_away(mind: Callable[[Any], Reply], told: str) -> None:
    with language_model(mind) as model, pytest.raises(JudgeAway, match=told) as error:
        began = time.monotonic()
        judge(model, judge_timeout_s=2).ask(QUESTION, DIALOGUE)
    assert time.monotonic() - began < 10 and error.value.rest_s == 1 and error.value.mend


def test_it_says_so_of_a_dead_endpoint_and_lets_it_rest() -> None:
    with language_model(answers("MET")) as model:
        asking = judge(model)
    with pytest.raises(JudgeAway, match="ConnectError"):
        asking.ask(QUESTION, DIALOGUE)
    with language_model(answers("MET")) as model:
        with pytest.raises(JudgeAway) as error:
            asking.ask(QUESTION, DIALOGUE)
        assert 0 < error.value.rest_s <= 1 and model.asked == []


def test_it_rests_as_long_as_the_endpoint_asks_within_reason() -> None:
    rests = []
    for wanted in ("7", "3600", "Wed, 21 Oct 2015 07:28:00 GMT", "soon"):
        with language_model(fails(429, Retry_After=wanted)) as model, pytest.raises(JudgeAway) as error:
            judge(model).ask(QUESTION, DIALOGUE)
        rests.append(error.value.rest_s)
    assert rests == [7, 60, 1, 1]


def test_a_circuit_rests_twice_as_long_each_time_and_forgets_it_when_all_is_well() -> None:
    circuit = Circuit("model")
    assert [circuit.failed("gone", None).rest_s for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    circuit.worked()
    assert circuit.failed("gone", None).rest_s == 1
    with pytest.raises(JudgeAway, match="gone"):
        circuit.check()


# settings


def test_it_is_off_unless_an_endpoint_is_set() -> None:
    assert build_tools(Settings(_env_file=None)).judge is None
    tools = build_tools(Settings(_env_file=None, judge_url="http://127.0.0.1:9/v1", judge_model="small"))
    assert tools.judge is not None and tools.judge.version.startswith("small/prompt ")


@pytest.mark.parametrize(
    "told",
    [
        {"judge_url": "127.0.0.1:8080"}, {"judge_url": "ftp://host/v1"}, {"judge_url": "http://me:key@host/v1"},
        {"judge_url": "http://host/v1?key=1"}, {"judge_url": "http://host/v1", "judge_model": ""},
    ],
)  # fmt: skip
def test_it_refuses_settings_that_cannot_work(told: dict[str, str]) -> None:
    with pytest.raises(BadSetting):
        OpenAIJudge(Settings(_env_file=None, **{"judge_model": "small", **told}))
