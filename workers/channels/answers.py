"""What the other side made of a message: taken, not now, never from this channel, or a fault that may pass."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

PATIENT_S = 60.0
"""How long one rests who was told to come more slowly: the longest window that robots count in."""
NOT_NOW = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Answer:
    """``error`` is None when the message was taken. ``refused``: nothing from this channel ever will be, as it is set
    up. ``rest_s``: how long to wait at least."""

    error: str | None = None
    refused: bool = False
    rest_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Codes:
    """Where a robot's answer tells its code, and which codes mean to wait, and that it is set up wrongly."""

    code: tuple[str, ...]
    message: tuple[str, ...]
    busy: Collection[int]
    wrong: Collection[int]


def read_answer(status: int, body: bytes, codes: Codes, asked_s: float = 0.0) -> Answer:
    """A robot says 200 to everything and tells in the body what it means."""
    if status in NOT_NOW:
        return Answer(f"answered {status}", rest_s=max(asked_s, PATIENT_S))
    if 400 <= status < 500:
        return Answer(f"answered {status}: the address is not taken", refused=True)
    if not 200 <= status < 300:
        return Answer(f"answered {status}", rest_s=asked_s)
    told = _object(body)
    code = next((told[name] for name in codes.code if isinstance(told.get(name), int)), None)
    if code == 0:
        return Answer()
    said = next((str(told[name]) for name in codes.message if told.get(name)), "")[:300]
    why = f"answered {code}: {said}" if code is not None else "answered without a code"
    if code in codes.busy:
        return Answer(why, rest_s=PATIENT_S)
    return Answer(why, refused=code in codes.wrong)


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
