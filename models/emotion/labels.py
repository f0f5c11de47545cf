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
RELABEL = "give the model's config an id2label of " + ", ".join(LABELS)
SYNONYMS: dict[str, tuple[str, ...]] = {
    "anger": ("angry", "ang", "disgust", "disgusted", "dis", "annoyance", "愤怒", "生气", "厌恶"),
    "disappointment": (
        *("disappointed", "dissatisfied", "dissatisfaction", "depress", "negative", "negative-other"),
        *("frustrated", "frustration", "fru", "失望", "不满"),
    ),
    "anxiety": (
        *("fear", "fearful", "fea", "anxious", "worried", "nervousness"),
        *("恐惧", "害怕", "担心", "焦虑"),
    ),
    "sadness": ("sad", "grief", "悲伤", "难过", "伤心"),
    "surprise": ("surprised", "sur", "astonished", "惊讶", "吃惊"),
    "neutral": ("neu", "calm", "cal", "relaxed", "中性", "中立", "平静"),
    "joy": (
        *("happy", "hap", "happiness", "excited", "exc", "grateful", "gratitude", "love", "positive"),
        *("positive-other", "高兴", "开心", "快乐"),
    ),
}
_COMMON: dict[str, str] = {theirs: ours for ours, names in SYNONYMS.items() for theirs in (ours, *names)}


def turn_emotion(turn: int, row: Chances) -> TurnEmotion:
    """The likeliest emotion of a turn; its valence is the mean over all that it may be."""
    best = int(row.argmax())
    valence = sum(float(chance) * VALENCE[label] for chance, label in zip(row, LABELS, strict=True))
    return TurnEmotion(turn, LABELS[best], round(valence, 3), round(float(row[best]), 3))


def common_label(label: str, where: str = "QA_ENGINE_EMOTION_MODEL", mend: str = RELABEL) -> str:
    """The common name of a classifier's label. Raises BadSetting for one that has none."""
    found = _COMMON.get(label.strip().lower())
    if found is None:
        raise BadSetting(
            f"the emotion model answers {label!r}, which is none of the known labels", where=where, mend=mend
        )
    return found
