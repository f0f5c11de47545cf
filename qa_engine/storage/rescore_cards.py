"""The scorecards that a run leaves beside the old ones, and how the lists come to show them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select

from qa_engine.scoring.bulk import BANDS, NO_BAND, Verdicts
from qa_engine.storage import clock
from qa_engine.storage.blocks import Stretch
from qa_engine.storage.bulk import insert_rows, update_rows
from qa_engine.storage.compact import codes, compact
from qa_engine.storage.ids import new_id
from qa_engine.storage.interactions import NEEDS_REVIEW
from qa_engine.storage.latest import Latest
from qa_engine.storage.tables import interaction_flags, interactions, scorecards
from qa_engine.storage.types import json_text

_COLUMNS = (
    "id", "job_id", "interaction_id", "tenant", "rubric_id", "rubric_version", "rubric_sha256", "run_id", "versions",
    "aside", "created_at", "payload", "score", "band",
)  # fmt: skip


_SHOWN = {
    "score": "float8",
    "band": "text",
    "fatal": "text",
    "is_fatal": "boolean",
    "flags": "text",
    "needs_review": "boolean",
    "rubric_id": "text",
    "scored_at": "timestamptz",
}
"""What lists show of a scorecard, and its types on PostgreSQL."""
PIECE = {"sqlite": 128, "postgresql": 1024}
"""Scorecards a transaction: on SQLite everyone else waits for it."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A new scorecard as the database takes it, made before the transaction that keeps it.

    ``seen`` is when its interaction had last been scored as it was judged; ``flags`` are what it is listed under.
    """

    interaction_id: str
    seen: datetime | None
    card: tuple[Any, ...]
    shown: tuple[Any, ...]
    flags: frozenset[str]
    known: Latest


def prepare(
    run: RowMapping, verdicts: Verdicts, places: Mapping[str, int], seen: Mapping[str, datetime | None],
    *, versions: Mapping[str, Any], sqlite: bool,
) -> list[Fresh]:  # fmt: skip
    """The scorecards that a run will leave. ``places``: interactions by their place in the verdicts."""
    now, items = clock.now(), tuple(item.id for item in verdicts.rubric.items)
    moment = now.strftime("%Y-%m-%d %H:%M:%S.%f") if sqlite else now
    same = tuple(run[name] for name in ("tenant", "rubric_id", "rubric_version", "rubric_sha256", "id"))
    told = (json_text(dict(versions)), not run["shows"], moment)
    made = []
    for one, at in places.items():
        card_id, score, band = new_id(), score_at(verdicts, at), band_at(verdicts, at)
        fatal, flags = verdicts.fatal[at], verdicts.flags[at]
        payload = zlib.compress(json_text(compact(verdicts, at)).encode())
        card = (card_id, card_id, one, *same, *told, payload, score, band)
        said = (score, band, json_text(fatal), bool(fatal), json_text(flags), NEEDS_REVIEW in flags)
        shown = (*said, run["rubric_id"], moment, one)
        known = Latest(card_id, items, codes(verdicts, at), score, band, flags)
        made.append(Fresh(one, seen[one], card, shown, frozenset((*flags, *fatal)), known))
    return made


def pieces(database: str, fresh: Sequence[Fresh]) -> Iterator[Sequence[Fresh]]:
    """What is kept in one transaction each, on a database of that name."""
    size = PIECE[database]
    return (fresh[at : at + size] for at in range(0, len(fresh), size))


def written(connection: Connection, run: RowMapping, stretch: Stretch) -> set[str]:
    """The interactions of a stretch that have a scorecard of this run: a batch that was broken off left them."""
    table = scorecards.c
    within = (table.interaction_id >= stretch.first) & (table.interaction_id <= stretch.last)
    return set(connection.execute(select(table.interaction_id).where(table.run_id == run["id"], within)).scalars())


def keep_cards(connection: Connection, run: RowMapping, fresh: Sequence[Fresh]) -> None:
    """One scorecard each; lists show them where the run says so.

    A run that judges an interaction twice breaks a rule of the table; nothing is kept then.
    """
    insert_rows(connection, "scorecards", _COLUMNS, [one.card for one in fresh])
    if run["shows"]:
        _show(connection, run["tenant"], {one.interaction_id: one for one in fresh})


def _show(connection: Connection, tenant: str, fresh: Mapping[str, Fresh]) -> None:
    """Except where another judgement came meanwhile."""
    table = interactions.c
    query = select(table.id, table.scored_at, table.flags, table.fatal).where(table.id.in_(list(fresh)))
    rows = connection.execute(query.order_by(table.id).with_for_update()).all()
    same = [row for row in rows if row.scored_at == fresh[row.id].seen]
    update_rows(connection, "interactions", "id", _SHOWN, [fresh[row.id].shown for row in same])
    other = [row.id for row in same if {*(row.flags or ()), *(row.fatal or ())} != fresh[row.id].flags]
    if not other:
        return
    connection.execute(delete(interaction_flags).where(interaction_flags.c.interaction_id.in_(other)))
    flags = [(tenant, flag, one) for one in other for flag in sorted(fresh[one].flags)]
    insert_rows(connection, "interaction_flags", ("tenant", "flag", "interaction_id"), flags)


def score_at(verdicts: Verdicts, at: int) -> float | None:
    score = float(verdicts.score[at])
    return None if score != score else round(score, 2)  # noqa: PLR0124 - nan


def band_at(verdicts: Verdicts, at: int) -> str | None:
    code = int(verdicts.band[at])
    return None if code == NO_BAND else str(BANDS[code])
