"""Looks at strategies before they count: their faults, who would not hear of them, and what they would have raised."""

from __future__ import annotations

from collections.abc import Sequence

from qa_engine.alerts import Facts
from qa_engine.alerts.examine import NAME, examine
from qa_engine.alerts.gather import moods
from qa_engine.alerts.reading import read_strategies
from qa_engine.alerts.rehearsal import Fired, rehearse
from qa_engine.alerts.strategy import Strategies
from qa_engine.domain import Principal
from qa_engine.rubric import Finding
from qa_engine.storage import InteractionFilter, InteractionRow, State, Store

MOST_LOOKED_AT = 200


def check(store: Store, who: Principal, text: str) -> tuple[Strategies | None, list[Finding]]:
    """Needs admin."""
    channels = [channel for channel in store.channels(who) if channel.disabled_at is None]
    return examine(text, {group for channel in channels for group in channel.groups})


def dry_look(store: Store, who: Principal, text: str, last: int) -> tuple[Sequence[Fired], int]:
    """What each strategy would have raised on the last judged interactions that ``who`` may see, and how many these
    were. Raises BadStrategies."""
    read = read_strategies(text, NAME)
    asked = InteractionFilter(state=State.DONE)
    rows = store.interactions(who, asked, limit=min(last, MOST_LOOKED_AT)).rows
    return rehearse(read.document, [_facts(store, who, row) for row in rows]), len(rows)


def _facts(store: Store, who: Principal, row: InteractionRow) -> Facts:
    card, emotion = store.scorecard(who, row.id), store.emotion(who, row.id)
    transcript = store.transcript(who, row.id) if emotion is not None else None
    return Facts(
        interaction=row.interaction,
        received_at=row.received_at,
        card=card.scorecard if card else None,
        risk=store.risk(who, row.id),
        moods=moods(transcript, emotion) if transcript is not None and emotion is not None else (),
    )
