"""Frozen types that every room shares; they know nothing of files, models, web or database."""

from qa_engine.domain.dossier import Dossier
from qa_engine.domain.interaction import Direction, Interaction, Kind
from qa_engine.domain.principal import Principal, UserRole
from qa_engine.domain.question import Example, Question
from qa_engine.domain.recording import SAMPLE_RATE, Recording
from qa_engine.domain.rubric_life import MOVES, Life
from qa_engine.domain.scorecard import Band, Evidence, ItemResult, Opinion, Outcome, Quote, RubricRef, Scorecard
from qa_engine.domain.signals import Overlap, Signals, Silence, Span, SpeakerSignals, TurnEmotion, TurnSignals
from qa_engine.domain.text import Lang, Text
from qa_engine.domain.transcript import Notice, Role, Transcript, Turn, TurnKind, Word

__all__ = [
    "MOVES",
    "SAMPLE_RATE",
    "Band",
    "Direction",
    "Dossier",
    "Evidence",
    "Example",
    "Interaction",
    "ItemResult",
    "Kind",
    "Lang",
    "Life",
    "Notice",
    "Opinion",
    "Outcome",
    "Overlap",
    "Principal",
    "Question",
    "Quote",
    "Recording",
    "Role",
    "RubricRef",
    "Scorecard",
    "Signals",
    "Silence",
    "Span",
    "SpeakerSignals",
    "Text",
    "Transcript",
    "Turn",
    "TurnEmotion",
    "TurnKind",
    "TurnSignals",
    "UserRole",
    "Word",
]
