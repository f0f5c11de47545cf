"""What still has to leave by each way out, and the one job that sends it: no alert waits without a job, none has two.

Whoever changes what waits for a channel holds the channel's row, and ends with ``settle``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from qa_engine.alerts import Alert, Grade
from qa_engine.alerts.batches import Rate, free_at, room, together
from qa_engine.domain import Lang, Principal
from qa_engine.storage import clock
from qa_engine.storage.access import ADMIN, require
from qa_engine.storage.alert_channels import ChannelKind, find_channel
from qa_engine.storage.alert_events import AlertEventKind, append_event, hold_events
from qa_engine.storage.alert_rows import ALERT, alert_of
from qa_engine.storage.alert_tables import alert_channels, alert_messages, alert_sends, alerts
from qa_engine.storage.ids import new_id
from qa_engine.storage.jobs import enqueue, job_row
from qa_engine.storage.outbox import RING, post
from qa_engine.storage.records import JobState, Stage
from qa_engine.storage.repository import Repository
from qa_engine.storage.tables import interactions, jobs

RETRY_AFTER_S = (5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0, 3600.0, 3600.0)
"""Rests after tries in vain; what waited through all of them (3.6 hours) is given up, and the channel goes on."""
RATES: Mapping[ChannelKind, tuple[Rate, ...]] = {
    ChannelKind.WECOM: (Rate(20, 60.0),),
    ChannelKind.DINGTALK: (Rate(20, 60.0),),
    ChannelKind.FEISHU: (Rate(5, 1.0), Rate(100, 60.0)),
    ChannelKind.EMAIL: (Rate(30, 60.0),),
}
"""What each robot's makers allow; of e-mail, what a mailbox can bear."""
MOST_WAITING = 500
SOON = timedelta(seconds=1)


class SendState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One message that may leave now: ``alerts`` of which it tells, with why (``raised``, ``again``, ``escalated``,
    ``overdue``). It was counted against the channel's rate when it was made."""

    id: str
    channel_id: str
    name: str
    kind: ChannelKind
    address: str
    secret: str | None
    language: Lang
    quotes: bool
    alerts: tuple[tuple[Alert, str], ...]
    sends: tuple[str, ...] = ()
    tries: int = 0


class AlertSends(Repository):
    def envelope(self, channel_id: str) -> Envelope | None:
        """The next message; None when nothing may leave now. Whatever came of it, ``settle`` tells when more may."""
        with self.db.write() as connection:
            channel = _hold(connection, channel_id)
            if channel is None or channel["disabled_at"] is not None:
                return None
            now = clock.at(connection)
            waiting = _waiting(connection, channel_id, now)
            sent = _sent(connection, channel, now)
            free = room(RATES[ChannelKind(channel["kind"])], sent, now)
            resting = channel["rest_until"] is not None and channel["rest_until"] > now
            if not waiting or free < 1 or resting:
                return None
            taken = waiting[: together([row["rank"] for row in waiting], free)]
            made = _envelope(channel, taken)
            connection.execute(insert(alert_messages).values(id=made.id, channel_id=channel_id, at=now))
            return made

    def trial_envelope(self, principal: Principal, channel_id: str) -> Envelope:
        """One of no alert at all, for trying a channel out; it counts as a message. Raises NotFound. Needs admin."""
        require(principal, ADMIN)
        with self.db.write() as connection:
            made = _envelope(find_channel(connection, principal, channel_id, hold=True), ())
            connection.execute(
                insert(alert_messages).values(id=made.id, channel_id=channel_id, at=clock.at(connection))
            )
            return made


