"""The scorecards that a run leaves beside the old ones, and how the lists come to show them."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select, update

from qa_engine.scoring.bulk import BANDS, NO_BAND, Verdicts
from qa_engine.storage import clock
from qa_engine.storage.bulk import insert_rows
from qa_engine.storage.compact import codes, compact
from qa_engine.storage.ids import new_id
from qa_engine.storage.interactions import NEEDS_REVIEW
from qa_engine.storage.latest import Known, Latest
from qa_engine.storage.tables import interaction_flags, interactions
from qa_engine.storage.types import json_text

_COLUMNS = (
    "id", "job_id", "interaction_id", "tenant", "rubric_id", "rubric_version", "rubric_sha256", "run_id", "versions",
    "aside", "created_at", "payload", "score", "band",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a batch has judged: interactions by their place in the verdicts, and when each had last been scored by then.

    ``rows`` are its scorecards as the database takes them, made before the transaction that keeps them: on SQLite
    everyone else waits for that. ``cards`` say the same in small.
    """

    verdicts: Verdicts
    places: Mapping[str, int]
    seen: Mapping[str, datetime | None]
    rows: Sequence[tuple[Any, ...]]
    cards: Known


def prepare(
    run: RowMapping, verdicts: Verdicts, places: Mapping[str, int], seen: Mapping[str, datetime | None],
    *, versions: Mapping[str, Any], sqlite: bool,
) -> Fresh:  # fmt: skip
    """The scorecards that a run will leave."""
    now, items = clock.now(), tuple(item.id for item in verdicts.rubric.items)
    moment = now.strftime("%Y-%m-%d %H:%M:%S.%f") if sqlite else now
    same = tuple(run[name] for name in ("tenant", "rubric_id", "rubric_version", "rubric_sha256", "id"))
    told = (json_text(dict(versions)), not run["shows"], moment)
    rows, cards = [], {}
    for interaction_id, at in places.items():
        card_id, score, band = new_id(), score_at(verdicts, at), band_at(verdicts, at)
        payload = zlib.compress(json_text(compact(verdicts, at)).encode())
        rows.append((card_id, card_id, interaction_id, *same, *told, payload, score, band))
        cards[interaction_id] = Latest(card_id, items, codes(verdicts, at), score, band, verdicts.flags[at])
    return Fresh(verdicts, places, seen, rows, cards)


def keep_cards(connection: Connection, fresh: Fresh) -> None:
    """One scorecard each. A run that judges an interaction twice breaks a rule of the table; nothing is kept then."""
    insert_rows(connection, "scorecards", _COLUMNS, fresh.rows)


def show_cards(connection: Connection, run: RowMapping, fresh: Fresh) -> None:
    """Lists show the new verdicts, except where another judgement came meanwhile."""
    verdicts, places, table = fresh.verdicts, fresh.places, interactions.c
    shown = select(table.id, table.scored_at).where(table.id.in_(list(places))).order_by(table.id).with_for_update()
    same = [row.id for row in connection.execute(shown) if row.scored_at == fresh.seen[row.id]]
    if not same:
        return
    rows = [{"which": one, **_shown(verdicts, places[one])} for one in same]
    news: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "which"}
    news |= {"rubric_id": run["rubric_id"], "scored_at": clock.now()}
    connection.execute(update(interactions).where(table.id == bindparam("which")).values(news), rows)
    connection.execute(delete(interaction_flags).where(interaction_flags.c.interaction_id.in_(same)))
    flags = [
        {"tenant": run["tenant"], "flag": flag, "interaction_id": one}
        for one in same
        for flag in sorted({*verdicts.flags[places[one]], *verdicts.fatal[places[one]]})
    ]
    if flags:
        connection.execute(insert(interaction_flags), flags)


def score_at(verdicts: Verdicts, at: int) -> float | None:
    score = float(verdicts.score[at])
    return None if score != score else round(score, 2)  # noqa: PLR0124 - nan


def band_at(verdicts: Verdicts, at: int) -> str | None:
    code = int(verdicts.band[at])
    return None if code == NO_BAND else str(BANDS[code])


def _shown(verdicts: Verdicts, at: int) -> dict[str, Any]:
    fatal, flags = verdicts.fatal[at], verdicts.flags[at]
    return {
        "score": score_at(verdicts, at),
        "band": band_at(verdicts, at),
        "fatal": list(fatal),
        "is_fatal": bool(fatal),
        "flags": list(flags),
        "needs_review": NEEDS_REVIEW in flags,
    }
