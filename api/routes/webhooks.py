"""Webhooks: who is told of events, and what became of each; for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.deps import CREDENTIALS, StoreDep, known_id
from api.lent import LentDep
from api.openapi import problems
from api.schemas.webhooks import DeliveryOut, DeliveryPage, WebhookIn, WebhookList, WebhookMade, WebhookOut, WebhookTry
from api.security import identify
from qa_engine.domain import Principal
from qa_engine.storage.access import ADMIN, require
from qa_engine.storage.webhooks import MAX_PAGE, DeliveryState

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], dependencies=CREDENTIALS)


def admin(request: Request, store: StoreDep) -> Principal:
    """Raises Unauthenticated, Forbidden."""
    principal = identify(request, store)
    require(principal, ADMIN)
    request.state.principal = principal.id
    return principal


Admin = Annotated[Principal, Depends(admin)]


def webhook_id(_admin: Admin, webhook_id: Annotated[str, Path(description="Id of the webhook")]) -> str:
    return known_id(webhook_id, "no such webhook")


def delivery_id(_admin: Admin, delivery_id: Annotated[str, Path(description="Id of the delivery")]) -> str:
    return known_id(delivery_id, "no such delivery")


WebhookId = Annotated[str, Depends(webhook_id)]
DeliveryId = Annotated[str, Depends(delivery_id)]


@router.post("", status_code=201, responses=problems(409, 422), summary="Make a webhook")
def create_webhook(asked: WebhookIn, principal: Admin, store: StoreDep) -> WebhookMade:
    """Events are POSTed there from now on, signed with the secret that is shown only in this answer."""
    secret, webhook = store.create_webhook(principal, asked.url, asked.events)
    return WebhookMade.with_secret(webhook, secret)


@router.get("", responses=problems(), summary="List webhooks")
def list_webhooks(principal: Admin, store: StoreDep) -> WebhookList:
    """All of your tenant, without their secrets."""
    return WebhookList(items=[WebhookOut.of(webhook) for webhook in store.webhooks(principal)])


@router.get("/{webhook_id}", responses=problems(404), summary="One webhook")
def get_webhook(principal: Admin, webhook_id: WebhookId, store: StoreDep) -> WebhookOut:
    """Where it goes, for which events, and why it is disabled if it is."""
    return WebhookOut.of(store.webhook(principal, webhook_id))


@router.delete("/{webhook_id}", status_code=204, responses=problems(404), summary="Remove a webhook")
def delete_webhook(principal: Admin, webhook_id: WebhookId, store: StoreDep) -> Response:
    """What was on its way to it is not sent any more."""
    store.delete_webhook(principal, webhook_id)
    return Response(status_code=204)


@router.post("/{webhook_id}/enable", responses=problems(404), summary="Enable a webhook again")
def enable_webhook(principal: Admin, webhook_id: WebhookId, store: StoreDep) -> WebhookOut:
    """After it was disabled, because it answered 410; events from now on are sent, earlier ones by redelivery."""
    return WebhookOut.of(store.enable_webhook(principal, webhook_id))


@router.post("/{webhook_id}/disable", responses=problems(404), summary="Switch a webhook off")
def disable_webhook(principal: Admin, webhook_id: WebhookId, store: StoreDep) -> WebhookOut:
    """Nothing more is sent to it until it is enabled."""
    return WebhookOut.of(store.disable_webhook(principal, webhook_id))


@router.post("/{webhook_id}/test", responses=problems(404), summary="Try a webhook out")
def test_webhook(principal: Admin, webhook_id: WebhookId, store: StoreDep, lent: LentDep) -> WebhookTry:
    """Sends one signed event of type `test` now, and tells what came back; it is not kept."""
    return WebhookTry.of(lent.poster()(store.trial(principal, webhook_id)))


@router.get("/{webhook_id}/deliveries", responses=problems(404, 422), summary="Deliveries, newest first")
def list_deliveries(
    principal: Admin,
    webhook_id: WebhookId,
    store: StoreDep,
    *,
    state: DeliveryState | None = None,
    after: Annotated[
        str | None, Query(description="`next` of the page before", pattern=r"^[0-9A-Za-z_-]{1,64}$")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> DeliveryPage:
    """What was sent, what waits and when it is tried again, what failed and why."""
    return DeliveryPage.of(store.deliveries(principal, webhook_id, state, after, limit))


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/redeliver",
    status_code=202,
    responses=problems(404, 409),
    summary="Send one delivery again",
)
def redeliver(principal: Admin, webhook_id: WebhookId, delivery_id: DeliveryId, store: StoreDep) -> DeliveryOut:
    """Now, with the same bytes and the same `webhook-id`, and ten tries anew."""
    return DeliveryOut.of(store.redeliver(principal, webhook_id, delivery_id))