def tell(
    connection: Connection, alert: Mapping[str, Any], groups: Sequence[str], why: str, at: datetime, *,
    team: str | None,
) -> int:  # fmt: skip
    """Have an alert sent by every channel that reaches one of the groups; returns by how many. ``hold_events`` came
    before."""
    ours = (alert_channels.c.tenant == alert["tenant"]) & alert_channels.c.disabled_at.is_(None)
    query = select(alert_channels).where(ours).order_by(alert_channels.c.id).with_for_update()
    rank = Grade(alert["grade"]).rank
    wanted = [
        channel
        for channel in connection.execute(query).mappings().all()
        if set(channel["groups"]) & set(groups)
        and rank >= Grade(channel["least"]).rank
        and channel["team"] in (None, team)
    ]
    now = clock.at(connection)
    same = {"tenant": alert["tenant"], "alert_id": alert["id"], "why": why, "rank": rank, "state": SendState.QUEUED}
    for channel in wanted:
        row = {**same, "id": new_id(), "channel_id": channel["id"], "next_at": at, "created_at": now}
        connection.execute(insert(alert_sends).values(**row))
        settle(connection, channel["id"])
    return len(wanted)


def settle(connection: Connection, channel_id: str) -> None:
    """A job waits for the next thing that may leave, at its time; while one is at work it sees to that itself."""
    channel = _hold(connection, channel_id)
    if channel is None:
        return
    if channel["disabled_at"] is not None:
        _drop(connection, channel_id)
        return
    first = _first(connection, channel_id)
    if first is not None:
        now = clock.at(connection)
        free = free_at(RATES[ChannelKind(channel["kind"])], _sent(connection, channel, now), now)
        due = max(free, first["next_at"], channel["rest_until"] or now)
        if not _has_job(connection, channel, due, now):
            _new_job(connection, channel, first["interaction_id"], due, now)


def arrived(connection: Connection, envelope: Envelope, seconds: float) -> None:
    """The message was taken by the other side."""
    hold_events(connection)
    if _hold(connection, envelope.channel_id) is None:
        return
    now = clock.at(connection)
    _message(connection, envelope, seconds=seconds)
    fresh = {"tries": 0, "error": None, "rest_until": None, "sent_at": now}
    connection.execute(update(alert_channels).where(alert_channels.c.id == envelope.channel_id).values(**fresh))
    ended = update(alert_sends).where(alert_sends.c.id.in_(envelope.sends))
    connection.execute(ended.values(state=SendState.SENT, sent_at=now))
    theirs = select(alerts.c.id, alerts.c.tenant, alerts.c.interaction_id)
    told = {"channel": envelope.name, "kind": envelope.kind}
    ids = {alert.id for alert, _ in envelope.alerts}
    for row in connection.execute(theirs.where(alerts.c.id.in_(ids)).order_by(alerts.c.id)).mappings().all():
        append_event(connection, dict(row), AlertEventKind.SENT, "engine", told)
    settle(connection, envelope.channel_id)


def in_vain(connection: Connection, envelope: Envelope, why: str, *, rest_s: float = 0.0) -> None:
    """It did not arrive; it is tried again after a rest, of ``rest_s`` at least, or given up."""
    if _hold(connection, envelope.channel_id) is None:
        return
    _message(connection, envelope, error=why)
    tries, now = envelope.tries + 1, clock.at(connection)
    over = tries > len(RETRY_AFTER_S)
    rest = max(RETRY_AFTER_S[min(tries, len(RETRY_AFTER_S)) - 1], rest_s)
    news = {"tries": 0 if over else tries, "error": why, "rest_until": now + timedelta(seconds=rest)}
    connection.execute(update(alert_channels).where(alert_channels.c.id == envelope.channel_id).values(**news))
    if over:
        gone = update(alert_sends).where(alert_sends.c.id.in_(envelope.sends))
        connection.execute(gone.values(state=SendState.FAILED, error=why))
    settle(connection, envelope.channel_id)


def refused(connection: Connection, envelope: Envelope, why: str) -> None:
    """The other side will not take anything from this channel: it is disabled until an administrator has looked."""
    if _hold(connection, envelope.channel_id) is None:
        return
    _message(connection, envelope, error=why)
    news = {"disabled_at": clock.at(connection), "disabled_why": why, "error": why}
    connection.execute(update(alert_channels).where(alert_channels.c.id == envelope.channel_id).values(**news))
    settle(connection, envelope.channel_id)


