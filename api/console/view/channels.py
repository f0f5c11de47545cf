"""How ways out read: what state each is in, what its makers allow, and the form that makes or changes one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from api.console.words import Words
from qa_engine.alerts import Grade
from qa_engine.errors import QAEngineError
from qa_engine.storage.alert_channel_changes import ChannelChange
from qa_engine.storage.alert_channels import DUTY, Channel, ChannelKind, NewChannel
from qa_engine.storage.alert_sends import RATES
from qa_engine.storage.webhooks import SWITCHED_OFF, Webhook

WEBHOOK = "webhook"
KINDS: tuple[str, ...] = (*ChannelKind, WEBHOOK)
_SPACES = re.compile(r"[\s,，;；]+")
State = Literal["ready", "rests", "off", "refused"]


@dataclass(frozen=True, slots=True)
class Standing:
    """``refused``: the other side takes nothing any more; ``off``: ``why`` names the person who switched it off."""

    state: State
    why: str = ""


def standing(told: Channel | Webhook, now: datetime) -> Standing:
    why = told.disabled_why or ""
    if told.disabled_at is not None:
        by_hand = why.startswith(SWITCHED_OFF)
        return Standing("off", why.removeprefix(SWITCHED_OFF)) if by_hand else Standing("refused", why)
    if isinstance(told, Channel) and told.tries and told.rest_until is not None and told.rest_until > now:
        return Standing("rests", told.error or "")
    return Standing("ready")


def pace(kind: ChannelKind, t: Words) -> str:
    """How much it may send, as its makers allow."""
    keys = {1.0: "channel.per_second", 60.0: "channel.per_minute"}
    return t("channel.and").join(t(keys[rate.seconds], n=rate.messages) for rate in RATES[kind])


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed, secrets left out, and what was wrong with it: ``at`` names the field."""

    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)
    wrong: str = ""
    at: str = ""

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def because(self, fault: QAEngineError, t: Words) -> Form:
        at = fault.where or ""
        told = [t.known("channel.wrong_", at) if f"channel.wrong_{at}" in t.entries else "", fault.message, fault.mend]
        return Form(self.kind, self.values, t("colon").join(part for part in told if part), at)


def blank(kind: str, lang: str) -> Form:
    values = {"name": "", "address": "", "groups": DUTY, "least": Grade.GENERAL, "team": "", "language": lang}
    return Form(kind, {**values, "quotes": False})


def filled(told: Channel) -> Form:
    """Of a channel that is there: its mailboxes may be shown, a robot's address is only written."""
    address = told.address if told.kind is ChannelKind.EMAIL else ""
    names = ("name", "least", "language", "quotes")
    values = {name: getattr(told, name) for name in names}
    return Form(told.kind, {**values, "address": address, "groups": " ".join(told.groups), "team": told.team or ""})


def typed(kind: str, asked: Mapping[str, Any]) -> Form:
    return Form(kind, {name: value for name, value in asked.items() if name != "secret"})


def made(form: Form, secret: str) -> NewChannel:
    """A new channel as the form asks; an empty secret is none."""
    told = {**_asked(form), "address": form["address"].strip(), "secret": secret.strip() or None}
    return NewChannel(kind=ChannelKind(form.kind), **told)


def change(form: Form, secret: str, *, drop_secret: bool) -> ChannelChange:
    """What is secret stays unless something was typed over it, or it is to be dropped."""
    kept = "" if drop_secret else secret.strip() or None
    return ChannelChange(**_asked(form), address=form["address"].strip() or None, secret=kept)


def groups(text: str) -> Sequence[str]:
    return tuple(part for part in _SPACES.split(text) if part)


def _asked(form: Form) -> dict[str, Any]:
    plain = {name: form[name] for name in ("language", "quotes")}
    told = {"name": form["name"].strip(), "groups": groups(form["groups"]), "team": form["team"].strip() or None}
    return {**plain, **told, "least": Grade(form["least"])}
