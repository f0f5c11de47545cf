"""Decides how worked up customer and agent are, turn by turn: words and voice together, and how it went on."""

from qa_engine.emotion.domain import Course, Emotion, Level, Turning, TurnLevel
from qa_engine.emotion.hearing import with_voices
from qa_engine.emotion.trace import VERSION, trace

__all__ = ["VERSION", "Course", "Emotion", "Level", "TurnLevel", "Turning", "trace", "with_voices"]
