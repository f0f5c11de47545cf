"""The archive judged by another rubric: begin a run, watch it, and see what it changes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.console.pages.rubrics import kept_or_pack
from api.console.session import check_csrf
from api.console.view import rescores as view
from api.console.view.rubric_lives import choices, shelves
from api.console.web import Sitting, page, spoken
from api.deps import SettingsDep, StoreDep, known_id
from api.workbench import in_charge
from qa_engine.domain import Band
from qa_engine.rubric import read_rubric
from qa_engine.scoring.difference_report import report
from qa_engine.storage.oversight import oversees

router = APIRouter(include_in_schema=False)
Csrf = Annotated[str, Form(max_length=200)]
Word = Annotated[str, Form(max_length=200)]
EXAMPLES, MOVERS = 5, 10


@router.get("/rescores")
def index(
    *, request: Request, who: Sitting, store: StoreDep, settings: SettingsDep,
    rubric: Annotated[str, Query(max_length=200)] = "",
    after: Annotated[str | None, Query(pattern=r"^[0-9A-Za-z_-]{1,64}$")] = None,
) -> Response:  # fmt: skip
    oversees(who)
    runs, charge = store.rescores(who, after, 20), in_charge(store, who, settings.console_language)
    return page(
        request, "rescores.html", who, place="rescores", runs=runs.rows, next=runs.next, bands=list(Band),
        choices=choices(shelves(store, who), ""), chosen=rubric or charge.sha256,
    )  # fmt: skip


@router.post("/rescores")
def start(
    *, request: Request, who: Sitting, store: StoreDep, settings: SettingsDep, rubric: Word, effect: Word = "dry",
    agent: Word = "", team: Word = "", vendor: Word = "", band: Word = "",
    since: Annotated[str, Form(alias="from", max_length=10)] = "",
    until: Annotated[str, Form(alias="to", max_length=10)] = "", csrf: Csrf = "",
) -> Response:  # fmt: skip
    """``effect``: dry, aside (written, not shown) or count (written and shown)."""
    check_csrf(request, csrf)
    kept = kept_or_pack(store, who, rubric)
    form = {"agent": agent, "team": team, "vendor": vendor, "band": band, "from": since, "to": until}
    asked, writes = view.wanted(form, settings.time_zone), effect in ("aside", "count")
    read = read_rubric(kept.yaml, f"{kept.id}.yaml")
    run = store.start_rescore(who, read, asked, writes=writes, shows=effect == "count")
    return RedirectResponse(f"/rescores/{run.id}", 303)


@router.get("/rescores/{run_id}")
def show(request: Request, run_id: str, who: Sitting, store: StoreDep) -> Response:
    run = store.rescore_run(who, known_id(run_id, "no such run"))
    found = report(store.difference(who, run.id))
    return page(
        request, "rescore.html", who, place="rescores", run=run, found=found, left=view.left(run, spoken(request)),
        view=view, examples=EXAMPLES, most_movers=MOVERS,
    )  # fmt: skip


@router.post("/rescores/{run_id}/cancel")
def cancel(request: Request, run_id: str, who: Sitting, store: StoreDep, csrf: Csrf = "") -> Response:
    check_csrf(request, csrf)
    run = store.cancel_rescore(who, known_id(run_id, "no such run"))
    return RedirectResponse(f"/rescores/{run.id}", 303)


@router.post("/rescores/{run_id}/resume")
def resume(request: Request, run_id: str, who: Sitting, store: StoreDep, csrf: Csrf = "") -> Response:
    check_csrf(request, csrf)
    run = store.resume_rescore(who, known_id(run_id, "no such run"))
    return RedirectResponse(f"/rescores/{run.id}", 303)
