"""What the latest scorecards of a stretch say, kept in small beside its block so that few must be opened again."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, func, or_, select, update

from qa_engine.errors import BadRubric
from qa_engine.rubric import read_rubric
from qa_engine.scoring.bulk import BANDS, NO_BAND, OUTCOMES
from qa_engine.scoring.difference import ABSENT, Codes, Judgements
from qa_engine.storage.blocks import Stretch
from qa_engine.storage.rescore_tables import archive_blocks
from qa_engine.storage.tables import rubrics, scorecards
from qa_engine.storage.types import packed, raw

_OUTCOME = {str(outcome): str(code) for code, outcome in enumerate(OUTCOMES)}
_BAND = {str(band): code for code, band in enumerate(BANDS)}


@dataclass(frozen=True, slots=True)
class Latest:
    """Of one interaction: ``items`` in the order of ``outcomes``, one digit each (a place in OUTCOMES)."""

    card_id: str
    items: tuple[str, ...]
    outcomes: str
    score: float | None
    band: str | None
    flags: tuple[str, ...]


Known = dict[str, Latest]
"""By interaction."""


def latest(
    connection: Connection, stretch: Stretch, whose: Collection[str], known: Known, *, but_of: str | None = None
) -> Known:
    """The latest scorecard that counts, of each of these that has one; only what is not ``known`` is opened.

    ``but_of``: a run whose own scorecards do not count.
    """
    table = scorecards.c
    within = (table.interaction_id >= stretch.first) & (table.interaction_id <= stretch.last)
    newest = select(table.interaction_id, func.max(table.id)).where(within, ~table.aside)
    if but_of is not None:
        newest = newest.where(or_(table.run_id.is_(None), table.run_id != but_of))
    rows = connection.execute(newest.group_by(table.interaction_id))
    ids = {one: card_id for one, card_id in rows if one in whose}
    same = {one: known[one] for one, card_id in ids.items() if one in known and known[one].card_id == card_id}
    return same | opened(connection, [card_id for one, card_id in ids.items() if one not in same])


def known_cards(connection: Connection, stretch: Stretch) -> Known:
    """As they were kept with the stretch's block."""
    table = archive_blocks.c
    same = (table.tenant == stretch.tenant) & (table.first_id == stretch.first) & (table.last_id == stretch.last)
    told = connection.execute(select(table.cards).where(same)).scalar()
    if told is None:
        return {}
    shapes = [tuple(items) for items in told["shapes"]]
    return {
        one: Latest(card_id, shapes[shape], outcomes, score, band, tuple(flags))
        for one, (card_id, shape, outcomes, score, band, flags) in told["cards"].items()
    }


def pack_known(cards: Known) -> bytes:
    shapes = {shape: n for n, shape in enumerate(dict.fromkeys(card.items for card in cards.values()))}
    told = {
        one: [card.card_id, shapes[card.items], card.outcomes, card.score, card.band, card.flags]
        for one, card in cards.items()
    }
    return packed({"v": 1, "shapes": list(shapes), "cards": told})


def keep_known(connection: Connection, block_id: str, cards: bytes) -> None:
    """``cards`` as ``pack_known`` gives them."""
    connection.execute(update(archive_blocks).where(archive_blocks.c.id == block_id).values(cards=cards))


def judgements(cards: Sequence[Latest]) -> Judgements:
    """As columns, over all the items that any of them judges."""
    items = tuple(dict.fromkeys(item for shape in dict.fromkeys(card.items for card in cards) for item in shape))
    return Judgements(
        items=items,
        outcomes=_matrix(cards, items),
        score=np.array([np.nan if card.score is None else card.score for card in cards], np.float64),
        band=np.array([NO_BAND if card.band is None else _BAND[card.band] for card in cards], np.uint8),
        flags=[card.flags for card in cards],
    )


def _matrix(cards: Sequence[Latest], items: tuple[str, ...]) -> Codes:
    row_of = {item: row for row, item in enumerate(items)}
    matrix = np.full((len(items), len(cards)), ABSENT, np.uint8)
    for shape in dict.fromkeys(card.items for card in cards):
        at = [n for n, card in enumerate(cards) if card.items == shape]
        digits = np.frombuffer("".join(cards[n].outcomes for n in at).encode(), np.uint8) - ord("0")
        rows = [row_of[item] for item in shape]
        matrix[np.ix_(rows, at)] = digits.reshape(len(at), len(shape)).T
    return matrix


@dataclass(frozen=True, slots=True)
class _Item:
    id: str
    outcome: str


@dataclass(frozen=True, slots=True)
class _Small:
    outcomes: str


@dataclass(frozen=True, slots=True)
class _Told:
    """What is asked of a kept scorecard, in either form; the rest of it is passed over."""

    flags: tuple[str, ...]
    items: tuple[_Item, ...] = ()
    compact: _Small | None = None


_TOLD = TypeAdapter(_Told)


def opened(connection: Connection, ids: Sequence[str]) -> Known:
    """These scorecards, one of an interaction; those whose rubric cannot be read any more are left out."""
    if not ids:
        return {}
    table = scorecards.c
    columns = (table.id, table.interaction_id, table.rubric_sha256, raw(table.payload), table.score, table.band)
    rows = connection.execute(select(*columns).where(table.id.in_(ids))).all()
    read = [(row, _TOLD.validate_json(zlib.decompress(row.payload))) for row in rows]
    shapes = _shapes(connection, {row.rubric_sha256 for row, told in read if told.compact})
    return {row.interaction_id: card for row, told in read if (card := _of(row, told, shapes)) is not None}


def _of(row: Row[Any], told: _Told, shapes: Mapping[str, tuple[str, ...]]) -> Latest | None:
    """None where its rubric cannot be read any more."""
    if told.compact is not None:
        items, outcomes = shapes.get(row.rubric_sha256), told.compact.outcomes
        if items is None or len(items) != len(outcomes):
            return None
    else:
        items = tuple(item.id for item in told.items)
        outcomes = "".join(_OUTCOME[item.outcome] for item in told.items)
    return Latest(row.id, items, outcomes, row.score, row.band, told.flags)


def _shapes(connection: Connection, sha256s: Iterable[str]) -> dict[str, tuple[str, ...]]:
    table, found = rubrics.c, {}
    for row in connection.execute(select(table.sha256, table.id, table.yaml).where(table.sha256.in_(list(sha256s)))):
        try:
            found[row.sha256] = tuple(item.id for item in read_rubric(row.yaml, f"{row.id}.yaml").items)
        except BadRubric:
            continue
    return found
