"""What a line must hold for an entry to match in it: one or two neighbouring characters, joined by and and or."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Literals = frozenset[str]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of the grams, each of one or two characters."""

    grams: frozenset[str]


@dataclass(frozen=True, slots=True)
class Every:
    """All of the parts; without any, nothing is demanded."""

    parts: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """One of the parts."""

    parts: tuple[Need, ...]


Need = AnyOf | Every | Some
NOTHING = Every()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a pattern: the literals it is exactly one of, where these are few; else what it demands."""

    exact: Literals | None = None
    need: Need = NOTHING


def either(parts: Sequence[Part]) -> Part:
    """One of the parts."""
    exact: Literals = frozenset().union(*(part.exact for part in parts if part.exact is not None))
    needs = [part.need for part in parts if part.exact is None]
    if not needs:
        return Part(exact)
    return Part(need=_some([*needs, *([demanded(Part(exact))] if exact else [])]))


def demanded(part: Part) -> Need:
    """Of literals, how one of them begins and how one of them ends."""
    if part.exact is None:
        return part.need
    if not part.exact or "" in part.exact:
        return NOTHING
    return every([AnyOf(frozenset(t[:2] for t in part.exact)), AnyOf(frozenset(t[-2:] for t in part.exact))])


def every(needs: Iterable[Need]) -> Need:
    parts = tuple(dict.fromkeys(need for need in needs if need != NOTHING))
    return parts[0] if len(parts) == 1 else Every(parts)


def _some(needs: Iterable[Need]) -> Need:
    parts = tuple(dict.fromkeys(needs))
    return parts[0] if len(parts) == 1 else NOTHING if NOTHING in parts or not parts else Some(parts)
