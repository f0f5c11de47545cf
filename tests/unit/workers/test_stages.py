"""A call is heard once, whatever becomes of its scoring; stages hand on through the database alone."""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from qa_engine.domain import Interaction, Life, Recording, Role, Span, Transcript, Turn, TurnKind, Word
from qa_engine.pipeline import Tools
from qa_engine.ports import Floats, Progress
from qa_engine.storage import SYSTEM, Accepted, JobState, Stage, State, Store
from qa_engine.storage.ids import new_id
from tests.unit.rubric.small import small
from tests.unit.storage.cast import LEAD, take_call, take_chat
from workers.station import Station


def sound(seconds: float = 2.0, seed: int = 1) -> bytes:
    """A stereo wav of noise."""
    kept = io.BytesIO()
    with wave.open(kept, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(8000)
        noise = np.random.default_rng(seed).normal(0, 3000, (int(seconds * 8000), 2))
        out.writeframes(noise.astype(np.int16).tobytes())
    return kept.getvalue()


@dataclass
class Ear:
    """Counts how often it must listen."""

    version: str = "ear/1"
    heard: list[Interaction] = field(default_factory=list)

    def transcribe(
        self, recording: Recording, interaction: Interaction, holds: Sequence[Sequence[Span]], progress: Progress
    ) -> Transcript:
        self.heard.append(interaction)
        progress("recognise", 0.5)
        words = (Word("您好", 0.1, 0.8, 0.9),)
        turn = Turn(
            index=0, role=Role.AGENT, text="您好", start=0.1, end=0.8, kind=TurnKind.SPEECH, words=words, channel=0
        )
        return Transcript(turns=(turn,), language="zh", duration_s=recording.duration_s)


@dataclass
class NoMusic:
    version: str = "none/1"

    def music(self, sound: Floats) -> list[Span]:
        return []


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def station(store: Store, ear: Ear) -> Station:
    return Station(store, lambda: Tools(ear, NoMusic()))


def work_all(store: Store, station: Station) -> None:
    """Like the bell: whatever waits, in order."""
    while waiting := store.outbox.waiting():
        for message in waiting:
            station.work(message.payload["job"])
        store.outbox.sent([message.id for message in waiting])


def test_it_hears_a_call_and_then_judges_it(store: Store, station: Station, ear: Ear) -> None:
    row = take_call(store, sound()).interaction
    work_all(store, station)
    row = store.interaction(SYSTEM, row.id)
    assert row.state is State.DONE and row.job is not None and row.job.stage == Stage.SCORE
    assert (row.interaction.duration_s, row.container, row.codec) == (2.0, "wav", "pcm_s16le")
    transcript, signals, waveform = (look(SYSTEM, row.id) for look in (store.transcript, store.signals, store.waveform))
    assert transcript is not None and transcript.turns[0].text == "您好"
    assert signals is not None and signals.acoustic
    assert waveform is not None and len(waveform.channels) == 2
    kept = store.scorecard(SYSTEM, row.id)
    assert kept is not None and kept.versions["transcriber"] == "ear/1" and kept.scorecard.items
    assert store.rubric(SYSTEM, kept.scorecard.rubric.sha256).id == "general-zh"
    assert len(ear.heard) == 1


def test_it_never_hears_the_same_call_twice(store: Store, station: Station, ear: Ear) -> None:
    for n in range(3):
        take_call(store, sound(), external_id=str(n))
    work_all(store, station)
    assert len(ear.heard) == 1
    assert {row.state for row in store.interactions(SYSTEM).rows} == {State.DONE}
    assert {row.interaction.duration_s for row in store.interactions(SYSTEM).rows} == {2.0}


@pytest.mark.parametrize(
    "told",
    [{"language": "en"}, {"metadata": {"agent_channel": 1}}],
)
def test_it_hears_anew_what_is_told_to_be_heard_otherwise(
    store: Store, station: Station, ear: Ear, told: dict[str, object]
) -> None:
    take_call(store, sound(), external_id="1")
    take_call(store, sound(), external_id="2", **told)
    work_all(store, station)
    assert len(ear.heard) == 2


def test_it_hears_anew_with_a_new_recogniser_but_never_for_a_new_score(
    store: Store, station: Station, ear: Ear
) -> None:
    row = take_call(store, sound()).interaction
    work_all(store, station)
    ear.version = "ear/2"
    store.rescore(SYSTEM, row.id)
    work_all(store, station)
    assert len(ear.heard) == 1 and len(store.scorecards(SYSTEM, row.id)) == 2
    take_call(store, sound(), external_id="again")
    work_all(store, station)
    assert len(ear.heard) == 2


def test_it_does_not_hear_again_because_scoring_died(
    store: Store, station: Station, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = take_call(store, sound()).interaction
    with monkeypatch.context() as patch:
        patch.setattr("qa_engine.pipeline.judge", lambda *_: 1 / 0)
        work_all(store, station)
    job = store.interaction(SYSTEM, row.id).job
    assert job is not None and job.stage == Stage.SCORE and job.error is not None and job.error.code == "crashed"
    store.jobs.fail(_claimed(store, job.id), job.error, retry=False)
    store.release(SYSTEM, row.id)
    work_all(store, station)
    assert store.interaction(SYSTEM, row.id).state is State.DONE
    assert len(ear.heard) == 1


def test_it_tells_what_is_wrong_with_a_recording(store: Store, station: Station) -> None:
    row = take_call(store, b"this is no sound at all, just words").interaction
    work_all(store, station)
    row = store.interaction(SYSTEM, row.id)
    assert row.state is State.FAILED and row.job is not None and row.job.state is JobState.FAILED
    assert row.job.error is not None and row.job.error.code == "bad_audio" and row.job.error.mend


def test_it_keeps_a_copy_that_browsers_play(store: Store, station: Station) -> None:
    raw = np.random.default_rng(1).integers(0, 256, 16_000, dtype=np.uint8).tobytes()
    header = b"RIFF" + (36 + len(raw)).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    header += (6).to_bytes(2, "little") + (1).to_bytes(2, "little") + (8000).to_bytes(4, "little") * 2
    header += (1).to_bytes(2, "little") + (8).to_bytes(2, "little") + b"data" + len(raw).to_bytes(4, "little")
    accepted: Accepted = take_call(store, header + raw, media_type="audio/wav")
    work_all(store, station)
    stream, size, media_type = store.open_audio(SYSTEM, accepted.interaction.id)
    with stream:
        copy = stream.read()
    assert media_type == "audio/mp4" and b"ftyp" in copy[:16] and size == len(copy)


def test_it_judges_a_chat_without_a_single_look_at_the_models_of_sound(
    store: Store, station: Station, ear: Ear
) -> None:
    row = take_chat(store, "你好", "您好，很高兴为您服务").interaction
    work_all(store, station)
    signals = store.signals(SYSTEM, row.id)
    assert signals is not None and not signals.acoustic
    assert store.interaction(SYSTEM, row.id).score is not None and ear.heard == []


def test_it_judges_by_the_rubric_that_is_asked_for(store: Store, station: Station) -> None:
    row = take_chat(store, "你好", "您好，很高兴为您服务").interaction
    work_all(store, station)
    first = store.scorecard(SYSTEM, row.id)
    assert first is not None
    for wanted in ("general-zh", first.scorecard.rubric.sha256):
        store.rescore(SYSTEM, row.id, wanted)
    work_all(store, station)
    assert (
        len(
            store.scorecards(
                SYSTEM,
                row.id,
            )
        )
        == 3
    )
    store.rescore(SYSTEM, row.id, "/etc/passwd")
    work_all(store, station)
    job = store.interaction(SYSTEM, row.id).job
    assert job is not None and job.error is not None and job.error.code == "bad_rubric"


def _claimed(store: Store, job_id: str):  # type: ignore[no-untyped-def]
    from datetime import timedelta

    from qa_engine.storage import clock

    later = clock.now() + timedelta(hours=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: later)
        lease = store.jobs.claim(job_id, "w9")
    assert lease is not None and new_id()
    return lease


def test_the_tenants_active_version_decides_and_another_tenants_does_not(store: Store, station: Station) -> None:
    theirs = replace(LEAD, tenant="elsewhere")
    for by, version in ((LEAD, "7"), (theirs, "8")):
        draft = store.draft_rubric(by, small(version, name="ours"))
        for to in (Life.TRIAL, Life.ACTIVE):
            store.move_rubric(by, draft.id, to, "tried on the archive")
    row = take_chat(store).interaction
    work_all(store, station)
    first = store.scorecard(SYSTEM, row.id)
    assert first is not None and (first.scorecard.rubric.id, first.scorecard.rubric.version) == ("ours", "7")
    deciding = next(version.id for version in store.rubric_versions(LEAD))
    store.move_rubric(LEAD, deciding, Life.RETIRED, "back to the general one")
    store.rescore(SYSTEM, row.id)
    work_all(store, station)
    second = store.scorecard(SYSTEM, row.id)
    assert second is not None and second.scorecard.rubric.id == "general-zh"
    assert store.rubric(SYSTEM, first.scorecard.rubric.sha256).yaml == small("7", name="ours")
