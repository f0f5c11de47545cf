"""The documented shape of a chat in our own JSON: what files hold and what the API takes as its body."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from qa_engine.domain import Direction, Kind

MESSAGE_KEYS = ("messages", "turns", "dialogue", "对话", "消息")
LONGEST_S = 30 * 86_400.0


def named(value: Any) -> Any:
    """A person or thing given as an object is known by its id or name."""
    if isinstance(value, dict):
        return next((value[k] for k in ("id", "name", "email") if value.get(k) not in (None, "")), None)
    return value


def _plain(value: Any) -> Any:
    return "" if value is None else value


Named = Annotated[str | None, BeforeValidator(named)]
Words = Annotated[str, BeforeValidator(_plain)]


def _alias(*names: str) -> AliasChoices:
    return AliasChoices(*names)


class MessageIn(BaseModel):
    """One message. ``time`` is a date and time or a clock; ``seconds`` counts from the start of the conversation."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, populate_by_name=True)

    role: Words = Field(
        "",
        validation_alias=_alias("role", "角色"),
        description="agent, customer, system, bot; also 客服 坐席 客户 用户 系统 机器人 and the like",
        examples=["customer"],
    )
    text: Words = Field("", validation_alias=_alias("text", "content", "message", "内容"), examples=["我的快递还没到"])
    time: str | float | None = Field(
        None,
        validation_alias=_alias("time", "timestamp", "created_at", "at", "时间"),
        description="ISO 8601 or Unix seconds; without a zone it is in the installation's time zone",
        examples=["2026-03-02T10:15:00+08:00"],
    )
    seconds: float | None = Field(
        None, ge=0, le=LONGEST_S, validation_alias=_alias("seconds", "start"), description="from the start, in seconds"
    )
    end: float | None = Field(None, ge=0, le=LONGEST_S, description="end, in seconds from the start")
    kind: str | None = Field(
        None, validation_alias=_alias("kind", "type"), description="text (default), image, voice, file, recalled ..."
    )
    automatic: bool = Field(False, description="true for what no person wrote")
    speaker: Named = Field(None, validation_alias=_alias("speaker", "name", "sender"), examples=["小王"])
    id: str | None = Field(
        None, max_length=200, validation_alias=_alias("id", "message_id", "msg_id"),
        description="the sender's own; in a chat that goes on, the same id is the same message",
    )  # fmt: skip


class ChatIn(BaseModel):
    """One chat, or the written transcript of one call. Anything else in it is kept as metadata."""

    model_config = ConfigDict(
        extra="allow",
        coerce_numbers_to_str=True,
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "chat-1001",
                    "started_at": "2026-03-02T10:15:00+08:00",
                    "agent": "A017",
                    "customer": "C88",
                    "metadata": {"industry": "retail", "authenticated": True},
                    "messages": [
                        {"role": "customer", "text": "我的快递三天没动了", "seconds": 0},
                        {"role": "agent", "text": "您好，我是客服小王，请您提供一下订单号", "seconds": 12},
                    ],
                }
            ]
        },
    )

    id: Named = Field(None, validation_alias=_alias("id", "external_id", "conversation_id", "session_id", "会话"))
    kind: Kind = Field(Kind.CHAT, description="chat, or call for the written transcript of a call")
    started_at: str | float | None = Field(None, description="ISO 8601 or Unix seconds")
    language: str | None = Field(None, description="zh, en ...; detected when absent", examples=["zh"])
    agent: Named = Field(None, validation_alias=_alias("agent", "agent_id", "客服", "坐席"))
    team: Named = None
    vendor: Named = None
    customer: Named = Field(None, validation_alias=_alias("customer", "customer_ref", "customer_id", "客户"))
    ticket: Named = None
    direction: Direction | None = None
    metadata: dict[str, Any] = Field(default_factory=dict, validation_alias=_alias("metadata", "meta"))
    open: bool = Field(
        False, description="true: it goes on; more is appended over the API, and it is judged once it is closed"
    )
    messages: list[MessageIn] = Field(validation_alias=_alias(*MESSAGE_KEYS), min_length=1)

    @property
    def everything_else(self) -> dict[str, Any]:
        return {**(self.model_extra or {}), **self.metadata}
