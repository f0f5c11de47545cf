"""What became of the messages of one way out: each try with its answer, and how much still waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from qa_engine.domain import Principal
from qa_engine.storage import clock
from qa_engine.storage.access import ADMIN, require
from qa_engine.storage.alert_channels import find_channel
from qa_engine.storage.alert_sends import Envelope, SendState, arrived
from qa_engine.storage.alert_tables import alert_messages, alert_sends
from qa_engine.storage.repository import Repository

MOST_TRIES = 200
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTry:
    """One message that left, ``seconds`` long underway. Without both of them and of ``error``, nobody knows yet."""

    id: str
    at: datetime
    seconds: float | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelBacklog:
    """Alerts, not messages: those that ``wait``, and those ``given_up`` within the last 7 days."""

    waiting: int
    given_up: int


class AlertTries(Repository):
    def channel_tries(self, principal: Principal, channel_id: str, limit: int = 50) -> Sequence[ChannelTry]:
        """Newest first. Raises NotFound. Needs admin."""
        require(principal, ADMIN)
        table = alert_messages.c
        told = [table[name] for name in ChannelTry.__dataclass_fields__]
        query = select(*told).where(table.channel_id == channel_id).order_by(table.at.desc(), table.id.desc())
        with self.db.read() as connection:
            find_channel(connection, principal, channel_id)
            rows = connection.execute(query.limit(max(1, min(limit, MOST_TRIES)))).mappings()
            return [ChannelTry(**row) for row in rows]

    def channel_backlog(self, principal: Principal, channel_id: str) -> ChannelBacklog:
        """Raises NotFound. Needs admin."""
        require(principal, ADMIN)
        table = alert_sends.c
        its = select(func.count()).select_from(alert_sends).where(table.channel_id == channel_id)
        with self.db.read() as connection:
            find_channel(connection, principal, channel_id)
            recent = table.created_at > clock.at(connection) - WEEK
            waiting = connection.execute(its.where(table.state == SendState.QUEUED)).scalar_one()
            given_up = connection.execute(its.where(table.state == SendState.FAILED, recent)).scalar_one()
            return ChannelBacklog(waiting=waiting, given_up=given_up)

    def trial_ended(self, envelope: Envelope, seconds: float, error: str | None) -> ChannelTry:
        """Keep what came of a trial message. One that arrived ends the channel's rest; one in vain changes nothing."""
        its = alert_messages.c.id == envelope.id
        with self.db.write() as connection:
            if error is None:
                arrived(connection, envelope, seconds)
            else:
                connection.execute(update(alert_messages).where(its).values(error=error, seconds=seconds))
            told = [alert_messages.c[name] for name in ChannelTry.__dataclass_fields__]
            return ChannelTry(**connection.execute(select(*told).where(its)).mappings().one())
