"""How a run reads: its matrix of verdicts, its flow of bands, its bars by team; and what its form asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from api.console.view.queue import DAY_S, HOUR_S, MINUTE_S
from api.console.words import Words
from qa_engine.domain import Band, Outcome
from qa_engine.scoring.difference import BAND_NAMES
from qa_engine.scoring.difference_report import Flow, GroupDifference, ItemDifference, Report
from qa_engine.storage import InteractionFilter
from qa_engine.storage.rescore_rows import Rescore

ASKED = ("agent", "team", "vendor")
GROUPS_SHOWN = 12
WIDTH = 100
"""Of bars, in their own units."""


@dataclass(frozen=True, slots=True)
class Cell:
    """``kind``: same, better or worse; ``shade`` (0..4) is how many of the row's verdicts went here."""

    before: str
    after: str
    count: int
    kind: str
    shade: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows are verdicts before, columns after; only those that occur."""

    names: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A group's mean before and after, as places on a line of WIDTH; ``way``: up, down or same."""

    told: GroupDifference
    start: float
    width: float
    way: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One band's share of a bar, from ``x`` on."""

    band: str
    count: int
    x: float
    width: float


_GOOD = {name: rank for rank, name in enumerate((Outcome.NOT_MET, Outcome.PARTIAL, Outcome.MET))}


def matrix(item: ItemDifference) -> Matrix:
    return _matrix(item.matrix, [*Outcome, "ABSENT"], _GOOD)


def band_matrix(found: Report) -> Matrix:
    return _matrix(found.bands, BAND_NAMES, {name: -rank for rank, name in enumerate(Band)})


def _matrix(flows: Sequence[Flow], order: Sequence[str], good: Mapping[Any, int]) -> Matrix:
    counts = {(flow.before, flow.after): flow.count for flow in flows}
    names = tuple(str(name) for name in order if any(name in pair for pair in counts))
    rows = []
    for before in names:
        whole = sum(counts.get((before, after), 0) for after in names) or 1
        cells = ((after, counts.get((before, after), 0)) for after in names)
        rows.append(tuple(Cell(before, after, n, _kind(before, after, good), _shade(n / whole)) for after, n in cells))
    return Matrix(names, tuple(rows))


def _kind(before: str, after: str, good: Mapping[Any, int]) -> str:
    if before == after:
        return "same"
    if before not in good or after not in good:
        return "other"
    return "better" if good[after] > good[before] else "worse"


def _shade(share: float) -> int:
    return 0 if not share else 1 + min(3, int(share * 4))


def band_bar(bands: Mapping[str, int]) -> tuple[Piece, ...]:
    """One bar of all bands, widths by their shares."""
    whole, x, pieces = sum(bands.values()) or 1, 0.0, []
    for band in BAND_NAMES:
        if count := bands.get(band, 0):
            width = round(WIDTH * count / whole, 2)
            pieces.append(Piece(band, count, round(x, 2), width))
            x += width
    return tuple(pieces)


def bands_before(found: Report) -> dict[str, int]:
    return {band: sum(flow.count for flow in found.bands if flow.before == band) for band in BAND_NAMES}


def bands_after(found: Report) -> dict[str, int]:
    return {band: sum(flow.count for flow in found.bands if flow.after == band) for band in BAND_NAMES}


def bars(groups: Sequence[GroupDifference]) -> tuple[Bar, ...]:
    """The groups that moved most."""
    return tuple(_bar(one) for one in groups[:GROUPS_SHOWN])


def _bar(told: GroupDifference) -> Bar:
    before, after = told.mean_before or 0.0, told.mean_after or 0.0
    way = "up" if told.change > 0 else "down" if told.change < 0 else "same"
    return Bar(told, min(before, after), max(0.6, abs(after - before)), way)


def left(run: Rescore, t: Words) -> str:
    """How long it may take yet, in words; nothing where nobody can tell."""
    seconds = run.eta_s
    if seconds is None:
        return ""
    for unit, key in ((DAY_S, "rescore.left_days"), (HOUR_S, "rescore.left_hours")):
        if seconds >= 2 * unit:
            return t(key, n=round(seconds / unit))
    return t("rescore.left_minutes", n=max(1, round(seconds / MINUTE_S)))


def wanted(form: Mapping[str, str], zone: str) -> InteractionFilter:
    """What the form asks; empty fields and what is not understood ask nothing."""
    asked: dict[str, Any] = {name: value for name in ASKED if (value := form.get(name, "").strip()[:200])}
    if form.get("band") in list(Band):
        asked["band"] = Band(form["band"])
    for name, days in (("received_from", 0), ("received_to", 1)):
        if (day := _day(form.get(name.removeprefix("received_"), ""))) is not None:
            asked[name] = datetime.combine(day + timedelta(days=days), time(), ZoneInfo(zone))
    return InteractionFilter(**asked)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
