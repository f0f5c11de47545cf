"""Signed webhooks beside the other ways out: add one and see its secret once, try it out, switch it off."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.console.pages.channels import Admin, Csrf
from api.console.session import check_csrf
from api.console.view import channels as view
from api.console.web import page, spoken
from api.deps import Clean, StoreDep, known_id
from api.lent import LentDep
from qa_engine.domain import Principal
from qa_engine.errors import BadInput, Conflict
from qa_engine.storage import Store
from qa_engine.storage.events import Event
from qa_engine.storage.letters import Try

router = APIRouter(prefix="/alerts/webhooks", include_in_schema=False)
SHOWN = 30
"""Deliveries that the page of a webhook lists."""


def one_webhook(webhook_id: str) -> str:
    return known_id(webhook_id, "no such webhook")


WebhookId = Annotated[str, Depends(one_webhook)]


@router.get("")
def index() -> Response:
    """They are listed among the other ways out."""
    return RedirectResponse("/alerts/channels", 303)


@router.get("/new")
def new(request: Request, who: Admin) -> Response:
    return _new(request, who, view.Form(view.WEBHOOK, {"url": "", "events": list(Event)}))


@router.post("")
def create(
    *, request: Request, who: Admin, store: StoreDep, url: Annotated[Clean, Form(max_length=2000)] = "",
    events: Annotated[list[Event] | None, Form()] = None, csrf: Csrf = "",
) -> Response:  # fmt: skip
    """The secret is shown in this answer alone."""
    check_csrf(request, csrf)
    form = view.Form(view.WEBHOOK, {"url": url, "events": events or []})
    try:
        if not events:
            raise BadInput("it would hear of nothing", where="events", mend="choose at least one event")
        secret, made = store.create_webhook(who, url, events)
    except (BadInput, Conflict) as fault:
        return _new(request, who, form.because(fault, spoken(request)), status=422)
    return _one(request, who, store, made.id, secret=secret)


@router.get("/{webhook_id}")
def show(request: Request, who: Admin, store: StoreDep, webhook_id: WebhookId) -> Response:
    return _one(request, who, store, webhook_id)


@router.get("/{webhook_id}/test")
def tested(webhook_id: WebhookId) -> Response:
    """Where a change of language leads that was made below the answer."""
    return RedirectResponse(f"/alerts/webhooks/{webhook_id}", 303)


@router.post("/{webhook_id}/test")
def test(
    *, request: Request, who: Admin, store: StoreDep, lent: LentDep, webhook_id: WebhookId, csrf: Csrf = ""
) -> Response:
    """What came back is shown in this answer; a trial is kept nowhere."""
    check_csrf(request, csrf)
    return _one(request, who, store, webhook_id, answer=lent.poster()(store.trial(who, webhook_id)))


@router.post("/{webhook_id}/disable")
def disable(request: Request, who: Admin, store: StoreDep, webhook_id: WebhookId, csrf: Csrf = "") -> Response:
    check_csrf(request, csrf)
    store.disable_webhook(who, webhook_id)
    return RedirectResponse(f"/alerts/webhooks/{webhook_id}", 303)


@router.post("/{webhook_id}/enable")
def enable(request: Request, who: Admin, store: StoreDep, webhook_id: WebhookId, csrf: Csrf = "") -> Response:
    check_csrf(request, csrf)
    store.enable_webhook(who, webhook_id)
    return RedirectResponse(f"/alerts/webhooks/{webhook_id}", 303)


@router.post("/{webhook_id}/remove")
def remove(request: Request, who: Admin, store: StoreDep, webhook_id: WebhookId, csrf: Csrf = "") -> Response:
    check_csrf(request, csrf)
    store.delete_webhook(who, webhook_id)
    return RedirectResponse("/alerts/channels", 303)


@router.post("/{webhook_id}/deliveries/{delivery_id}/again")
def again(
    *, request: Request, who: Admin, store: StoreDep, webhook_id: WebhookId, delivery_id: str, csrf: Csrf = ""
) -> Response:
    check_csrf(request, csrf)
    store.redeliver(who, webhook_id, known_id(delivery_id, "no such delivery"))
    return RedirectResponse(f"/alerts/webhooks/{webhook_id}", 303)


def _new(request: Request, who: Principal, form: view.Form, status: int = 200) -> Response:
    return page(
        request, "webhook_new.html", who, place="alerts", form=form, kinds=view.KINDS, events=list(Event),
        status=status,
    )  # fmt: skip


def _one(
    request: Request, who: Principal, store: Store, webhook_id: str, *, secret: str = "", answer: Try | None = None
) -> Response:
    webhook = store.webhook(who, webhook_id)
    return page(
        request, "webhook.html", who, place="alerts", webhook=webhook, secret=secret, answer=answer,
        standing=view.standing(webhook, datetime.now(UTC)),
        deliveries=store.deliveries(who, webhook_id, limit=SHOWN).rows,
    )  # fmt: skip
