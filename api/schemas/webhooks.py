"""How webhooks and their deliveries look from outside; the secret is shown once, when it is made."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.deps import Clean
from qa_engine.storage import Page
from qa_engine.storage.events import Event
from qa_engine.storage.letters import Try
from qa_engine.storage.webhooks import Delivery, DeliveryState, Webhook


class WebhookIn(BaseModel):
    """Where to send events, and which."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[Clean, Field(max_length=2000, examples=["https://hooks.example.com/qa"])]
    events: list[Event] = Field(default_factory=list, max_length=20, description="all when empty")


class WebhookOut(BaseModel):
    """``disabled_at`` is set once nothing is sent to it any more, until it is enabled again."""

    id: str = Field(examples=["01KAKQ6ZQ1R2T3Y4V5W6X7Y8Z9"])
    url: str = Field(examples=["https://hooks.example.com/qa"])
    events: list[Event]
    created_at: datetime
    disabled_at: datetime | None = None
    disabled_why: str | None = Field(None, examples=["it answered 410: gone"])

    @classmethod
    def of(cls, webhook: Webhook) -> WebhookOut:
        return cls(**_told(webhook))


class WebhookMade(WebhookOut):
    """With the secret that signs what is sent; it is shown only now."""

    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])

    @classmethod
    def with_secret(cls, webhook: Webhook, secret: str) -> WebhookMade:
        return cls(**_told(webhook), secret=secret)


class WebhookList(BaseModel):
    """Oldest first."""

    items: list[WebhookOut]


class WebhookTry(BaseModel):
    """What came of a trial: the HTTP status where there was one; ``error`` null means that it arrived."""

    model_config = ConfigDict(from_attributes=True)

    status: int | None = Field(examples=[204])
    error: str | None = Field(examples=["answered 503"])

    @classmethod
    def of(cls, made: Try) -> WebhookTry:
        return cls.model_validate(made)


class DeliveryOut(BaseModel):
    """One event on its way; ``id`` is the ``webhook-id`` header of every try, ``status`` the last HTTP status."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    event: Event
    interaction_id: str
    state: DeliveryState
    tries: int
    status: int | None = Field(None, examples=[503])
    error: str | None = Field(None, examples=["answered 503"])
    created_at: datetime
    next_at: datetime | None = Field(None, description="when it is tried again")
    delivered_at: datetime | None = None

    @classmethod
    def of(cls, delivery: Delivery) -> DeliveryOut:
        return cls.model_validate(delivery)


class DeliveryPage(BaseModel):
    """One page, newest first."""

    items: list[DeliveryOut]
    next: str | None = Field(None, description="give it back as `after` to read on; null at the end")

    @classmethod
    def of(cls, page: Page[Delivery]) -> DeliveryPage:
        return cls(items=[DeliveryOut.of(delivery) for delivery in page.rows], next=page.next)


def _told(webhook: Webhook) -> dict[str, object]:
    return {name: getattr(webhook, name) for name in WebhookOut.model_fields}
