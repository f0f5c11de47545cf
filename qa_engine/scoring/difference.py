"""What another judgement changes: verdicts that flip, bands, scores, by agent, team and vendor; parts add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_engine.scoring.bulk import BANDS, NO_BAND, OUTCOMES

ABSENT = len(OUTCOMES)
"""The code of an item that a scorecard does not judge."""
NAMES = (*(str(outcome) for outcome in OUTCOMES), "ABSENT")
BAND_NAMES = (*(str(band) for band in BANDS), "none")
GROUPS = ("agent", "team", "vendor")
MEASURES = (
    "n", "scored_before", "sum_before", "scored_after", "sum_after", "fatal_before", "fatal_after",
    *(f"{name}_{when}" for when in ("before", "after") for name in BAND_NAMES),
)  # fmt: skip
"""Of each agent, team and vendor; ``sum`` is of the scores that there are."""
STEP = 0.5
"""Points: how finely shifts of the score are counted."""
KEPT = 5
"""Examples of each item, and largest movers, that a part keeps."""
Codes = NDArray[np.uint8]
Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Judgements:
    """``n`` scorecards as columns: ``outcomes`` (items, n) codes of NAMES, ``score`` (n) nan without one, ``band`` (n)
    codes of BAND_NAMES."""

    items: tuple[str, ...]
    outcomes: Codes
    score: Scores
    band: Codes
    flags: Sequence[tuple[str, ...]]

    def of(self, items: Sequence[str]) -> Codes:
        """The outcomes of these items, ABSENT where they are not judged."""
        rows = dict(zip(self.items, self.outcomes, strict=True))
        nothing = np.full(len(self.score), ABSENT, np.uint8)
        return np.array([rows.get(item, nothing) for item in items], np.uint8).reshape(len(items), len(self.score))

    @property
    def fatal(self) -> NDArray[np.bool_]:
        return np.array(["fatal" in flags for flags in self.flags], bool)


@dataclass(frozen=True, slots=True)
class Example:
    """One interaction to listen to. Of the largest movers ``item`` is "" and the verdicts are the bands."""

    item: str
    interaction: str
    before: str
    after: str
    score_before: float | None
    score_after: float | None

    @property
    def moved(self) -> float:
        """Points, either way; 0 where a score is missing."""
        if self.score_before is None or self.score_after is None:
            return 0.0
        return abs(self.score_after - self.score_before)


@dataclass(frozen=True, slots=True)
class Difference:
    """``compared`` interactions had a scorecard; ``apart`` counts the others by reason.

    ``outcomes`` counts (item, before, after), ``bands`` (before, after), ``shift`` the change of score in STEPs,
    ``flags`` (flag, "gained" or "lost"). ``groups`` holds MEASURES by kind and name; who has no name is "".
    """

    compared: int = 0
    apart: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    bands: Counter[tuple[str, str]] = field(default_factory=Counter)
    shift: Counter[int] = field(default_factory=Counter)
    flags: Counter[tuple[str, str]] = field(default_factory=Counter)
    groups: Mapping[str, Mapping[str, Sequence[float]]] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()

    def dump(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "compared": self.compared,
            "apart": dict(self.apart),
            **{name: [[*key, n] for key, n in getattr(self, name).items()] for name in ("outcomes", "bands", "flags")},
            "shift": list(self.shift.items()),
            "groups": {kind: {name: list(told) for name, told in these.items()} for kind, these in self.groups.items()},
            "examples": [
                [e.item, e.interaction, e.before, e.after, e.score_before, e.score_after] for e in self.examples
            ],
        }

    @classmethod
    def load(cls, told: Mapping[str, Any]) -> Difference:
        return cls(
            compared=told["compared"],
            apart=Counter(told["apart"]),
            outcomes=Counter({(item, old, new): n for item, old, new, n in told["outcomes"]}),
            bands=Counter({(old, new): n for old, new, n in told["bands"]}),
            shift=Counter(dict(told["shift"])),
            flags=Counter({(flag, way): n for flag, way, n in told["flags"]}),
            groups=told["groups"],
            examples=tuple(Example(*one) for one in told["examples"]),
        )


def compare(
    ids: Sequence[str], whose: Mapping[str, Sequence[str | None]], before: Judgements, after: Judgements
) -> Difference:
    """The difference over interactions in one order; ``whose`` holds the agent, team and vendor of each."""
    items = tuple(dict.fromkeys((*after.items, *before.items)))
    old, new = before.of(items), after.of(items)
    moved = after.score - before.score
    return Difference(
        compared=len(ids),
        outcomes=Counter(dict(_outcomes(items, old, new))),
        bands=Counter({(BAND_NAMES[b], BAND_NAMES[a]): n for b, a, n in _pairs(_bands(before), _bands(after))}),
        shift=Counter(_counted(np.rint(moved[~np.isnan(moved)] / STEP).astype(np.int64))),
        flags=_flags(before.flags, after.flags),
        groups={kind: _group(whose[kind], before, after) for kind in GROUPS},
        examples=tuple(_examples(ids, zip(items, old, new, strict=True), before, after)),
    )


def total(parts: Iterable[Difference]) -> Difference:
    """The sum; of examples, the first KEPT of each item by how far the score moved."""
    compared = 0
    counters: dict[str, Counter[Any]] = {n: Counter() for n in ("apart", "outcomes", "bands", "shift", "flags")}
    groups: dict[str, dict[str, Sequence[float]]] = {kind: {} for kind in GROUPS}
    examples: list[Example] = []
    for part in parts:
        compared += part.compared
        for name, counter in counters.items():
            counter.update(getattr(part, name))
        for kind, these in part.groups.items():
            for who, told in these.items():
                known = groups[kind].get(who)
                groups[kind][who] = told if known is None else [a + b for a, b in zip(known, told, strict=True)]
        examples.extend(part.examples)
    return Difference(compared=compared, **counters, groups=groups, examples=_foremost(examples))


def _outcomes(items: Sequence[str], old: Codes, new: Codes) -> Iterable[tuple[tuple[str, str, str], int]]:
    for item, was, now in zip(items, old, new, strict=True):
        for before, after, n in _pairs(was, now):
            if (before, after) != (ABSENT, ABSENT):
                yield (item, NAMES[before], NAMES[after]), n


def _pairs(before: Codes, after: Codes) -> Iterable[tuple[int, int, int]]:
    width = len(NAMES)
    return ((pair // width, pair % width, n) for pair, n in _counted(before.astype(np.int64) * width + after).items())


def _counted(values: NDArray[np.int64]) -> dict[int, int]:
    found, counts = np.unique(values, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


def _bands(told: Judgements) -> Codes:
    return np.where(told.band == NO_BAND, len(BANDS), told.band).astype(np.uint8)


def _flags(before: Sequence[tuple[str, ...]], after: Sequence[tuple[str, ...]]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for was, now in zip(before, after, strict=True):
        if was != now:
            found.update((flag, "gained") for flag in set(now) - set(was))
            found.update((flag, "lost") for flag in set(was) - set(now))
    return found


def _group(names: Sequence[str | None], before: Judgements, after: Judgements) -> dict[str, list[float]]:
    places: dict[str, int] = {}
    codes = np.array([places.setdefault(name or "", len(places)) for name in names], np.int64)
    columns: list[NDArray[Any]] = [np.ones(len(names))]
    for told in (before, after):
        columns += [~np.isnan(told.score), np.nan_to_num(told.score)]
    columns += [before.fatal, after.fatal]
    columns += [_bands(told) == band for told in (before, after) for band in range(len(BAND_NAMES))]
    sums = np.array([np.bincount(codes, weights=column, minlength=len(places)) for column in columns])
    return {name: np.round(sums[:, place], 2).tolist() for name, place in places.items()}


def _examples(
    ids: Sequence[str], items: Iterable[tuple[str, Codes, Codes]], before: Judgements, after: Judgements
) -> Iterable[Example]:
    """Those whose score moved most: of each item among what flipped, and of all."""
    order = np.argsort(-np.nan_to_num(np.abs(after.score - before.score)), kind="stable")

    def example(item: str, at: int, was: str, now: str) -> Example:
        return Example(item, ids[at], was, now, _number(before.score[at]), _number(after.score[at]))

    for item, was, now in items:
        flips = (was != now) & (was != ABSENT) & (now != ABSENT)
        for at in order[flips[order]][:KEPT].tolist():
            yield example(item, at, NAMES[was[at]], NAMES[now[at]])
    old, new = _bands(before), _bands(after)
    for at in order[:KEPT].tolist():
        mover = example("", at, BAND_NAMES[old[at]], BAND_NAMES[new[at]])
        if mover.moved:
            yield mover


def _foremost(examples: Iterable[Example]) -> tuple[Example, ...]:
    kept: Counter[str] = Counter()
    found = []
    for one in sorted(examples, key=lambda e: (-e.moved, e.interaction)):
        kept[one.item] += 1
        if kept[one.item] <= KEPT * 2:
            found.append(one)
    return tuple(found)


def _number(score: np.float64) -> float | None:
    return None if np.isnan(score) else round(float(score), 2)
