"""One vocabulary of emotions for every classifier: the field's usual seven, with valence."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qa_engine.domain import TurnEmotion
from qa_engine.errors import BadSetting

Chances = npt.NDArray[np.float32]
"""Probabilities of texts, (texts, labels) in the order of LABELS, or one row of it."""

VALENCE: dict[str, float] = {
    "anger": -1.0,
    "disappointment": -0.8,
    "anxiety": -0.6,
    "sadness": -0.6,
    "surprise": 0.0,
    "neutral": 0.0,
    "joy": 1.0,
}
LABELS: tuple[str, ...] = tuple(VALENCE)
SYNONYMS: dict[str, str] = {
    "angry": "anger",
    "disgust": "anger",
    "annoyance": "anger",
    "愤怒": "anger",
    "厌恶": "anger",
    "disappointed": "disappointment",
    "dissatisfied": "disappointment",
    "dissatisfaction": "disappointment",
    "depress": "disappointment",
    "negative": "disappointment",
    "negative-other": "disappointment",
    "失望": "disappointment",
    "fear": "anxiety",
    "fearful": "anxiety",
    "anxious": "anxiety",
    "worried": "anxiety",
    "nervousness": "anxiety",
    "恐惧": "anxiety",
    "担心": "anxiety",
    "焦虑": "anxiety",
    "sad": "sadness",
    "grief": "sadness",
    "悲伤": "sadness",
    "surprised": "surprise",
    "astonished": "surprise",
    "惊讶": "surprise",
    "calm": "neutral",
    "relaxed": "neutral",
    "中性": "neutral",
    "happy": "joy",
    "happiness": "joy",
    "grateful": "joy",
    "gratitude": "joy",
    "love": "joy",
    "positive": "joy",
    "positive-other": "joy",
    "高兴": "joy",
}


def turn_emotion(turn: int, row: Chances) -> TurnEmotion:
    """The likeliest emotion of a turn; its valence is the mean over all that it may be."""
    best = int(row.argmax())
    valence = sum(float(chance) * VALENCE[label] for chance, label in zip(row, LABELS, strict=True))
    return TurnEmotion(turn, LABELS[best], round(valence, 3), round(float(row[best]), 3))


def common_label(label: str) -> str:
    """The common name of a classifier's label. Raises BadSetting for one that has none."""
    name = label.strip().lower()
    found = name if name in VALENCE else SYNONYMS.get(name)
    if found is None:
        raise BadSetting(
            f"the emotion model answers {label!r}, which is none of the known labels",
            where="QA_ENGINE_EMOTION_MODEL",
            mend="give the model's config an id2label of " + ", ".join(VALENCE),
        )
    return found
