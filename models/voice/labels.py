"""Decides what each label of a voice model means, by our common names and by the mapping of the settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models.emotion.labels import LABELS, common_label
from qa_engine.errors import BadSetting

SETTING = "QA_ENGINE_VOICE_EMOTION_LABELS"
_MEND = "write LABEL_0=anger, LABEL_1=neutral ...; to the right of = stand " + ", ".join(LABELS)
NOTHING_TOLD = frozenset({"other", "others", "unknown", "<unk>", "unk", "其他", "未知"})
"""Labels by which a model tells that it tells nothing; they count as neutral."""


def mapping_of(setting: str) -> dict[str, str]:
    """``LABEL_0=anger, LABEL_1=calm`` as label to common name. Raises BadSetting."""
    found: dict[str, str] = {}
    for pair in setting.replace("，", ",").split(","):
        theirs, apart, ours = pair.rpartition("=")
        if not apart and pair.strip():
            raise BadSetting(f"{pair.strip()!r} is no pair of labels", where=SETTING, mend=_MEND)
        if apart:
            found[theirs.strip()] = common_label(ours, SETTING, _MEND)
    return found


def meanings(labels: Iterable[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """The common name of each of a model's labels. Raises BadSetting for one unknown, or mapped but not there."""
    known = tuple(labels)
    strange = [label for label in mapping if label not in known]
    if strange:
        raise BadSetting(
            f"the voice model has no label {strange[0]!r}", where=SETTING, mend="its labels are " + ", ".join(known)
        )
    return {label: mapping.get(label) or _meaning(label) for label in known}


def _meaning(label: str) -> str:
    """Of several names for one thing (生气/angry) the first that is known; the whole is told where none is."""
    names = [label, *label.split("/")]
    if any(name.strip().lower() in NOTHING_TOLD for name in names):
        return "neutral"
    for name in names[1:]:
        try:
            return common_label(name)
        except BadSetting:
            continue
    raise BadSetting(
        f"the voice model answers {label!r}, which is none of the known labels",
        where=SETTING,
        mend=f"tell what it means, such as {label}=anger; to the right of = stand " + ", ".join(LABELS),
    )
