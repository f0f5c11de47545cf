"""The ways by which alerts leave: kept, changed, tried out and looked after; for administrators."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.deps import CREDENTIALS, StoreDep, known_id
from api.lent import Lent, LentDep
from api.openapi import problems
from api.routes.webhooks import Admin
from api.schemas.channels import (
    ChannelChangeIn,
    ChannelIn,
    ChannelList,
    ChannelOut,
    ChannelTries,
    ChannelTryOut,
)
from qa_engine.domain import Principal
from qa_engine.storage import Store
from qa_engine.storage.alert_tries import MOST_TRIES, ChannelTry

router = APIRouter(prefix="/v1/alerts/channels", tags=["alerts"], dependencies=CREDENTIALS)


def channel_id(_admin: Admin, channel_id: Annotated[str, Path(description="Id of the channel")]) -> str:
    return known_id(channel_id, "no such channel")


ChannelId = Annotated[str, Depends(channel_id)]


def try_channel(store: Store, lent: Lent, principal: Principal, channel_id: str) -> ChannelTry:
    """Send a trial message now and keep what came of it. Raises NotFound, NotLent."""
    send = lent.sender()
    envelope, began = store.trial_envelope(principal, channel_id), time.monotonic()
    error = send(envelope)
    return store.trial_ended(envelope, time.monotonic() - began, error)


@router.get("", responses=problems(), summary="List channels")
def list_channels(principal: Admin, store: StoreDep) -> ChannelList:
    """All ways out of your tenant with their state, without their secrets. For administrators."""
    return ChannelList(items=[ChannelOut.of(channel) for channel in store.channels(principal)])


@router.post("", status_code=201, responses=problems(409, 422), summary="Make a channel")
def create_channel(asked: ChannelIn, principal: Admin, store: StoreDep) -> ChannelOut:
    """Alerts for its groups are sent there from now on. For administrators."""
    return ChannelOut.of(store.create_channel(principal, asked.made()))


@router.get("/{channel_id}", responses=problems(404), summary="One channel")
def get_channel(principal: Admin, channel_id: ChannelId, store: StoreDep) -> ChannelOut:
    """Its state: when it last sent, why it rests or is disabled. For administrators."""
    return ChannelOut.of(store.channel(principal, channel_id))


@router.put("/{channel_id}", responses=problems(404, 409, 422), summary="Change a channel")
def change_channel(asked: ChannelChangeIn, principal: Admin, channel_id: ChannelId, store: StoreDep) -> ChannelOut:
    """Its kind stays; `address` and `secret` only where they are told. For administrators."""
    return ChannelOut.of(store.change_channel(principal, channel_id, asked.change()))


@router.delete("/{channel_id}", status_code=204, responses=problems(404), summary="Remove a channel")
def delete_channel(principal: Admin, channel_id: ChannelId, store: StoreDep) -> Response:
    """What was on its way is not sent any more. For administrators."""
    store.delete_channel(principal, channel_id)
    return Response(status_code=204)


@router.post("/{channel_id}/enable", responses=problems(404), summary="Enable a channel again")
def enable_channel(principal: Admin, channel_id: ChannelId, store: StoreDep) -> ChannelOut:
    """After it was disabled because the other side would take nothing from it. For administrators."""
    return ChannelOut.of(store.enable_channel(principal, channel_id))


@router.post("/{channel_id}/disable", responses=problems(404), summary="Switch a channel off")
def disable_channel(principal: Admin, channel_id: ChannelId, store: StoreDep) -> ChannelOut:
    """Nothing more leaves by it, not even what waits, until it is enabled. For administrators."""
    return ChannelOut.of(store.disable_channel(principal, channel_id))


@router.post("/{channel_id}/test", responses=problems(404), summary="Try a channel out")
def test_channel(principal: Admin, channel_id: ChannelId, store: StoreDep, lent: LentDep) -> ChannelTryOut:
    """Sends a trial message now and tells the answer: `error` null means taken. For administrators."""
    return ChannelTryOut.of(try_channel(store, lent, principal, channel_id))


@router.get("/{channel_id}/tries", responses=problems(404, 422), summary="Messages of a channel, newest first")
def list_tries(
    principal: Admin, channel_id: ChannelId, store: StoreDep, limit: Annotated[int, Query(ge=1, le=MOST_TRIES)] = 50
) -> ChannelTries:
    """What left and what was answered, what waits, and what was given up. For administrators."""
    tries = list(store.channel_tries(principal, channel_id, limit))
    return ChannelTries.whole(tries, store.channel_backlog(principal, channel_id))
