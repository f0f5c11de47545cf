"""The life of a rubric's version: where it may go from each state."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Life(StrEnum):
    """DRAFT may be edited; from TRIAL on the text stands for good; ACTIVE decides live work; RETIRED did so once."""

    DRAFT = "draft"
    TRIAL = "trial"
    ACTIVE = "active"
    RETIRED = "retired"


MOVES: Mapping[Life, frozenset[Life]] = MappingProxyType(
    {
        Life.DRAFT: frozenset({Life.TRIAL}),
        Life.TRIAL: frozenset({Life.ACTIVE, Life.RETIRED}),
        Life.ACTIVE: frozenset({Life.RETIRED}),
        Life.RETIRED: frozenset({Life.ACTIVE}),
    }
)
"""A retired version may come back as it was; nothing frozen becomes a draft again: a copy with a new version does."""
