"""The ways out to people: group robots and e-mail with their secrets, kept for administrators."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from qa_engine.alerts import Grade
from qa_engine.domain import Lang, Principal
from qa_engine.errors import BadInput, Conflict, NotFound
from qa_engine.net import read_url
from qa_engine.storage import clock
from qa_engine.storage.access import ADMIN, require
from qa_engine.storage.alert_tables import alert_channels, alert_messages, alert_sends
from qa_engine.storage.audit import append
from qa_engine.storage.ids import new_id
from qa_engine.storage.repository import Repository, insert_new
from qa_engine.storage.tables import tenants

MOST_CHANNELS = 50
DUTY = "duty"
_GROUP = re.compile(r"[a-z][a-z0-9_-]{0,39}", re.ASCII)
_MAILBOX = re.compile(r"[^@\s,;<>\"\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", re.ASCII)
MOST_MAILBOXES = 20


class ChannelKind(StrEnum):
    """企业微信, 飞书 and 钉钉 group robots, and e-mail."""

    WECOM = "wecom"
    FEISHU = "feishu"
    DINGTALK = "dingtalk"
    EMAIL = "email"

    @property
    def signs(self) -> bool:
        """Whether what it sends can carry a signature by a secret."""
        return self in (ChannelKind.FEISHU, ChannelKind.DINGTALK)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChannel:
    """``address``: the robot's URL, or mailboxes joined by commas. ``groups``: whom it reaches, as strategies name
    them. Only alerts of ``least`` and graver, of ``team`` if one is named. ``quotes``: whether words of the
    conversation go out with it (numbers and addresses masked)."""

    name: str
    kind: ChannelKind
    address: str
    secret: str | None = None
    groups: tuple[str, ...] = (DUTY,)
    least: Grade = Grade.GENERAL
    team: str | None = None
    language: Lang = "zh"
    quotes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One way out, as administrators see it: ``address`` is shown without what would let others use it.

    ``tries`` counts those in vain since something last arrived, ``error`` tells why the last one was, ``rest_until``
    when it is tried again; ``disabled_why`` tells why nothing is sent at all.
    """

    id: str
    name: str
    kind: ChannelKind
    address: str
    signed: bool
    groups: tuple[str, ...]
    least: Grade
    team: str | None
    language: Lang
    quotes: bool
    created_at: datetime
    disabled_at: datetime | None
    disabled_why: str | None
    tries: int
    error: str | None
    rest_until: datetime | None
    sent_at: datetime | None


class AlertChannels(Repository):
    def create_channel(self, principal: Principal, made: NewChannel) -> Channel:
        """Raises BadInput for an address that cannot be gone to, Conflict for a name that is taken. Needs admin."""
        require(principal, ADMIN)
        address = read_address(made.kind, made.address, loopback_http=self.settings.allow_loopback_http)
        row: dict[str, Any] = {name: getattr(made, name) for name in NewChannel.__dataclass_fields__}
        row |= {
            "id": new_id(),
            "tenant": principal.tenant,
            "address": address,
            "groups": list(read_groups(made.groups)),
        }
        row |= {"created_at": clock.now(), "tries": 0, "secret": made.secret or None}
        if row["secret"] and not made.kind.signs:
            raise BadInput(f"{made.kind} takes no secret", where="secret", mend="leave it out")
        with self.db.write() as connection:
            insert_new(connection, tenants, [{"id": principal.tenant, "created_at": row["created_at"]}])
            names = [one["name"] for one in all_channels(connection, principal)]
            if made.name in names:
                raise Conflict("there is a channel of that name", where="name", mend="choose another name")
            if len(names) >= MOST_CHANNELS:
                raise Conflict(f"there are {MOST_CHANNELS} channels already", mend="remove one that is not used")
            connection.execute(insert(alert_channels).values(**row))
            append(connection, principal, "alert.channel.create", row["id"], {"name": made.name, "kind": made.kind})
            return channel_of(find_channel(connection, principal, row["id"]))

    def channels(self, principal: Principal) -> Sequence[Channel]:
        """All, oldest first. Needs admin."""
        require(principal, ADMIN)
        with self.db.read() as connection:
            return [channel_of(row) for row in all_channels(connection, principal)]

    def channel(self, principal: Principal, channel_id: str) -> Channel:
        """Raises NotFound. Needs admin."""
        require(principal, ADMIN)
        with self.db.read() as connection:
            return channel_of(find_channel(connection, principal, channel_id))

    def delete_channel(self, principal: Principal, channel_id: str) -> None:
        """With all that was to be sent from it. Raises NotFound. Needs admin."""
        require(principal, ADMIN)
        with self.db.write() as connection:
            found = find_channel(connection, principal, channel_id, hold=True)
            for table in (alert_sends, alert_messages):
                connection.execute(delete(table).where(table.c.channel_id == channel_id))
            connection.execute(delete(alert_channels).where(alert_channels.c.id == channel_id))
            append(connection, principal, "alert.channel.delete", channel_id, {"name": found["name"]})

    def enable_channel(self, principal: Principal, channel_id: str) -> Channel:
        """Send from it again; what came meanwhile is not made up for. Raises NotFound. Needs admin."""
        require(principal, ADMIN)
        fresh = {"disabled_at": None, "disabled_why": None, "tries": 0, "rest_until": None, "error": None}
        with self.db.write() as connection:
            find_channel(connection, principal, channel_id, hold=True)
            connection.execute(update(alert_channels).where(alert_channels.c.id == channel_id).values(**fresh))
            append(connection, principal, "alert.channel.enable", channel_id)
            return channel_of(find_channel(connection, principal, channel_id))


