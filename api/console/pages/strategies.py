"""What raises alerts: listed with how often each fired, edited beside its faults and a dry look, version by version."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from api import strategist
from api.console.pages.alerts import Following
from api.console.pages.channels import Admin
from api.console.session import check_csrf
from api.console.view import strategies as view
from api.console.web import Language, page, spoken
from api.csrf import CSRF_HEADER
from api.deps import StoreDep
from api.problems import Malformed
from api.workbench import WorkbenchDep
from qa_engine.domain import Principal
from qa_engine.errors import NotFound
from qa_engine.storage import Store, clock
from qa_engine.storage.access import ADMIN, may
from qa_engine.storage.alert_strategies import KeptStrategies

router = APIRouter(prefix="/alerts/strategies", include_in_schema=False)
WEEK = timedelta(days=7)
Sha = Annotated[str, Query(max_length=64)]


@router.get("")
def index(request: Request, who: Following, store: StoreDep, lang: Language) -> Response:
    used = store.alert_strategies(who)
    fired = store.alert_summary(who, clock.now() - WEEK).by_strategy
    versions = store.strategy_versions(who) if may(who, ADMIN) else []
    return page(
        request, "strategies.html", who, place="alerts", rows=view.rows(used, fired, lang), used=used,
        paths=view.paths(used.document, lang), quiet=used.document.quiet, versions=versions, names=_names(store, who),
    )  # fmt: skip


@router.get("/edit")
def edit(
    request: Request, who: Admin, store: StoreDep, *, line: Annotated[int, Query(ge=0, le=100_000)] = 0,
    version: Sha = "",
) -> Response:  # fmt: skip
    """The text in use; or an earlier one, put into the editor but not kept yet."""
    used = store.alert_strategies(who)
    text = _version(store, who, version).yaml if version else used.text
    return page(
        request, "strategies_edit.html", who, place="alerts", used=used, text=text, line=line,
        words=spoken(request).starting("js.rubric."), most=strategist.MOST_LOOKED_AT,
    )  # fmt: skip


@router.get("/versions/{sha256}")
def version(request: Request, who: Admin, store: StoreDep, sha256: str) -> Response:
    """An earlier text, and how the one in use differs from it."""
    kept, used = _version(store, who, sha256), store.alert_strategies(who)
    return page(
        request, "strategies_version.html", who, place="alerts", kept=kept, used=used,
        lines=view.difference(kept.yaml, used.text), names=_names(store, who),
    )  # fmt: skip


async def typed(request: Request, _who: Admin) -> str:
    """The text of the editor. Raises Forbidden for a stale page, Malformed unless it is UTF-8."""
    check_csrf(request, request.headers.get(CSRF_HEADER, ""))
    try:
        return (await request.body()).decode("utf-8")
    except UnicodeDecodeError as e:
        raise Malformed("the strategies are not UTF-8", where="body") from e


@router.post("/dry-look")
def look(
    *, request: Request, who: Admin, store: StoreDep, bench: WorkbenchDep, text: Annotated[str, Depends(typed)],
    lang: Language, last: Annotated[int, Query(ge=1, le=strategist.MOST_LOOKED_AT)] = 100,
) -> Response:  # fmt: skip
    """What would have fired, as a piece of the page."""
    with bench.seat():
        fired, looked_at = strategist.dry_look(store, who, text, last)
    return page(request, "parts/dry_look.html", who, fired=fired, looked_at=looked_at)


def _version(store: Store, who: Principal, sha256: str) -> KeptStrategies:
    found = next((kept for kept in store.strategy_versions(who) if kept.sha256 == sha256), None)
    if found is None:
        raise NotFound("no such version of the strategies", where=sha256[:64])
    return found


def _names(store: Store, who: Principal) -> dict[str, str]:
    """Of people by their ids, for those who may know."""
    return {f"user:{user.id}": user.name for user in store.users(who)} if may(who, ADMIN) else {}