def _has_job(connection: Connection, channel: RowMapping, due: datetime, now: datetime) -> bool:
    """Whether a job is at work, or waits; it is made to wait no longer than until ``due``."""
    job = connection.execute(select(jobs).where(jobs.c.id == channel["job_id"])).mappings().one_or_none()
    if job is None or job["state"] not in (JobState.QUEUED, JobState.LEASED):
        return False
    late = (jobs.c.id == job["id"]) & (jobs.c.state == JobState.QUEUED) & (jobs.c.available_at > due)
    hastened = connection.execute(update(jobs).where(late).values(available_at=due, rung_at=None)).rowcount
    if hastened and due <= now + SOON:
        post(connection, RING, {"queue": job["queue"], "job": job["id"], "first": True})
    return True


def _new_job(connection: Connection, channel: RowMapping, interaction_id: str, due: datetime, now: datetime) -> None:
    row = job_row(connection, channel["tenant"], interaction_id, Stage.DELIVER, params={"channel": channel["id"]})
    if due <= now + SOON:
        enqueue(connection, [row], first=True)
    else:  # the reconciler rings when its time has come
        connection.execute(insert(jobs), [{**row, "available_at": due, "rung_at": None}])
    connection.execute(update(alert_channels).where(alert_channels.c.id == channel["id"]).values(job_id=row["id"]))


def _hold(connection: Connection, channel_id: str) -> RowMapping | None:
    query = select(alert_channels).where(alert_channels.c.id == channel_id).with_for_update()
    return connection.execute(query).mappings().one_or_none()


def _drop(connection: Connection, channel_id: str) -> None:
    waits = (alert_sends.c.channel_id == channel_id) & (alert_sends.c.state == SendState.QUEUED)
    connection.execute(update(alert_sends).where(waits).values(state=SendState.FAILED, error="the channel is disabled"))


def _waiting(connection: Connection, channel_id: str, now: datetime) -> Sequence[RowMapping]:
    """What may leave now, the gravest first."""
    told = [alert_sends.c.id.label("send_id"), alert_sends.c.why, alert_sends.c.rank]
    query = (
        select(*told, *ALERT)
        .join(alerts, alerts.c.id == alert_sends.c.alert_id)
        .join(interactions, interactions.c.id == alerts.c.interaction_id)
        .where(alert_sends.c.channel_id == channel_id, alert_sends.c.state == SendState.QUEUED)
        .where(alert_sends.c.next_at <= now)
        .order_by(alert_sends.c.rank.desc(), alert_sends.c.id)
        .limit(MOST_WAITING)
    )
    return connection.execute(query).mappings().all()


def _first(connection: Connection, channel_id: str) -> RowMapping | None:
    """The send that may leave first, with the interaction of its alert."""
    query = (
        select(alert_sends.c.next_at, alerts.c.interaction_id)
        .join(alerts, alerts.c.id == alert_sends.c.alert_id)
        .where(alert_sends.c.channel_id == channel_id, alert_sends.c.state == SendState.QUEUED)
        .order_by(alert_sends.c.next_at)
        .limit(1)
    )
    return connection.execute(query).mappings().one_or_none()


def _sent(connection: Connection, channel: RowMapping, now: datetime) -> Sequence[datetime]:
    longest = max(rate.seconds for rate in RATES[ChannelKind(channel["kind"])])
    recent = alert_messages.c.at > now - timedelta(seconds=longest)
    query = select(alert_messages.c.at).where(alert_messages.c.channel_id == channel["id"], recent)
    return connection.execute(query).scalars().all()


def _message(connection: Connection, envelope: Envelope, **came_of_it: Any) -> None:
    connection.execute(update(alert_messages).where(alert_messages.c.id == envelope.id).values(**came_of_it))


def _envelope(channel: RowMapping, taken: Sequence[RowMapping]) -> Envelope:
    return Envelope(
        id=new_id(),
        channel_id=channel["id"],
        name=channel["name"],
        kind=ChannelKind(channel["kind"]),
        address=channel["address"],
        secret=channel["secret"],
        language=channel["language"],
        quotes=channel["quotes"],
        alerts=tuple((alert_of(row), row["why"]) for row in taken),
        sends=tuple(row["send_id"] for row in taken),
        tries=channel["tries"],
    )
