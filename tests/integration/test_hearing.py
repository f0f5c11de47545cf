"""Real weights on real sound: nothing is invented where nobody speaks, and speech comes out with times and roles."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.asr import WhisperTranscriber
from models.embeddings import E5Embedder
from models.sound import OmniSound
from models.weights import verify
from qa_engine.audio.decode import decode
from qa_engine.audio.limits import Limits
from qa_engine.domain import SAMPLE_RATE, Interaction, Kind, Recording, Role, Transcript
from qa_engine.evaluation.asr import evaluate
from qa_engine.settings import Settings

pytestmark = pytest.mark.model

MINUTE = 60 * SAMPLE_RATE
T = np.arange(MINUTE) / SAMPLE_RATE
Hear = Callable[..., Transcript]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def hear(settings: Settings) -> Hear:
    transcriber = WhisperTranscriber(settings)

    def transcribe(recording: Recording, language: str | None = None, **metadata: object) -> Transcript:
        call = Interaction(
            id="t", kind=Kind.CALL, source="t", content_sha256="", language=language, metadata=dict(metadata)
        )
        return transcriber.transcribe(recording, call, [], lambda stage, fraction: None)

    return transcribe


def load(path: Path) -> Recording:
    with path.open("rb") as stream:
        return decode(stream, path.name, Limits.of(Settings()))


def mono(sound: np.ndarray) -> Recording:
    pcm = (np.clip(sound, -1, 1) * 32767).astype(np.int16)[None]
    return Recording(pcm=pcm, source_rate=8000, codec="x", container="x")


def melody() -> np.ndarray:
    """A minute of plain synthetic hold music: plucked chords."""
    out = np.zeros(MINUTE)
    each = SAMPLE_RATE // 2
    t = np.arange(each) / SAMPLE_RATE
    for k in range(MINUTE // each):
        root = (261.6, 349.2, 392.0, 329.6)[k // 4 % 4]
        chord = [root, root * 1.25, root * 1.5]
        out[k * each : (k + 1) * each] = 0.1 * np.exp(-3 * t) * sum(np.sin(2 * np.pi * f * t) for f in chord)
    return out


def pink() -> np.ndarray:
    walk = np.cumsum(np.random.default_rng(1).standard_normal(MINUTE))
    walk -= np.convolve(walk, np.ones(2000) / 2000, "same")
    return 0.1 * walk / np.abs(walk).max()


NOBODY = {
    "silence": np.zeros(MINUTE),
    "ringing": 0.3 * np.sin(2 * np.pi * 450 * T) * ((T % 5) < 1),
    "busy tone": 0.3 * np.sin(2 * np.pi * 450 * T) * ((T % 0.7) < 0.35),
    "hiss": 0.05 * np.random.default_rng(0).standard_normal(MINUTE),
    "loud hiss": 0.3 * np.random.default_rng(2).standard_normal(MINUTE),
    "rumble": pink(),
    "mains hum": 0.05 * np.sin(2 * np.pi * 50 * T),
    "music": melody(),
}


@pytest.mark.parametrize("language", ["zh", "en", None])
@pytest.mark.parametrize("name", NOBODY)
def test_nothing_is_invented_where_nobody_speaks(hear: Hear, name: str, language: str | None) -> None:
    transcript = hear(mono(NOBODY[name]), language)
    assert transcript.turns == ()
    assert [notice.code for notice in transcript.notices] == ["no_speech"]


@pytest.mark.shared
def test_nothing_is_invented_in_real_hold_music_and_it_is_found(hear: Hear, settings: Settings, corpus: Path) -> None:
    detector = OmniSound(settings.home)
    for path in sorted((corpus / "telephony_noise_rir_holdmusic").glob("hold_*.flac")):
        recording = load(path)
        assert hear(recording, "zh").turns == (), path.name
        held = sum(span.end - span.start for span in detector.music(recording.channel(0)))
        assert held / recording.duration_s > 0.7, path.name


@pytest.mark.parametrize(("name", "label"), [("ringing", "ringing"), ("busy tone", "ringing"), ("music", "music")])
def test_ringing_and_music_are_found(settings: Settings, name: str, label: str) -> None:
    spans = OmniSound(settings.home).music(NOBODY[name].astype(np.float32))
    assert {span.label for span in spans} == {label}
    assert sum(span.end - span.start for span in spans) > 50


@pytest.mark.parametrize("name", ["silence", "hiss", "rumble"])
def test_silence_and_noise_are_no_hold(settings: Settings, name: str) -> None:
    assert OmniSound(settings.home).music(NOBODY[name].astype(np.float32)) == []


@pytest.mark.shared
def test_a_stereo_call_comes_out_in_order_with_both_roles(hear: Hear, corpus: Path) -> None:
    whole = load(corpus / "calls_en_two_channel_aws" / "auto_repairs_40_stereo_L-agent_R-caller.flac")
    recording = Recording(
        pcm=whole.pcm[:, : 60 * SAMPLE_RATE], source_rate=8000, codec="flac", container="flac", speaker_channels=(0, 1)
    )
    transcript = hear(recording)
    assert transcript.language == "en"
    assert transcript.role_confidence == 1.0
    starts = [turn.start for turn in transcript.turns]
    assert starts == sorted(starts)
    assert {turn.role for turn in transcript.turns} == {Role.AGENT, Role.CUSTOMER}
    assert "thank you for calling" in transcript.of(Role.AGENT)[0].text.lower()
    assert "weeks ago" in " ".join(turn.text for turn in transcript.of(Role.CUSTOMER))
    for turn in transcript.turns:
        assert turn.words
        assert all(0 <= word.start <= word.end <= 60.0 and 0 <= word.confidence <= 1 for word in turn.words)
    swapped = hear(recording, "en", agent_channel="1")
    assert "thank you for calling" in swapped.of(Role.CUSTOMER)[0].text.lower()


@pytest.mark.shared
def test_chinese_comes_out_simplified_with_the_errors_we_state(hear: Hear, corpus: Path) -> None:
    report = evaluate(corpus / "asr_zh_read_speech" / "manifest.jsonl", lambda path: hear(load(path), "zh"))
    assert report.cer is not None and report.cer < 0.28
    assert report.total("deletions") <= 6
    assert all("們" not in score.heard and "麼" not in score.heard for score in report.scores)


@pytest.mark.shared
def test_one_long_channel_loses_no_speech(hear: Hear, corpus: Path) -> None:
    folder = corpus / "casia_speech_emotion_zh"
    lines = [json.loads(line) for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines()][::18]
    sound, begins, at = [], [], 0.0
    for number, line in enumerate(lines):
        clip = load(folder / line["file"]).channel(0)
        begins.append((at, at + len(clip) / SAMPLE_RATE))
        gap = np.zeros((1 + number % 4) * SAMPLE_RATE, dtype=np.float32)
        sound += [clip, gap]
        at += (len(clip) + len(gap)) / SAMPLE_RATE
    words = [word for turn in hear(mono(np.concatenate(sound)), "zh").turns for word in turn.words]
    for begin, end in begins:
        assert any(begin - 0.3 <= (word.start + word.end) / 2 <= end + 0.3 for word in words), (begin, end)
    outside = [w for w in words if not any(b - 0.4 <= w.start and w.end <= e + 0.4 for b, e in begins)]
    assert outside == []


def test_sentences_that_mean_the_same_are_nearer_than_others(settings: Settings) -> None:
    embedder = E5Embedder(settings.home)
    vectors = embedder.embed(["我要退款", "请把钱退给我", "今天天气很好", "我要退款"])
    assert vectors.dtype == np.float32 and vectors.shape == (4, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    assert np.array_equal(vectors[0], vectors[3])
    assert embedder.embed([]).shape == (0, 384)
    assert np.isfinite(embedder.embed(["", "\0", "🙂"])).all()


def test_all_shipped_weights_verify(settings: Settings) -> None:
    assert [one.state for one in verify(settings.home)] == ["verified"] * 4