def find_channel(connection: Connection, principal: Principal, channel_id: str, *, hold: bool = False) -> RowMapping:
    """The row, held against others until the transaction ends if asked. Raises NotFound."""
    ours = (alert_channels.c.tenant == principal.tenant) & (alert_channels.c.id == channel_id)
    query = select(alert_channels).where(ours)
    row = connection.execute(query.with_for_update() if hold else query).mappings().one_or_none()
    if row is None:
        raise NotFound("no such channel", where=channel_id[:64])
    return row


def all_channels(connection: Connection, principal: Principal) -> Sequence[RowMapping]:
    query = select(alert_channels).where(alert_channels.c.tenant == principal.tenant).order_by(alert_channels.c.id)
    return connection.execute(query).mappings().all()


def read_address(kind: ChannelKind, address: str, *, loopback_http: bool) -> str:
    """Raises BadInput for what cannot be gone to."""
    if kind is not ChannelKind.EMAIL:
        return str(read_url(address, loopback_http=loopback_http, where="address"))
    mailboxes = [part.strip() for part in address.split(",")]
    if wrong := [one for one in mailboxes if not _MAILBOX.fullmatch(one)]:
        raise BadInput(f"not a mailbox: {wrong[0][:80]!r}", where="address", mend="write name@example.com, joined by ,")
    if len(mailboxes) > MOST_MAILBOXES:
        raise BadInput(f"more than {MOST_MAILBOXES} mailboxes", where="address", mend="use a mailing list")
    return ",".join(mailboxes)


def read_groups(groups: Sequence[str]) -> Sequence[str]:
    """Each once; the duty group where none is named. Raises BadInput."""
    if wrong := [one for one in groups if not _GROUP.fullmatch(one)]:
        raise BadInput(f"not a group: {wrong[0][:80]!r}", where="groups", mend="use letters, digits, _ and -")
    return list(dict.fromkeys(groups)) or [DUTY]


def _shown(kind: ChannelKind, address: str) -> str:
    """A robot's URL lets whoever has it post: only its host is told, and its last characters to know it by."""
    if kind is ChannelKind.EMAIL:
        return address
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/…{address[-4:]}"


def channel_of(row: RowMapping) -> Channel:
    told: dict[str, Any] = {name: row[name] for name in Channel.__dataclass_fields__ if name != "signed"}
    kind = ChannelKind(row["kind"])
    told |= {"kind": kind, "address": _shown(kind, row["address"]), "signed": row["secret"] is not None}
    return Channel(**{**told, "groups": tuple(row["groups"]), "least": Grade(row["least"])})
