"""From windows to a transcript, with a scripted recogniser: roles, guesses, nobody there, bad metadata."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from models.asr import transcriber as module
from models.asr.recognizer import Decoded, How, TimedToken
from models.asr.transcriber import WhisperTranscriber
from qa_engine.domain import SAMPLE_RATE, Interaction, Kind, Recording, Role, Span, Transcript
from qa_engine.errors import BadInput
from qa_engine.ports import Floats
from qa_engine.settings import Settings

AGENT_SAYS, CUSTOMER_SAYS = "您好，很高兴為您服務。", "我想问一下我的订单。"


class Scripted:
    """Hears the agent's line in loud sound and the customer's in soft sound."""

    def decode(self, sounds: Sequence[Floats], how: How) -> list[Decoded]:
        return [self._one(float(np.abs(sound).max())) for sound in sounds]

    def detect(self, sounds: Sequence[Floats]) -> tuple[str, float]:
        return "zh", 0.9

    def languages(self) -> list[str]:
        return ["zh", "en"]

    def _one(self, level: float) -> Decoded:
        text = AGENT_SAYS if level > 0.3 else CUSTOMER_SAYS
        words = tuple(TimedToken(c, 0.9 + i * 0.2, 1.1 + i * 0.2, 0.8) for i, c in enumerate(text))
        return Decoded(text=text, tokens=(1,), log_prob=-0.2, no_speech=0.0, compression=1.0, words=words)


@pytest.fixture
def hear(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Transcribes with speech where a channel is not silent."""

    def speech(recording: Recording, channel: int, options: object) -> list[Span]:
        loud = np.flatnonzero(recording.pcm[channel])
        return [Span(loud[0] / SAMPLE_RATE, (loud[-1] + 1) / SAMPLE_RATE, "speech")] if len(loud) else []

    monkeypatch.setattr(module, "find_speech", speech)
    told: list[float] = []

    def transcribe(
        recording: Recording, holds: Sequence[Sequence[Span]] = (), language: str | None = None, **metadata: object
    ) -> Transcript:
        adapter = WhisperTranscriber(Settings(_env_file=None))  # type: ignore[call-arg]
        adapter._recognizer = Scripted()  # type: ignore[assignment]
        call = Interaction(
            id="t", kind=Kind.CALL, source="t", content_sha256="", language=language, metadata=dict(metadata)
        )
        result = adapter.transcribe(recording, call, holds, lambda stage, fraction: told.append(fraction))
        assert told == sorted(told) and told[-1] == 1.0
        told.clear()
        return result

    return transcribe


def channel(level: float, start: float, end: float, seconds: float = 10.0) -> np.ndarray:
    sound = np.zeros(round(seconds * SAMPLE_RATE))
    cut = slice(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE))
    noise = np.random.default_rng(round(level * 100)).uniform(-1, 1, len(sound))
    sound[cut] = noise[cut] * level
    return sound


def call(*channels: np.ndarray) -> Recording:
    pcm = (np.stack(channels) * 32767).astype(np.int16)
    return Recording(pcm=pcm, source_rate=8000, codec="x", container="x", speaker_channels=tuple(range(len(channels))))


LEFT, RIGHT = channel(0.9, 0, 2.5), channel(0.2, 4, 6.5)


def test_a_channel_is_a_speaker_and_the_text_is_simplified(hear: Any) -> None:
    transcript = hear(call(LEFT, RIGHT))
    assert [(t.role, t.text, t.channel) for t in transcript.turns] == [
        (Role.AGENT, "您好，很高兴为您服务。", 0),
        (Role.CUSTOMER, "我想问一下我的订单。", 1),
    ]
    assert (transcript.language, transcript.role_confidence, transcript.notices) == ("zh", 1.0, ())


@pytest.mark.parametrize("told", [1, "1"])
def test_metadata_says_which_channel_is_the_agent(hear: Any, told: object) -> None:
    assert [t.role for t in hear(call(LEFT, RIGHT), agent_channel=told).turns] == [Role.CUSTOMER, Role.AGENT]


@pytest.mark.parametrize("told", [2, "left", None, -1])
def test_it_refuses_a_channel_that_is_none(hear: Any, told: object) -> None:
    with pytest.raises(BadInput) as caught:
        hear(call(LEFT, RIGHT), agent_channel=told)
    assert caught.value.where == "metadata.agent_channel"


def test_roles_of_one_channel_are_guessed_and_told(hear: Any) -> None:
    transcript = hear(call(LEFT))
    assert [t.role for t in transcript.turns] == [Role.AGENT]
    assert transcript.role_confidence < 1.0
    assert [notice.code for notice in transcript.notices] == ["roles_guessed"]


def test_nothing_is_heard_in_a_hold(hear: Any) -> None:
    transcript = hear(call(LEFT, RIGHT), holds=[[Span(0, 3)], []])
    assert [t.role for t in transcript.turns] == [Role.CUSTOMER]


def test_an_empty_call_is_told_and_is_no_failure(hear: Any) -> None:
    transcript = hear(call(channel(0, 0, 0), channel(0, 0, 0)))
    assert transcript.turns == ()
    assert [notice.code for notice in transcript.notices] == ["no_speech"]
    assert transcript.language == "und"


def test_it_refuses_a_language_that_the_recogniser_does_not_know(hear: Any) -> None:
    with pytest.raises(BadInput, match="does not know"):
        hear(call(LEFT, RIGHT), language="klingon")


def test_a_regional_language_code_is_understood(hear: Any) -> None:
    assert hear(call(LEFT, RIGHT), language="zh-CN").language == "zh"


def test_its_version_names_weights_and_options(tmp_path: Any) -> None:
    plain = WhisperTranscriber(Settings(_env_file=None)).version  # type: ignore[call-arg]
    (tmp_path / "v.txt").write_text("宽带", "utf-8")
    worded = WhisperTranscriber(Settings(_env_file=None, vocabulary=tmp_path / "v.txt")).version  # type: ignore[call-arg]
    assert "base@d01c3014881c" in plain and "int8" in plain
    assert worded.startswith(plain) and worded != plain
