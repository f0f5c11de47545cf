"""What is appended to a chat that goes on, and what is answered."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.interactions import links
from qa_engine.ingest import MessageIn
from qa_engine.storage import InteractionRow
from qa_engine.storage.open_chats import Appended

AT_ONCE = 500


class MessagesIn(BaseModel):
    """The next messages, in their order. One with an `id` is kept once, however often it is sent."""

    model_config = ConfigDict(extra="forbid")

    messages: list[MessageIn] = Field(min_length=1, max_length=AT_ONCE)


class AppendedOut(BaseModel):
    """They are kept durably; risk and emotion follow."""

    id: str = Field(examples=["01KAKQ6ZQ1R2T3Y4V5W6X7Y8Z9"])
    added: int = Field(description="messages that were new", examples=[1])
    messages: int = Field(description="messages of the chat now", examples=[7])
    links: dict[str, str]

    @classmethod
    def of(cls, row: InteractionRow, appended: Appended) -> AppendedOut:
        return cls(id=row.id, added=appended.added, messages=appended.messages, links=links(row))
