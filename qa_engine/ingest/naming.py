"""What a recording's file name tells, by a pattern such as ``{started_at:%Y%m%d-%H%M%S}_{agent}_{customer_ref}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import PurePath
from typing import Any

from qa_engine.errors import BadInput, BadSetting

_DIGITS = {"Y": 4, "m": 2, "d": 2, "H": 2, "I": 2, "M": 2, "S": 2, "y": 2, "j": 3, "f": 6}
_OTHERS = {"p": "[AaPp][Mm]", "z": r"(?:Z|[+-]\d{2}:?\d{2})", "%": "%"}
_PART = re.compile(r"\{([^{}]*)\}|([^{}]+)|(.)", re.DOTALL)
_MEND = "write fields in braces and all else as it stands, such as {started_at:%Y%m%d}_{agent}"


@dataclass(frozen=True, slots=True)
class NamePattern:
    """``{field}`` holds no character that stands beside it in the pattern, so a name fits in one way or not at all.

    ``{field:%Y%m%d}`` reads a time with the directives of strptime that have a fixed width. Fields of no known
    name become metadata. The folder and the suffix are no part of the name.
    """

    text: str
    expression: re.Pattern[str]
    fields: Mapping[str, str]
    """The form of each field's time, in order; empty for words."""

    @classmethod
    def of(cls, text: str) -> NamePattern:
        """Raises BadSetting that tells what is wrong with the pattern."""
        parts = _parts(text)
        names = [name for name, _, _ in parts if name]
        if not names:
            raise _bad("names no field", text)
        if len(set(names)) < len(names):
            raise _bad("names a field twice", text)
        return cls(text, re.compile(_expression(parts)), {name: form for name, form, _ in parts if name})

    def fits(self, name: str) -> bool:
        return self.expression.fullmatch(PurePath(name).stem) is not None

    def read(self, name: str) -> dict[str, Any]:
        """The fields of a file's name. Raises BadInput when it does not fit."""
        stem = PurePath(name).stem
        found = self.expression.fullmatch(stem)
        if found is None:
            raise BadInput(
                f"the name does not fit the pattern {self.text}", where=name, mend="rename it, or write a sidecar"
            )
        told = dict(zip(self.fields, found.groups(), strict=True))
        return {field: _value(told[field], form, f"{name}: {field}") for field, form in self.fields.items()}


Part = tuple[str, str, str]
"""Field name, its time's form, and the literal text where there is no field."""


def _parts(text: str) -> list[Part]:
    found: list[Part] = []
    for field, literal, stray in _PART.findall(text):
        if stray:
            raise _bad("has a brace without its other half", text)
        name, _, form = field.partition(":")
        if not literal and not name.strip():
            raise _bad("has a field without a name", text)
        found.append((name.strip(), form, literal))
    for (before, form, _), (after, after_form, _) in pairwise(found):
        if before and after and not (form or after_form):
            raise _bad(f"has nothing between {before} and {after}", text)
    return found


def _expression(parts: list[Part]) -> str:
    out = ""
    for index, (name, form, literal) in enumerate(parts):
        if not name:
            out += re.escape(literal)
        elif form:
            out += f"({_of_time(form)})"
        else:
            before = parts[index - 1][2][-1:] if index else ""
            after = parts[index + 1][2][:1] if index + 1 < len(parts) else ""
            beside = "".join(re.escape(char) for char in {before, after} if char)
            out += f"([^{beside}]+)" if beside else "(.+)"
    return out


def _of_time(form: str) -> str:
    out = ""
    for directive, literal in re.findall(r"%(.?)|([^%]+)", form):
        if literal:
            out += re.escape(literal)
        elif directive in _DIGITS:
            out += rf"\d{{{_DIGITS[directive]}}}"
        elif directive in _OTHERS:
            out += _OTHERS[directive]
        else:
            known = " ".join(f"%{name}" for name in (*_DIGITS, *_OTHERS))
            raise _bad(f"has %{directive} in a time", form, mend=f"use {known}")
    return out


def _value(word: str, form: str, where: str) -> Any:
    if not form:
        return word
    try:
        return datetime.strptime(word, form)  # noqa: DTZ007 - its zone is the installation's, told by `described`
    except ValueError:
        raise BadInput(f"{word} is no time of the form {form}", where=where, mend="rename it") from None


def _bad(message: str, text: str, mend: str = _MEND) -> BadSetting:
    return BadSetting(f"the pattern {message}", where=text, mend=mend)
