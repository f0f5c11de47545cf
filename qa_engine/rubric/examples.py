"""Examples of every operator, as data: what is asked, of which conversation, and the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

import yaml
from pydantic import AwareDatetime, Field, field_validator

from qa_engine.domain import Outcome
from qa_engine.rubric.spec import Bilingual, Part, Trial


class Case(Part):
    """One row: the parameters, a conversation (as in the tests of an item) and what the operator says of it."""

    ask: Mapping[str, Any]
    lines: tuple[str, ...] = Field(min_length=1)
    answer: Literal["true", "false", "unknown"]
    note: Bilingual | None = None
    kind: Literal["chat", "call"] = "chat"
    times: tuple[float, ...] | None = None
    meta: Mapping[str, Any] = Field(default_factory=dict)
    signals: Mapping[str, Any] | None = None
    started_at: AwareDatetime | None = None

    @field_validator("answer", mode="before")
    @classmethod
    def _word(cls, value: object) -> object:
        return str(value).lower() if isinstance(value, bool) else value

    @property
    def trial(self) -> Trial:
        """Its conversation as a test dialogue."""
        about = self.model_dump(include={"kind", "times", "meta", "signals", "started_at"})
        return Trial(expect=Outcome.MET, dialogue=self.lines, **about)


@lru_cache(maxsize=1)
def cases() -> Mapping[str, Sequence[Case]]:
    """The rows of each operator by its name."""
    text = (files("qa_engine.rubric") / "examples.yaml").read_text(encoding="utf-8")
    rows: dict[str, list[dict[str, Any]]] = yaml.safe_load(text)
    return MappingProxyType({name: tuple(Case.model_validate(row) for row in found) for name, found in rows.items()})
