"""What the strip above the list tells: how many of each band, what waits for whom, and how much is inspected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.console.view.asked import Asked
from qa_engine.domain import Band
from qa_engine.storage import State

Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Tile:
    """A number with its share of all judged; pressing it filters by it, pressing again stops that."""

    kind: str
    label: str
    count: int
    share: float | None
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Summary:
    tiles: tuple[Tile, ...]
    done: int
    all: int

    @property
    def inspected(self) -> float | None:
        return self.done / self.all if self.all else None


def summary(counts: Counts, asked: Asked) -> Summary:
    """Of everything the visitor may see in the chosen days, whatever else is filtered."""
    states, bands = counts.get("state", {}), counts.get("band", {})
    judged = sum(bands.get(band, 0) for band in Band)
    tiles = [_tile(asked, "band", band, bands.get(band, 0), judged) for band in reversed(Band)]
    moving = states.get(State.QUEUED, 0) + states.get(State.WORKING, 0)
    tiles.append(
        Tile("work", "summary.moving", moving, None, asked.link(state=State.WORKING), asked.state == "working")
    )
    stuck = states.get(State.FAILED, 0) + states.get(State.PARKED, 0)
    if stuck:
        which = State.FAILED if states.get(State.FAILED) else State.PARKED
        tiles.append(Tile("stuck", "summary.stuck", stuck, None, asked.link(state=which), asked.state == which))
    return Summary(tuple(tiles), states.get(State.DONE, 0), sum(states.values()))


def _tile(asked: Asked, name: str, value: str, count: int, judged: int) -> Tile:
    chosen = asked.said.get(name) == value
    link = asked.link(**{name: None if chosen else value})
    return Tile(value, f"{name}.{value}", count, count / judged if judged else None, link, chosen)
