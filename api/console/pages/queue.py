"""How the work stands: what waits and how fast it goes, who works on what, and what a person must release."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.console.session import check_csrf
from api.console.view.queue import cards
from api.console.web import Sitting, page, spoken
from api.deps import SettingsDep, StoreDep
from api.sight import bell_is_heard, figures_of, sight_of
from qa_engine.storage.oversight import MOST_SHOWN, oversees

router = APIRouter(include_in_schema=False)
Csrf = Annotated[str, Form(max_length=200)]


@router.get("/queue")
def show(
    request: Request, who: Sitting, store: StoreDep, settings: SettingsDep,
    released: Annotated[int | None, Query(ge=0)] = None,
) -> Response:  # fmt: skip
    oversees(who)
    figures = figures_of(request)
    return page(
        request, "queue.html", who, place="queue", figures=figures, cards=cards(figures.queues, spoken(request)),
        bell=bell_is_heard(settings, figures), at_work=store.at_work(who), reasons=store.reasons(who),
        stopped=store.stopped(who), most_shown=MOST_SHOWN, released=released,
    )  # fmt: skip


@router.post("/queue/release")
def release(
    request: Request, who: Sitting, store: StoreDep, job: Annotated[str, Form(max_length=64)], csrf: Csrf = ""
) -> Response:
    """One job goes on."""
    check_csrf(request, csrf)
    store.release_job(who, job)
    return _back(request, 1)


@router.post("/queue/release-all")
def release_all(
    request: Request, who: Sitting, store: StoreDep, code: Annotated[str, Form(max_length=64)], csrf: Csrf = ""
) -> Response:
    """All that stopped for one reason go on."""
    check_csrf(request, csrf)
    return _back(request, store.release_all(who, code))


def _back(request: Request, released: int) -> Response:
    sight_of(request).forget()
    return RedirectResponse(f"/queue?released={released}", 303)
