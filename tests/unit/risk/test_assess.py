"""A risk with its reasons: from real words, by what the model's log-odds lose without them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa_engine.domain import Role
from qa_engine.risk import Cause, RiskModel, assess, follow
from qa_engine.risk.tone import CALM_TURNS, tone_of
from tests.unit.risk.talks import Letters, felt, small_model, talk


@pytest.fixture(scope="module")
def model() -> RiskModel:
    return small_model()


ANGRY = ("c:宽带坏了三天没人管，打过好几次电话", "a:请您耐心等待", "c:还等？垃圾公司，我要投诉到工信部，再也不用你们了")


def test_it_tells_an_angry_customer_from_a_calm_one(model: RiskModel) -> None:
    angry = assess(talk(*ANGRY), model, Letters())
    calm = assess(talk("c:请问流量怎么查", "a:您可以发短信", "c:好的谢谢"), model, Letters())
    assert angry and calm
    assert calm.probability < 0.5 < angry.probability
    assert not calm.alarm


def test_it_shows_the_words_of_each_reason(model: RiskModel) -> None:
    risk = assess(talk(*ANGRY), model, Letters())
    assert risk is not None
    found = {reason.code: reason for reason in risk.reasons}
    assert Cause.COMPLAINT in found
    assert "投诉到工信部" in found[Cause.COMPLAINT].evidence[0].quote
    assert found[Cause.COMPLAINT].evidence[0].turn == 2
    for reason in risk.reasons:
        assert reason.weight > 0
        assert reason.message.zh and reason.message.en
        for evidence in reason.evidence:
            assert evidence.turn is not None and evidence.role is Role.CUSTOMER
            assert evidence.quote in ANGRY[evidence.turn]
    assert [r.weight for r in risk.reasons] == sorted((r.weight for r in risk.reasons), reverse=True)


def test_it_blames_no_cause_for_an_agents_words(model: RiskModel) -> None:
    risk = assess(talk("c:请问流量怎么查", "a:投诉请打12315，等了三天真抱歉", "c:好的谢谢"), model, Letters())
    assert risk is not None
    assert risk.reasons == ()


def test_it_names_the_nearest_sentence_where_no_cause_has_words(model: RiskModel) -> None:
    sure = replace(model, offset=model.offset + 3)
    risk = assess(
        talk("c:你好", "a:非常抱歉给您带来不便", "c:今天下雨。乱扣我的费，早就给了，你们就是这样"), sure, Letters()
    )
    assert risk is not None and risk.probability > 0.5
    assert [reason.code for reason in risk.reasons] == [Cause.WORDING]
    assert "你们就是" in risk.reasons[0].evidence[0].quote


def test_it_sees_that_the_same_was_asked_again(model: RiskModel) -> None:
    lines = ("c:手机又死机了还是不行怎么办", "a:您重启试试", "c:手机又死机了还是不行怎么办！")
    risk = assess(talk(*lines), model, Letters())
    assert risk is not None
    repeated = [reason for reason in risk.reasons if reason.code is Cause.REPEATED]
    assert repeated
    assert [evidence.turn for evidence in repeated[0].evidence] == [0, 2]


@pytest.mark.parametrize("lines", [(), ("a:您好",), ("s:排队",)])
def test_it_tells_nothing_before_a_customer_speaks(lines: tuple[str, ...], model: RiskModel) -> None:
    assert assess(talk(*lines), model, Letters()) is None


def test_it_tells_nothing_of_a_language_it_never_learnt(model: RiskModel) -> None:
    assert assess(talk("c:I will complain", language="en"), model, Letters()) is None


@pytest.mark.parametrize("text", ["", " ", "[怒]", "\0", "\ud800", "@@@@", "a" * 100_000, "((((" * 50])
def test_it_stands_whatever_a_customer_types(text: str, model: RiskModel) -> None:
    risk = assess(talk("c:你好", "a:您好", f"c:{text}"), model, Letters())
    assert risk is not None
    assert 0 <= risk.probability <= 1


def test_it_follows_an_open_dialogue_turn_by_turn(model: RiskModel) -> None:
    risks = list(follow(talk("a:您好", *ANGRY), model, Letters()))
    assert [risk.after for risk in risks] == [1, 2, 3]
    assert risks[-1] == assess(talk("a:您好", *ANGRY), model, Letters())
    assert risks[-1].probability > risks[0].probability


def test_a_refund_asked_for_is_no_threat_to_leave(model: RiskModel) -> None:
    risk = assess(
        talk("c:我要退款", "a:请您提供订单号", "c:早就给了，你们就是敷衍，退货退款，我要投诉"), model, Letters()
    )
    assert risk is not None
    assert Cause.COMPLAINT in {reason.code for reason in risk.reasons}
    assert Cause.LEAVING not in {reason.code for reason in risk.reasons}


def test_it_hears_the_tone_where_an_emotion_model_told_it(model: RiskModel) -> None:
    said = talk("c:请问流量怎么查", "a:您可以发短信", "c:好的")
    glad, deaf, cross = (assess(said, model, Letters(), heard) for heard in (felt(said, 0.9), None, felt(said, -0.9)))
    assert glad and deaf and cross
    assert glad.probability < deaf.probability < cross.probability
    assert assess(said, model, Letters(), ()) == deaf


def test_it_hears_only_the_customer_and_trusts_many_turns_more_than_one() -> None:
    said = talk("c:在吗", "a:您好", "c:还没到")
    one, two = (felt(said, -0.9)[:1], felt(said, -0.9))
    assert tone_of(said, one) == pytest.approx(0.9 / (1 + CALM_TURNS))
    assert tone_of(said, two) == pytest.approx(1.8 / (2 + CALM_TURNS))
    assert tone_of(said, felt(said, -0.9)[1:2]) is None
    assert tone_of(said, None) is None


def test_it_hears_of_an_open_dialogue_what_was_said_so_far(model: RiskModel) -> None:
    said = talk(*ANGRY)
    risks = list(follow(said, model, Letters(), felt(said, -0.9)))
    assert risks[0] == assess(talk(ANGRY[0]), model, Letters(), felt(talk(ANGRY[0]), -0.9))
    assert risks[-1] == assess(said, model, Letters(), felt(said, -0.9))


def test_it_embeds_only_what_the_customer_answered(model: RiskModel) -> None:
    letters = Letters()
    list(follow(talk(*ANGRY, "a:抱歉"), model, letters))
    assert set(letters.seen) == {ANGRY[2][2:]}


def test_it_weighs_how_a_long_dialogue_stands_above_how_it_went(model: RiskModel) -> None:
    calm = ("c:请问流量怎么查", "a:您可以发短信", "c:好的谢谢", "a:不客气", "c:好的谢谢", "a:再见")
    angry_end = assess(talk(*calm, *calm, *ANGRY), model, Letters())
    angry_start = assess(talk(*ANGRY, "a:已处理", *calm, "c:好的谢谢", "a:不客气", *calm), model, Letters())
    assert angry_end and angry_start
    assert angry_end.probability > angry_start.probability
