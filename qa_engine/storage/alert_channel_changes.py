"""What administrators change about a way out once it is there: its facts, its secrets, and whether it sends at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from qa_engine.alerts import Grade
from qa_engine.domain import Lang, Principal
from qa_engine.errors import BadInput, Conflict
from qa_engine.storage import clock
from qa_engine.storage.access import ADMIN, require
from qa_engine.storage.alert_channels import (
    DUTY,
    Channel,
    ChannelKind,
    all_channels,
    channel_of,
    find_channel,
    read_address,
    read_groups,
)
from qa_engine.storage.alert_sends import settle
from qa_engine.storage.alert_tables import alert_channels
from qa_engine.storage.audit import append
from qa_engine.storage.repository import Repository
from qa_engine.storage.webhooks import SWITCHED_OFF


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelChange:
    """All that may be changed. What is secret is only written: None leaves ``address`` or ``secret`` as it is, an
    empty ``secret`` takes it away."""

    name: str
    address: str | None = None
    secret: str | None = None
    groups: tuple[str, ...] = (DUTY,)
    least: Grade = Grade.GENERAL
    team: str | None = None
    language: Lang = "zh"
    quotes: bool = False


class AlertChannelChanges(Repository):
    def change_channel(self, principal: Principal, channel_id: str, change: ChannelChange) -> Channel:
        """Raises NotFound, BadInput, Conflict for a name that is taken. Needs admin."""
        require(principal, ADMIN)
        with self.db.write() as connection:
            found = find_channel(connection, principal, channel_id, hold=True)
            others = [one["name"] for one in all_channels(connection, principal) if one["id"] != channel_id]
            if change.name in others:
                raise Conflict("there is a channel of that name", where="name", mend="choose another name")
            news = self._news(ChannelKind(found["kind"]), change)
            connection.execute(update(alert_channels).where(alert_channels.c.id == channel_id).values(**news))
            changed = sorted(name for name, value in news.items() if value != found[name])
            append(connection, principal, "alert.channel.change", channel_id, {"name": change.name, "changed": changed})
            return channel_of(find_channel(connection, principal, channel_id))

    def disable_channel(self, principal: Principal, channel_id: str) -> Channel:
        """Nothing more is sent from it, not even what waits, until it is enabled. Raises NotFound. Needs admin."""
        require(principal, ADMIN)
        with self.db.write() as connection:
            find_channel(connection, principal, channel_id, hold=True)
            why = f"{SWITCHED_OFF}{principal.name or principal.id}"
            off = {"disabled_at": clock.at(connection), "disabled_why": why}
            connection.execute(update(alert_channels).where(alert_channels.c.id == channel_id).values(**off))
            settle(connection, channel_id)
            append(connection, principal, "alert.channel.disable", channel_id)
            return channel_of(find_channel(connection, principal, channel_id))

    def _news(self, kind: ChannelKind, change: ChannelChange) -> dict[str, Any]:
        told = ("name", "least", "team", "language", "quotes")
        news: dict[str, Any] = {name: getattr(change, name) for name in told}
        news["groups"] = list(read_groups(change.groups))
        if change.address is not None:
            loopback = self.settings.allow_loopback_http
            news["address"] = read_address(kind, change.address, loopback_http=loopback)
        if change.secret is not None:
            if change.secret and not kind.signs:
                raise BadInput(f"{kind} takes no secret", where="secret", mend="leave it out")
            news["secret"] = change.secret or None
        return news
