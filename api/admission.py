"""Whether an upload may come in at all, asked before its body is read: pace, work that waits, room on the disks."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.deps import StoreDep, Writer
from api.metrics import RequestMetrics
from api.throttle import Buckets
from qa_engine.domain import Principal
from qa_engine.storage import Throttled
from qa_engine.storage.quota import NoSpace


def admitted(request: Request, principal: Writer, store: StoreDep) -> Principal:
    """A sender who may write, and for whom there is room. Raises Throttled, NoSpace."""
    refused: RequestMetrics = request.app.state.metrics
    buckets: Buckets = request.app.state.buckets
    try:
        buckets.take(principal.id)
    except Throttled:
        refused.refused("rate")
        raise
    try:
        store.quota.may_take(principal)
    except (Throttled, NoSpace) as error:
        refused.refused("space" if isinstance(error, NoSpace) else "waiting")
        raise
    return principal


def spacious(principal: Writer, store: StoreDep) -> Principal:
    """A sender who may write, while there is room on the disks: what has begun may go on. Raises NoSpace."""
    store.quota.has_space()
    return principal


Spacious = Annotated[Principal, Depends(spacious)]
Admitted = Annotated[Principal, Depends(admitted)]
