"""What a look at a pack finds, for people in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from qa_engine.domain import Text
from qa_engine.errors import QAEngineError

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a pack: an ``error`` must be mended, a ``warning`` should be looked at."""

    level: Level
    where: str
    told: Text
    cure: Text

    @property
    def message(self) -> str:
        return self.told.en

    @property
    def mend(self) -> str:
        return self.cure.en

    @property
    def line(self) -> int | None:
        """From 1; None where it is about the pack as a whole."""
        tail = self.where.rpartition(":")[2]
        return int(tail) if tail.isdigit() else None

    def __str__(self) -> str:
        return f"{self.where}: {self.level}: {self.message}{f' ({self.mend})' if self.mend else ''}"


def error(where: str, told: Text, cure: Text) -> Finding:
    return Finding("error", where, told, cure)


def warning(where: str, told: Text, cure: Text) -> Finding:
    return Finding("warning", where, told, cure)


def finding_of(fault: QAEngineError, name: str) -> Finding:
    """What stops a pack from being read, as an error among the others."""
    mend = fault.mend or ""
    return error(fault.where or name, Text(fault.message, fault.message), Text(mend, mend))
