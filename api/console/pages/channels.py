"""The ways out to people: robots, e-mail and webhooks to add, change, try out, switch off and look after."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.console.session import check_csrf
from api.console.view import channels as view
from api.console.web import Language, Sitting, page, spoken
from api.deps import Clean, StoreDep, known_id
from api.lent import LentDep
from api.routes.channels import try_channel
from qa_engine.alerts import Grade
from qa_engine.domain import Lang, Principal
from qa_engine.errors import BadInput, Conflict
from qa_engine.storage import Store
from qa_engine.storage.access import ADMIN, require
from qa_engine.storage.alert_channels import Channel, ChannelKind

router = APIRouter(prefix="/alerts/channels", include_in_schema=False)
SHOWN = 30
"""Messages of one channel that its page lists."""
Csrf = Annotated[str, Form(max_length=200)]


def administering(who: Sitting) -> Principal:
    """Raises Forbidden."""
    require(who, ADMIN)
    return who


def one_channel(channel_id: str) -> str:
    return known_id(channel_id, "no such channel")


Admin = Annotated[Principal, Depends(administering)]
ChannelId = Annotated[str, Depends(one_channel)]


def asked(
    *, name: Annotated[Clean, Form(max_length=100)] = "", address: Annotated[Clean, Form(max_length=2000)] = "",
    groups: Annotated[Clean, Form(max_length=500)] = "", least: Annotated[Grade, Form()] = Grade.GENERAL,
    team: Annotated[Clean, Form(max_length=200)] = "", language: Annotated[Lang, Form()] = "zh",
    quotes: Annotated[bool, Form()] = False,
) -> dict[str, Any]:  # fmt: skip
    """What the form holds, but for what is secret."""
    told = {"name": name, "address": address, "groups": groups, "least": least, "team": team}
    return {**told, "language": language, "quotes": quotes}


Asked = Annotated[dict[str, Any], Depends(asked)]
Secret = Annotated[Clean, Form(max_length=200)]


@router.get("")
def index(request: Request, who: Admin, store: StoreDep) -> Response:
    now = datetime.now(UTC)
    channels = [(one, view.standing(one, now)) for one in store.channels(who)]
    webhooks = [(one, view.standing(one, now)) for one in store.webhooks(who)]
    return page(request, "channels.html", who, place="alerts", channels=channels, webhooks=webhooks)


@router.get("/new")
def new(
    request: Request, who: Admin, lang: Language, kind: Annotated[str, Query(max_length=20)] = ChannelKind.WECOM
) -> Response:
    return _new(request, who, view.blank(kind if kind in list(ChannelKind) else ChannelKind.WECOM, lang))


@router.post("")
def create(
    *, request: Request, who: Admin, store: StoreDep, told: Asked, kind: Annotated[ChannelKind, Form()],
    secret: Secret = "", csrf: Csrf = "",
) -> Response:  # fmt: skip
    check_csrf(request, csrf)
    form = view.typed(kind, told)
    try:
        made = store.create_channel(who, view.made(_named(form), secret))
    except (BadInput, Conflict) as fault:
        return _new(request, who, form.because(fault, spoken(request)), status=_status(fault))
    return RedirectResponse(f"/alerts/channels/{made.id}", 303)


@router.get("/{channel_id}")
def show(
    request: Request, who: Admin, store: StoreDep, channel_id: ChannelId,
    tried: Annotated[str, Query(max_length=64)] = "",
) -> Response:  # fmt: skip
    channel = store.channel(who, channel_id)
    return _one(request, who, store, channel, view.filled(channel), tried=tried)


@router.post("/{channel_id}")
def change(
    *, request: Request, who: Admin, store: StoreDep, channel_id: ChannelId, told: Asked, secret: Secret = "",
    drop_secret: Annotated[bool, Form()] = False, csrf: Csrf = "",
) -> Response:  # fmt: skip
    check_csrf(request, csrf)
    channel = store.channel(who, channel_id)
    form = view.typed(channel.kind, told)
    try:
        store.change_channel(who, channel_id, view.change(_named(form), secret, drop_secret=drop_secret))
    except (BadInput, Conflict) as fault:
        wrong = form.because(fault, spoken(request))
        return _one(request, who, store, channel, wrong, status=_status(fault))
    return RedirectResponse(f"/alerts/channels/{channel_id}", 303)


@router.post("/{channel_id}/test")
def test(
    *, request: Request, who: Admin, store: StoreDep, lent: LentDep, channel_id: ChannelId, csrf: Csrf = ""
) -> Response:
    """The answer stands among its messages, and above them."""
    check_csrf(request, csrf)
    tried = try_channel(store, lent, who, channel_id)
    return RedirectResponse(f"/alerts/channels/{channel_id}?tried={tried.id}", 303)


@router.post("/{channel_id}/disable")
def disable(request: Request, who: Admin, store: StoreDep, channel_id: ChannelId, csrf: Csrf = "") -> Response:
    check_csrf(request, csrf)
    store.disable_channel(who, channel_id)
    return RedirectResponse(f"/alerts/channels/{channel_id}", 303)


@router.post("/{channel_id}/enable")
def enable(request: Request, who: Admin, store: StoreDep, channel_id: ChannelId, csrf: Csrf = "") -> Response:
    check_csrf(request, csrf)
    store.enable_channel(who, channel_id)
    return RedirectResponse(f"/alerts/channels/{channel_id}", 303)


@router.post("/{channel_id}/remove")
def remove(request: Request, who: Admin, store: StoreDep, channel_id: ChannelId, csrf: Csrf = "") -> Response:
    check_csrf(request, csrf)
    store.delete_channel(who, channel_id)
    return RedirectResponse("/alerts/channels", 303)


def _new(request: Request, who: Principal, form: view.Form, status: int = 200) -> Response:
    t = spoken(request)
    return page(
        request, "channel_new.html", who, place="alerts", form=form, kinds=view.KINDS, grades=list(Grade),
        signs=ChannelKind(form.kind).signs, pace=view.pace(ChannelKind(form.kind), t), status=status,
    )  # fmt: skip


def _one(
    request: Request, who: Principal, store: Store, channel: Channel, form: view.Form, *, tried: str = "",
    status: int = 200,
) -> Response:  # fmt: skip
    tries = store.channel_tries(who, channel.id, SHOWN)
    return page(
        request, "channel.html", who, place="alerts", channel=channel, form=form, grades=list(Grade),
        standing=view.standing(channel, datetime.now(UTC)), signs=channel.kind.signs, tries=tries,
        answer=next((one for one in tries if one.id == tried), None), backlog=store.channel_backlog(who, channel.id),
        pace=view.pace(channel.kind, spoken(request)), status=status,
    )  # fmt: skip


def _named(form: view.Form) -> view.Form:
    """Raises BadInput."""
    if not form["name"].strip():
        raise BadInput("a channel needs a name", where="name")
    return form


def _status(fault: BadInput | Conflict) -> int:
    return 409 if isinstance(fault, Conflict) else 422
