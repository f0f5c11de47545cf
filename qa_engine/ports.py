"""What the engine needs from outside, as protocols; ``models/`` and ``workers/`` hold the adapters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import BinaryIO, Protocol

import numpy as np
import numpy.typing as npt

from qa_engine.domain import Interaction, Opinion, Question, Recording, Role, Span, Transcript, TurnEmotion
from qa_engine.errors import QAEngineError

Floats = npt.NDArray[np.float32]


class Progress(Protocol):
    """Told by stages how far they are: ``fraction`` is 0..1 of the stage."""

    def __call__(self, stage: str, fraction: float) -> None: ...


class Transcriber(Protocol):
    """Speech to turns. Loads its weights lazily, once a process."""

    @property
    def version(self) -> str:
        """Model and options, as kept beside every result."""
        ...

    def transcribe(
        self, recording: Recording, interaction: Interaction, holds: Sequence[Sequence[Span]], progress: Progress
    ) -> Transcript:
        """Turns with word times, confidences and roles (agent channel from metadata or setting).

        ``holds`` gives, per channel, the spans of music and ringing in which nothing may be recognised.
        """
        ...


class SoundDetector(Protocol):
    """Finds music and ringing, so that hold is told from silence and nothing is recognised in it."""

    @property
    def version(self) -> str: ...

    def music(self, sound: Floats) -> list[Span]:
        """Spans (seconds) of hold music and ringing in float32 mono at 16 kHz."""
        ...


class Embedder(Protocol):
    """Sentences to unit vectors."""

    @property
    def version(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> Floats:
        """float32 (len(texts), dimensions), each row of length 1."""
        ...


class ActModel(Protocol):
    """Tells what sentences do: asks, apologises, promises ... (the acts of ``qa_engine.checkers.acts``)."""

    @property
    def version(self) -> str: ...

    @property
    def least(self) -> Mapping[str, float]:
        """Every act in the order of the columns, with the probability from which it is told by default."""
        ...

    def probabilities(self, texts: Sequence[str], role: Role) -> Floats:
        """float32 (len(texts), acts) for sentences of one side; 0 for acts that are not that side's."""
        ...


class EmotionModel(Protocol):
    """Emotion per turn from words."""

    @property
    def version(self) -> str: ...

    def emotions(self, transcript: Transcript) -> tuple[TurnEmotion, ...]: ...


class VoiceEmotionModel(Protocol):
    """Emotion per turn from its sound alone."""

    @property
    def version(self) -> str: ...

    def emotions(self, sounds: Mapping[int, Floats]) -> tuple[TurnEmotion, ...]:
        """Of each turn in the order given; sounds are float32 mono at 16 kHz by index of the turn."""
        ...


class JudgeAway(QAEngineError):
    """The language model cannot be asked now; ask again after ``rest_s`` seconds."""

    code = "judge_away"

    def __init__(self, message: str, *, where: str, rest_s: float, mend: str | None = None) -> None:
        super().__init__(message, where=where, mend=mend)
        self.rest_s = rest_s


class Opinions(Protocol):
    """Opinions kept by what was asked, so that the same is never asked twice."""

    def get(self, key: str) -> Opinion | None: ...

    def put(self, key: str, opinion: Opinion) -> None: ...


class Judge(Protocol):
    """A language model that gives a second opinion on one item at a time."""

    @property
    def version(self) -> str:
        """Model and prompt."""
        ...

    def ask(self, question: Question, transcript: Transcript, kept: Opinions | None = None) -> Opinion:
        """Its quotes stand word for word in the transcript; ``kept`` answers first. Raises JudgeAway."""
        ...


class BlobStore(Protocol):
    """Content-addressed bytes. A key is the SHA-256 in hex; what is kept is never changed."""

    def put(self, stream: BinaryIO) -> tuple[str, int]:
        """Keep durably; returns (sha256, size). Putting the same bytes again is harmless."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """Seekable; raises NotFound."""
        ...

    def size(self, sha256: str) -> int: ...

    def delete(self, sha256: str) -> None: ...


class JobQueue(Protocol):
    """The bell: tells a worker that a job waits. It may forget; the database does not."""

    def ring(self, queue: str, job_id: str) -> None:
        """Raises ConnectionError when the bell is away."""
        ...
