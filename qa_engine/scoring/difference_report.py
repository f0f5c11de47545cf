"""A difference as people read it: shares, quantiles, matrices, the largest examples; for API, console and terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from qa_engine.scoring.difference import BAND_NAMES, MEASURES, STEP, Difference, Example

PERCENTILES = (5, 25, 50, 75, 95)
NO_VERDICT = ("ABSENT", "NOT_APPLICABLE")


@dataclass(frozen=True, slots=True)
class Flow:
    """So many went from one verdict or band to another, or stayed."""

    before: str
    after: str
    count: int


@dataclass(frozen=True, slots=True)
class ItemDifference:
    """``flipped`` of ``compared`` verdicts, given on both sides, are others now; ``matrix`` counts all, the most
    frequent first (ABSENT: that scorecard does not judge the item)."""

    item: str
    compared: int
    flipped: int
    matrix: tuple[Flow, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """Points by which the score moved, of ``count`` that have one on both sides; percentiles to half a point."""

    count: int
    mean: float | None
    percentiles: Mapping[int, float]
    moved: int


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """One agent, team or vendor; ``name`` is "" where none is known. Means are over those that have a score."""

    name: str
    count: int
    mean_before: float | None
    mean_after: float | None
    fatal_before: int
    fatal_after: int
    bands_before: Mapping[str, int]
    bands_after: Mapping[str, int]

    @property
    def change(self) -> float:
        """Points; 0 where a mean is missing."""
        if self.mean_before is None or self.mean_after is None:
            return 0.0
        return round(self.mean_after - self.mean_before, 2)


@dataclass(frozen=True, slots=True)
class Report:
    """``undetermined`` are shares (0..1) of the verdicts that apply; ``movers`` moved most in score or band."""

    compared: int
    apart: Mapping[str, int]
    items: tuple[ItemDifference, ...]
    bands: tuple[Flow, ...]
    shift: Shift
    undetermined_before: float | None
    undetermined_after: float | None
    fatal_gained: int
    fatal_lost: int
    flags_gained: Mapping[str, int]
    flags_lost: Mapping[str, int]
    agents: tuple[GroupDifference, ...]
    teams: tuple[GroupDifference, ...]
    vendors: tuple[GroupDifference, ...]
    movers: tuple[Example, ...]


def report(told: Difference) -> Report:
    """Items by how many of them flipped, groups by how far their mean moved."""
    ways = {way: {flag: n for (flag, by), n in told.flags.items() if by == way} for way in ("gained", "lost")}
    return Report(
        compared=told.compared,
        apart=dict(told.apart),
        items=_items(told),
        bands=tuple(Flow(*key, n) for key, n in sorted(told.bands.items(), key=_by_band)),
        shift=_shift(told.shift),
        undetermined_before=_undetermined(told, 1),
        undetermined_after=_undetermined(told, 2),
        fatal_gained=ways["gained"].get("fatal", 0),
        fatal_lost=ways["lost"].get("fatal", 0),
        flags_gained=ways["gained"],
        flags_lost=ways["lost"],
        agents=_groups(told, "agent"),
        teams=_groups(told, "team"),
        vendors=_groups(told, "vendor"),
        movers=tuple(one for one in told.examples if not one.item),
    )


def _items(told: Difference) -> tuple[ItemDifference, ...]:
    flows: dict[str, list[Flow]] = {}
    for (item, before, after), n in told.outcomes.most_common():
        flows.setdefault(item, []).append(Flow(before, after, n))
    found = [_item(item, these, told.examples) for item, these in flows.items()]
    return tuple(sorted(found, key=lambda one: (-one.flipped, one.item)))


def _item(item: str, flows: Sequence[Flow], examples: Sequence[Example]) -> ItemDifference:
    both = [flow for flow in flows if "ABSENT" not in (flow.before, flow.after)]
    flipped = sum(flow.count for flow in both if flow.before != flow.after)
    shown = tuple(one for one in examples if one.item == item)
    return ItemDifference(item, sum(flow.count for flow in both), flipped, tuple(flows), shown)


def _shift(steps: Counter[int]) -> Shift:
    count = steps.total()
    if not count:
        return Shift(0, None, {}, 0)
    ranked = sorted(steps)
    reached = list(accumulate(steps[step] for step in ranked))
    found = {p: next(s for s, n in zip(ranked, reached, strict=True) if 100 * n >= p * count) for p in PERCENTILES}
    mean = sum(step * n for step, n in steps.items()) * STEP / count
    return Shift(count, round(mean, 2), {p: step * STEP for p, step in found.items()}, count - steps[0])


def _undetermined(told: Difference, side: int) -> float | None:
    """Before is place 1 of a key, after place 2."""
    applies = {key: n for key, n in told.outcomes.items() if key[side] not in NO_VERDICT}
    total = sum(applies.values())
    return round(sum(n for key, n in applies.items() if key[side] == "UNDETERMINED") / total, 4) if total else None


def _groups(told: Difference, kind: str) -> tuple[GroupDifference, ...]:
    found = [_group(name, dict(zip(MEASURES, sums, strict=True))) for name, sums in told.groups.get(kind, {}).items()]
    return tuple(sorted(found, key=lambda one: (-abs(one.change), one.name)))


def _group(name: str, told: Mapping[str, float]) -> GroupDifference:
    def mean(when: str) -> float | None:
        scored = told[f"scored_{when}"]
        return round(told[f"sum_{when}"] / scored, 2) if scored else None

    def bands(when: str) -> dict[str, int]:
        return {band: int(told[f"{band}_{when}"]) for band in BAND_NAMES}

    return GroupDifference(
        name=name,
        count=int(told["n"]),
        mean_before=mean("before"),
        mean_after=mean("after"),
        fatal_before=int(told["fatal_before"]),
        fatal_after=int(told["fatal_after"]),
        bands_before=bands("before"),
        bands_after=bands("after"),
    )


def _by_band(entry: tuple[tuple[str, str], int]) -> tuple[int, int]:
    (before, after), _ = entry
    return BAND_NAMES.index(before), BAND_NAMES.index(after)
