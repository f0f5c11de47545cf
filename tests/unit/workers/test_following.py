"""While a chat goes on its risk and emotion are those of what was said so far; closed, it is judged as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from qa_engine.domain import Kind, Transcript, TurnEmotion
from qa_engine.emotion import Level
from qa_engine.ingest.growing import Piece
from qa_engine.pipeline import Tools
from qa_engine.storage import SYSTEM, Incoming, InteractionFilter, State, Store, clock
from tests.unit.risk.talks import Letters, small_model
from tests.unit.storage.cast import take_chat
from tests.unit.storage.conftest import Clock
from tests.unit.workers.test_stages import Ear, NoMusic, work_all
from workers.bell import Bell
from workers.reconciler import Reconciler
from workers.station import Station


@dataclass
class Loud:
    """Words with an exclamation mark are angry."""

    version: str = "loud/1"

    def emotions(self, transcript: Transcript) -> tuple[TurnEmotion, ...]:
        angry = {turn.index: "！" in turn.text for turn in transcript.turns}
        return tuple(
            TurnEmotion(turn, "anger" if bad else "neutral", -1.0 if bad else 0.0, 0.9) for turn, bad in angry.items()
        )


@pytest.fixture
def station(store: Store) -> Station:
    model = small_model()
    tools = Tools(Ear(), NoMusic(), embedder=Letters(), emotion=Loud(), risk=lambda: model)
    return Station(store, lambda: tools)


def said(text: str, role: str = "customer") -> Piece:
    return Piece({"role": role, "text": text})


def raised(store: Store) -> list[str]:
    return [alert.strategy for alert in store.alerts(SYSTEM).rows]


def begin(store: Store, *pieces: Piece) -> str:
    return store.accept(SYSTEM, Incoming(kind=Kind.CHAT, source="chat.json", pieces=pieces)).interaction.id


def test_risk_and_emotion_follow_what_is_said(store: Store, station: Station) -> None:
    interaction_id = begin(store, said("宽带坏了三天没人管"))
    work_all(store, station)
    early = store.interaction(SYSTEM, interaction_id)
    assert early.state is State.OPEN and early.risk is not None
    store.append(SYSTEM, interaction_id, [said("请您耐心等待", "agent"), said("还等？我要投诉到工信部！")])
    work_all(store, station)
    late, risk = store.interaction(SYSTEM, interaction_id), store.risk(SYSTEM, interaction_id)
    assert risk is not None and late.risk == risk.probability > early.risk
    assert risk.after == 2 and risk.reasons[0].evidence[0].turn == 2
    emotion = store.emotion(SYSTEM, interaction_id)
    assert emotion is not None and emotion.customer is not None and emotion.customer.end >= Level.UPSET
    transcript = store.transcript(SYSTEM, interaction_id)
    assert transcript is not None and len(transcript.turns) == 3
    assert late.score is None
    assert [row.id for row in store.interactions(SYSTEM, InteractionFilter(q="工信部")).rows] == [interaction_id]


def test_nothing_of_an_earlier_look_stays(store: Store, station: Station) -> None:
    interaction_id = begin(store, said("一"))
    for n in range(3):
        store.append(SYSTEM, interaction_id, [said(str(n))])
        work_all(store, station)
    with store.db.read() as connection:
        stages = list(connection.exec_driver_sql("SELECT stage FROM stage_results ORDER BY stage").scalars())
    assert stages == ["emotion", "risk", "signals", "transcript"]


def test_closed_it_is_judged_and_keeps_its_risk(store: Store, station: Station) -> None:
    interaction_id = begin(store, said("宽带坏了三天没人管"), said("还等？我要投诉到工信部！"))
    work_all(store, station)
    before = store.interaction(SYSTEM, interaction_id).risk
    store.close_chat(SYSTEM, interaction_id)
    work_all(store, station)
    row = store.interaction(SYSTEM, interaction_id)
    assert before is not None and (row.state, row.risk) == (State.DONE, before)
    assert store.scorecard(SYSTEM, interaction_id) is not None
    assert store.risk(SYSTEM, interaction_id) is not None and store.emotion(SYSTEM, interaction_id) is not None


def test_what_was_closed_meanwhile_is_not_touched(store: Store, station: Station) -> None:
    interaction_id = begin(store, said("你好"))
    store.close_chat(SYSTEM, interaction_id)
    work_all(store, station)  # the job that follows comes first, and finds it closed
    assert store.interaction(SYSTEM, interaction_id).state is State.DONE


def test_a_worker_that_dies_loses_nothing(store: Store, station: Station) -> None:
    interaction_id = begin(store, said("宽带坏了"))
    [message] = store.outbox.waiting()
    store.jobs.claim(message.payload["job"], "dead")
    store.append(SYSTEM, interaction_id, [said("我要投诉")])
    store.jobs.bereave("dead")
    assert station.work(message.payload["job"])
    risk = store.risk(SYSTEM, interaction_id)
    assert risk is not None and risk.after == 1


def test_the_reconciler_closes_what_fell_silent(
    store: Store, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Clock()
    monkeypatch.setattr(clock, "now", time)
    interaction_id = begin(store, said("在吗"))
    reconciler = Reconciler(store, Bell("redis://127.0.0.1:9/0"), late_s=5)
    reconciler.mend()
    assert store.interaction(SYSTEM, interaction_id).state is State.OPEN
    time.forward(60 * store.settings.close_chats_min + 1)
    reconciler.mend()
    assert store.interaction(SYSTEM, interaction_id).state is State.QUEUED


def test_an_alert_is_raised_while_the_chat_goes_on_and_not_doubled_at_its_end(store: Store, station: Station) -> None:
    interaction_id = begin(store, said("你们这是骗人！"))
    work_all(store, station)
    assert "customer_outraged" not in raised(store)
    store.append(SYSTEM, interaction_id, [said("请您耐心等待", "agent"), said("还等？我要投诉！")])
    work_all(store, station)
    assert raised(store).count("customer_outraged") == 1
    store.close_chat(SYSTEM, interaction_id)
    work_all(store, station)
    assert raised(store).count("customer_outraged") == 1


def test_every_chat_has_its_risk_once_it_is_scored(store: Store, station: Station) -> None:
    ids = [take_chat(store, *words).interaction.id for words in (("套餐可以改吗", "可以", "好的谢谢"), ("骗子公司！",))]
    work_all(store, station)
    calm, angry = (store.interaction(SYSTEM, one).risk for one in ids)
    assert calm is not None and angry is not None and calm < angry
    listed = store.interactions(SYSTEM, InteractionFilter(order="risk")).rows
    assert [row.id for row in listed] == ids[::-1]
    assert [row.id for row in store.interactions(SYSTEM, InteractionFilter(risk_min=angry)).rows] == [ids[1]]


def test_what_cannot_be_told_is_none(store: Store) -> None:
    plain = Station(store, lambda: Tools(Ear(), NoMusic()))
    interaction_id = take_chat(store, "你好", "您好").interaction.id
    work_all(store, plain)
    row = store.interaction(SYSTEM, interaction_id)
    assert row.state is State.DONE and row.risk is None
    assert store.risk(SYSTEM, interaction_id) is None and store.emotion(SYSTEM, interaction_id) is None
