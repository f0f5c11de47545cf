"""Who said what, when, and how sure we are of it: the one form that calls and chats share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qa_engine.domain.text import Text


class Role(StrEnum):
    AGENT = "agent"
    CUSTOMER = "customer"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class TurnKind(StrEnum):
    """SPEECH and TEXT carry words to judge; the others are kept so that the replay is whole."""

    SPEECH = "speech"
    TEXT = "text"
    RECALLED = "recalled"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"
    LINK = "link"
    LOCATION = "location"
    CARD = "card"
    STICKER = "sticker"
    EVENT = "event"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word (in Chinese often one Hanzi); times in seconds of the recording, confidence 0..1."""

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One stretch of one speaker, or one chat message.

    ``start`` and ``end`` are seconds from the interaction's start; None in a chat without times. ``confidence`` (0..1)
    is that of the words: 1.0 for typed text. ``automatic`` marks messages that no person wrote (greeting robots,
    queue notices). ``speaker`` is the name or number the source gives. ``channel`` counts from 0.
    """

    index: int
    role: Role
    text: str
    start: float | None = None
    end: float | None = None
    confidence: float = 1.0
    kind: TurnKind = TurnKind.TEXT
    words: tuple[Word, ...] = ()
    channel: int | None = None
    speaker: str | None = None
    automatic: bool = False

    @property
    def judged(self) -> bool:
        """Whether a person's words are in it: what checkers read."""
        return self.kind in (TurnKind.SPEECH, TurnKind.TEXT) and not self.automatic and bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about the material that people should know: a silent channel, guessed roles, a skipped message."""

    code: str
    message: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """All turns in order of their start (chat: of the messages).

    ``role_confidence`` (0..1) tells how sure the roles are: 1.0 for separate channels or named senders.
    ``language`` is the one recognised or detected. ``notices`` travel to the console and the scorecard's reader.
    """

    turns: tuple[Turn, ...]
    language: str
    role_confidence: float = 1.0
    duration_s: float | None = None
    notices: tuple[Notice, ...] = ()

    def of(self, role: Role) -> tuple[Turn, ...]:
        """The judged turns of one role, in order."""
        return tuple(t for t in self.turns if t.role is role and t.judged)
