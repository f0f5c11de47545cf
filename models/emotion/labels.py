"""One vocabulary of emotions for every classifier: the field's usual seven, with valence."""

from __future__ import annotations

from qa_engine.errors import BadSetting

VALENCE: dict[str, float] = {
    "anger": -1.0,
    "disappointment": -0.8,
    "anxiety": -0.6,
    "sadness": -0.6,
    "surprise": 0.0,
    "neutral": 0.0,
    "joy": 1.0,
}
SYNONYMS: dict[str, str] = {
    "angry": "anger",
    "disgust": "anger",
    "annoyance": "anger",
    "愤怒": "anger",
    "厌恶": "anger",
    "disappointed": "disappointment",
    "dissatisfied": "disappointment",
    "negative": "disappointment",
    "失望": "disappointment",
    "fear": "anxiety",
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
    "中性": "neutral",
    "happy": "joy",
    "happiness": "joy",
    "grateful": "joy",
    "gratitude": "joy",
    "love": "joy",
    "positive": "joy",
    "高兴": "joy",
}


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
