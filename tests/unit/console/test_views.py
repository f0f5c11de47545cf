"""What the interaction page draws, from turns, signals and a scorecard."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.console.view.asked import Asked
from api.console.view.card import card, group_of
from api.console.view.conversation import conversation, parts
from api.console.view.format import clock, day_name, moment
from api.console.view.replay import replay, role_of_channel
from api.console.view.signals import interruptions, pictures, talk
from api.console.view.stages import stages
from api.console.view.summary import summary
from qa_engine.audio.waveform import Waveform
from qa_engine.domain import (
    Interaction,
    Kind,
    Outcome,
    Role,
    Signals,
    Silence,
    SpeakerSignals,
    Transcript,
    Turn,
    TurnKind,
    Word,
)
from qa_engine.storage import InteractionRow, JobState, JobStatus, State
from tests.browser.scenes import CHAT, CLEAN, REFUND
from tests.browser.seed import scorecard, transcript_of

TRANSCRIPT = transcript_of(REFUND)
CARD = scorecard(REFUND, TRANSCRIPT)


def turn(text: str, *words: tuple[str, float]) -> Turn:
    made = tuple(Word(told, n, n + 1, sure) for n, (told, sure) in enumerate(words))
    return Turn(index=0, role=Role.AGENT, text=text, kind=TurnKind.SPEECH, words=made)


@pytest.mark.parametrize(
    ("said", "unsure"),
    [
        (turn("您好，请问", ("您", 0.9), ("好", 0.9), ("请", 0.2), ("问", 0.9)), ["请"]),
        (turn("好好好", ("好", 0.9), ("好", 0.1), ("好", 0.9)), ["好"]),
        (turn("a b", (" a", 0.1), (" b", 0.9)), ["a"]),
        (turn("完全不同", ("别", 0.1), ("的", 0.1)), []),
        (turn("没有词"), []),
        (turn("连着两个", ("连", 0.3), ("着", 0.2), ("两", 0.9), ("个", 0.1)), ["连着", "个"]),
        (turn("边界", ("边", 0.5), ("界", 0.499)), ["界"]),
    ],
)
def test_words_heard_badly_are_marked_and_no_others(said: Turn, unsure: list[str]) -> None:
    cut = list(parts(said, 0.5))
    assert [p.text for p in cut if p.confidence is not None] == unsure
    assert "".join(p.text for p in cut) == said.text


@given(st.text(max_size=40), st.lists(st.tuples(st.text(max_size=3), st.floats(0, 1)), max_size=20))
def test_the_parts_joined_are_the_text_itself(text: str, told: list[tuple[str, float]]) -> None:
    assert "".join(p.text for p in parts(turn(text, *told), 0.5)) == text


def shown(signals: Signals | None = None, gap_s: float = 3.0):  # type: ignore[no-untyped-def]
    return conversation(TRANSCRIPT.turns, signals, CARD, "en", unsure_below=0.5, gap_s=gap_s)


def test_a_turn_shows_the_items_that_lost_points_or_ask_for_a_person_there() -> None:
    marks = {e.turn.index: [m.item for m in e.marks] for e in shown() if e.turn}
    assert marks[8] == ["script_accuracy", "listening", "improper_promise"]
    assert marks[0] == []


def test_long_silences_stand_before_the_turn_that_ends_them() -> None:
    long = Silence(start=20.0, end=34.1, due=Role.AGENT, before=4, after=5)
    short = Silence(start=2.0, end=4.5, due=Role.AGENT, before=0, after=1)
    signals = Signals(acoustic=True, timed=True, duration_s=70, silences=(short, long))
    entries = shown(signals)
    at = next(n for n, e in enumerate(entries) if e.silence)
    assert entries[at].silence is long and entries[at + 1].turn is TRANSCRIPT.turns[5] and entries[at + 1].opens
    assert sum(e.silence is not None for e in entries) == 1


def test_violations_come_first_and_the_rest_keeps_the_rubrics_order() -> None:
    drawn = card(CARD, "zh")
    ids = [s.item.id for s in drawn.items]
    assert ids[0] == "improper_promise" and ids[1:] == [i.id for i in CARD.items if i.id != "improper_promise"]
    assert [f.title for f in drawn.fatal_seen] == ["违规承诺"]
    assert {c.kind: c.count for c in drawn.choices} == {"all": 19, "lost": 9, "person": 2}


@pytest.mark.parametrize(
    ("outcome", "group"),
    [("MET", "kept"), ("NOT_APPLICABLE", "kept"), ("PARTIAL", "lost"), ("NOT_MET", "lost"), ("UNDETERMINED", "person")],
)
def test_items_are_grouped_by_what_they_ask_of_the_reader(outcome: str, group: str) -> None:
    assert group_of(replace(CARD.items[0], outcome=Outcome(outcome))) == group


def drawn_replay(transcript: Transcript, wave: Waveform | None):  # type: ignore[no-untyped-def]
    return replay(transcript=transcript, signals=None, card=CARD, wave=wave, words={}, duration_s=60.0)


def test_the_agents_lane_is_above_on_whichever_channel_it_was() -> None:
    swapped = replace(TRANSCRIPT, turns=tuple(replace(t, channel=1 - (t.channel or 0)) for t in TRANSCRIPT.turns))
    data = drawn_replay(swapped, Waveform(60.0, 1.0, ((1, 2), (3, 4))))
    assert (data["roles"], data["lanes"]) == (["agent", "customer"], [[3, 4], [1, 2]])


def test_mono_has_one_lane_of_unknown_speaker() -> None:
    assert role_of_channel(TRANSCRIPT, 0, 1) is Role.UNKNOWN
    assert drawn_replay(TRANSCRIPT, Waveform(60.0, 1.0, ((1, 2),)))["roles"] == ["unknown"]


def test_marks_are_in_the_order_of_time_and_only_where_something_was_lost() -> None:
    marks = drawn_replay(TRANSCRIPT, None)["marks"]
    assert [m["start"] for m in marks] == sorted(m["start"] for m in marks)
    assert {m["outcome"] for m in marks} == {"PARTIAL", "NOT_MET", "UNDETERMINED"}


def test_a_chats_evidence_can_be_jumped_to_by_its_message() -> None:
    chat = transcript_of(CHAT)
    untimed = replace(chat, turns=tuple(replace(t, start=None, end=None) for t in chat.turns))
    marks = replay(
        transcript=untimed, signals=None, card=scorecard(CHAT, untimed), wave=None, words={}, duration_s=None
    )["marks"]
    assert [m["turn"] for m in marks] == sorted(m["turn"] for m in marks) and len(marks) == 5


def speaker(ratio: float, *, hanzi: int, words: int, rate: float) -> SpeakerSignals:
    return SpeakerSignals(
        turns=3,
        hanzi=hanzi,
        words=words,
        speech_s=30,
        talk_ratio=ratio,
        rate_hanzi_per_min=rate,
        rate_words_per_min=rate,
    )


SIGNALS = Signals(
    acoustic=True, timed=True, duration_s=100.0, overlap_s=0.0,
    speakers={
        Role.CUSTOMER: speaker(0.25, hanzi=1, words=50, rate=150),
        Role.AGENT: speaker(0.75, hanzi=90, words=0, rate=240),
    },
)  # fmt: skip


def test_shares_lie_side_by_side_with_the_agent_first() -> None:
    assert [(s.role, s.left, s.width) for s in talk(SIGNALS)] == [(Role.AGENT, 0, 75), (Role.CUSTOMER, 75, 25)]


def test_rates_are_told_in_the_unit_that_was_spoken_and_only_the_agent_has_a_norm() -> None:
    agent, customer = pictures(SIGNALS, TRANSCRIPT, (180, 260)).rates
    assert (agent.unit, customer.unit) == ("hanzi", "words")
    assert agent.normal is not None and agent.normal.left < agent.at < agent.normal.left + agent.normal.width
    assert customer.normal is None


def test_interruptions_are_not_claimed_where_channels_cannot_tell() -> None:
    assert interruptions(SIGNALS) == 0
    assert interruptions(replace(SIGNALS, overlap_s=None)) is None


def test_nothing_is_drawn_of_what_was_not_measured() -> None:
    drawn = pictures(Signals(acoustic=False, timed=False, duration_s=None), transcript_of(CLEAN))
    assert not (drawn.talk or drawn.rates or drawn.timeline or drawn.responses or drawn.voices)


@pytest.mark.parametrize(
    ("kind", "stage", "state", "standing"),
    [
        (Kind.CALL, "fetch", JobState.QUEUED, ["to_come", "to_come", "to_come"]),
        (Kind.CALL, "fetch", JobState.LEASED, ["now", "to_come", "to_come"]),
        (Kind.CALL, "transcribe", JobState.QUEUED, ["to_come", "to_come"]),
        (Kind.CALL, "transcribe", JobState.LEASED, ["now", "to_come"]),
        (Kind.CALL, "score", JobState.QUEUED, ["past", "to_come"]),
        (Kind.CALL, "score", JobState.LEASED, ["past", "now"]),
        (Kind.CHAT, "score", JobState.LEASED, ["now"]),
    ],
)
def test_it_tells_what_is_past_now_and_to_come(kind: Kind, stage: str, state: JobState, standing: list[str]) -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    job = JobStatus(
        id="j", stage=stage, state=state, attempts=1, step=None, fraction=0.4, error=None, created_at=at,
        started_at=at, finished_at=None,
    )  # fmt: skip
    told = Interaction(id="i", kind=kind, source="s", content_sha256="0" * 64)
    row = InteractionRow(interaction=told, state=State.WORKING, received_at=at, job=job)
    assert [s.state for s in stages(row)] == standing


@pytest.mark.parametrize(
    ("seconds", "told"), [(None, "–"), (0, "0:00"), (59.9, "0:59"), (65, "1:05"), (3600, "1:00:00"), (-3, "0:00")]
)
def test_lengths_read_as_a_clock(seconds: float | None, told: str) -> None:
    assert clock(seconds) == told


def test_days_have_names_in_the_consoles_zone_not_in_utc() -> None:
    now = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)  # past midnight in Shanghai
    assert day_name(datetime(2026, 11, 21, 15, 30, tzinfo=UTC), "Asia/Shanghai", now) == "yesterday"
    assert day_name(datetime(2026, 11, 21, 15, 30, tzinfo=UTC), "UTC", now) == "today"
    assert moment(datetime(2025, 12, 31, 16, 30, tzinfo=UTC), "Asia/Shanghai", now=now) == "01-01 00:30"
    assert moment(datetime(2025, 12, 31, 15, 30, tzinfo=UTC), "Asia/Shanghai", now=now) == "2025-12-31 23:30"


def test_the_summary_counts_bands_work_and_coverage() -> None:
    told = summary(
        {"band": {"pass": 6, "coach": 3, "flagged": 1}, "state": {"done": 10, "working": 1, "queued": 4, "failed": 1}},
        Asked.of({"band": "pass"}),
    )
    assert [(t.kind, t.count) for t in told.tiles] == [
        ("flagged", 1),
        ("coach", 3),
        ("pass", 6),
        ("work", 5),
        ("stuck", 1),
    ]
    assert told.inspected == pytest.approx(10 / 16)
    assert [t.kind for t in told.tiles if t.chosen] == ["pass"]
    assert told.tiles[2].href == "/interactions", "pressing it again asks for all"


def test_an_empty_house_divides_by_nothing() -> None:
    assert summary({}, Asked()).inspected is None
