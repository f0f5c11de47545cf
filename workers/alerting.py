"""Sends what waits for one channel: the next message, within what its makers allow, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Connection

from qa_engine.settings import Settings
from qa_engine.storage import clock
from qa_engine.storage.alert_channels import ChannelKind
from qa_engine.storage.alert_sends import Envelope, arrived, in_vain, refused, settle
from workers.channels import mail, robots
from workers.channels.answers import Answer
from workers.channels.wording import wording
from workers.desk import Desk, Effect
from workers.logs import logger
from workers.net import Outside

log = logger(__name__)


class SendAlerts:
    """The stage. One message a job; the job's end makes the next one where something still waits."""

    def __init__(self, go_out: Callable[[Settings], Outside] = Outside.of) -> None:
        self._go_out = go_out

    def __call__(self, desk: Desk) -> Effect:
        channel_id: str = desk.lease.params["channel"]
        envelope = desk.store.envelope(channel_id)
        if envelope is None:
            return lambda connection: settle(connection, channel_id)
        began = time.monotonic()
        answer = send(envelope, desk.settings, self._go_out(desk.settings))
        seconds = time.monotonic() - began
        told = {"channel": envelope.name, "kind": envelope.kind, "alerts": len(envelope.alerts)}
        log.info("alerts sent" if answer.error is None else "alerts not sent", **told, error=answer.error)
        return lambda connection: _settled(connection, envelope, answer, seconds)


def send(envelope: Envelope, settings: Settings, outside: Outside) -> Answer:
    """One try by the channel's own way."""
    said = wording(envelope, settings)
    if envelope.kind is ChannelKind.EMAIL:
        return mail.post(envelope, said, settings)
    return robots.post(envelope, said, outside, clock.now())


def _settled(connection: Connection, envelope: Envelope, answer: Answer, seconds: float) -> None:
    if answer.error is None:
        arrived(connection, envelope, seconds)
    elif answer.refused:
        refused(connection, envelope, answer.error)
    else:
        in_vain(connection, envelope, answer.error, rest_s=answer.rest_s)
