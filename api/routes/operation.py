"""For those who run it: is the process alive, can it do its work, and how much work waits."""

from __future__ import annotations

import ipaddress

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.deps import CREDENTIALS, SettingsDep, StoreDep
from api.metrics import CONTENT_TYPE, RequestMetrics, render
from api.openapi import problems
from api.schemas.operation import Alive, Ready
from api.security import identify
from api.sight import figures_of, redis_state
from qa_engine import __version__
from qa_engine.domain import UserRole
from qa_engine.errors import Forbidden, QAEngineError
from qa_engine.storage import Store

router = APIRouter(tags=["operation"])
MAY_SEE_FIGURES = frozenset({UserRole.ADMIN, UserRole.SERVICE})


@router.get("/healthz", summary="The process answers")
def healthz() -> Alive:
    """Nothing but the process itself is looked at: restart it when this fails."""
    return Alive(version=__version__)


@router.get("/readyz", responses={503: {"model": Ready}}, summary="It can take work in")
def readyz(store: StoreDep, settings: SettingsDep) -> Response:
    """Database and audio store are needed, and room on their disks. Redis is told, but intake works without it."""
    try:
        store.ping()
        store.quota.has_space()
        ready, storage = True, "ok"
    except QAEngineError as error:
        ready, storage = False, error.code
    told = Ready(ready=ready, storage=storage, redis=redis_state(settings))
    return JSONResponse(told.model_dump(), status_code=200 if ready else 503)


@router.get(
    "/metrics",
    dependencies=CREDENTIALS,
    responses=problems(),
    response_class=Response,
    summary="Figures for Prometheus",
)
def metrics(request: Request, store: StoreDep) -> Response:
    """Open to this machine; from elsewhere with the key of an admin or a service."""
    _allow(request, store)
    of_requests: RequestMetrics = request.app.state.metrics
    return Response(render(of_requests, lambda: figures_of(request), store.alert_figures), media_type=CONTENT_TYPE)


def _allow(request: Request, store: Store) -> None:
    try:
        local = ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        local = False
    if not local and identify(request, store).role not in MAY_SEE_FIGURES:
        raise Forbidden("figures of the whole installation are for admins and services")
