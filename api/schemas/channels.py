"""How the ways out and what became of their messages look from outside; no channel ever shows its secret."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.deps import Clean
from api.schemas.filters import Word
from qa_engine.alerts import Grade
from qa_engine.domain import Lang
from qa_engine.storage.alert_channel_changes import ChannelChange
from qa_engine.storage.alert_channels import Channel, ChannelKind, NewChannel
from qa_engine.storage.alert_tries import ChannelBacklog, ChannelTry

Address = Annotated[Clean, Field(min_length=1, max_length=2000)]
Secret = Annotated[Clean, Field(max_length=200, description="of robots that sign: 飞书, 钉钉")]


class ChannelIn(BaseModel):
    """One way out to people."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Clean, Field(min_length=1, max_length=100, examples=["值班群"])]
    kind: ChannelKind
    address: Address = Field(description="URL of the robot, or mailboxes joined by commas")
    secret: Secret | None = None
    groups: list[Annotated[str, Field(max_length=40)]] = Field(default_factory=lambda: ["duty"], max_length=20)
    least: Grade = Grade.GENERAL
    team: Word | None = None
    language: Lang = "zh"
    quotes: bool = Field(False, description="whether words of the conversation leave with it, numbers masked")

    def made(self) -> NewChannel:
        return NewChannel(**{**self.model_dump(), "groups": tuple(self.groups)})


class ChannelChangeIn(BaseModel):
    """The whole of it as it is to be; what is secret is only written: null leaves it as it is."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Clean, Field(min_length=1, max_length=100, examples=["值班群"])]
    address: Address | None = None
    secret: Secret | None = Field(None, description="empty takes it away")
    groups: list[Annotated[str, Field(max_length=40)]] = Field(default_factory=lambda: ["duty"], max_length=20)
    least: Grade = Grade.GENERAL
    team: Word | None = None
    language: Lang = "zh"
    quotes: bool = False

    def change(self) -> ChannelChange:
        return ChannelChange(**{**self.model_dump(), "groups": tuple(self.groups)})


class ChannelOut(BaseModel):
    """A channel without its secrets: of a robot's URL, the host and the last characters."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    kind: ChannelKind
    address: str = Field(examples=["https://oapi.dingtalk.com/…9f3a"])
    signed: bool
    groups: list[str]
    least: Grade
    team: str | None
    language: Lang
    quotes: bool
    created_at: datetime
    disabled_at: datetime | None
    disabled_why: str | None
    tries: int = Field(description="in vain since something last arrived")
    error: str | None
    rest_until: datetime | None
    sent_at: datetime | None

    @classmethod
    def of(cls, channel: Channel) -> ChannelOut:
        return cls.model_validate(channel)


class ChannelList(BaseModel):
    """Oldest first."""

    items: list[ChannelOut]


class ChannelTryOut(BaseModel):
    """One message that left. Neither ``seconds`` nor ``error``: what came of it is not known yet."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    at: datetime
    seconds: float | None = Field(description="how long it was underway")
    error: str | None = Field(examples=["answered 93000: invalid webhook url"])

    @classmethod
    def of(cls, made: ChannelTry) -> ChannelTryOut:
        return cls.model_validate(made)


class ChannelTries(BaseModel):
    """Newest first, with the alerts that wait and those given up within the last 7 days."""

    items: list[ChannelTryOut]
    waiting: int
    given_up: int

    @classmethod
    def whole(cls, tries: list[ChannelTry], backlog: ChannelBacklog) -> ChannelTries:
        items = [ChannelTryOut.of(made) for made in tries]
        return cls(items=items, waiting=backlog.waiting, given_up=backlog.given_up)
