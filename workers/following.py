"""Follows a chat that goes on: what was said so far, how both sides feel, and whether the customer may be lost."""

from __future__ import annotations

from sqlalchemy import Connection

from qa_engine import pipeline
from qa_engine.domain.codec import dump
from qa_engine.ingest.growing import joined
from qa_engine.ingest.record import Limits
from qa_engine.storage import State
from qa_engine.storage.alerting import raise_alerts
from qa_engine.storage.open_chats import forget_so_far, hold, open_key
from qa_engine.storage.results import keep_result
from qa_engine.storage.search import refind
from qa_engine.storage.updates import heard_of
from workers.desk import Desk, Effect
from workers.insight import facts_of, keep_insight


def follow(desk: Desk) -> Effect:
    """Everything anew after each message that nobody has looked at yet; nothing once the chat is closed."""
    row = desk.row
    if row.state is not State.OPEN:
        return _nothing
    pieces = desk.store.pieces(row.id)
    record = joined(pieces, Limits.of(desk.settings), language=row.interaction.language)
    transcript, began = record.transcript, row.interaction.started_at or record.started_at
    tools, key, version = desk.tools(), open_key(row.id), f"open/{len(pieces)}"
    signals = pipeline.read(transcript, tools)
    insight = pipeline.look_into(transcript, signals, tools)

    def effect(connection: Connection) -> None:
        if not hold(connection, row.id):
            return
        forget_so_far(connection, row.id)
        keep_result(connection, key, "transcript", version, dump(transcript))
        keep_result(connection, key, "signals", version, dump(signals))
        results = {"transcript": version, "signals": version}
        heard_of(connection, row.id, results=results, started_at=began, duration_s=transcript.duration_s)
        keep_insight(connection, row, insight, under=key)
        refind(connection, row.id)
        raise_alerts(connection, facts_of(row, transcript, insight, is_open=True))

    return effect


def _nothing(connection: Connection) -> None:
    """It was closed meanwhile, and is judged as a whole."""
