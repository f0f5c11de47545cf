"""The rubrics to write: drafts with their findings and a preview beside them, and each step of a version's life."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.console.pages.rubrics import kept_or_pack
from api.console.session import check_csrf
from api.console.web import Sitting, page, spoken
from api.csrf import CSRF_HEADER
from api.deps import StoreDep, known_id
from api.problems import Malformed
from api.workbench import WorkbenchDep
from qa_engine.domain import Life, Principal
from qa_engine.rubric.library import with_version
from qa_engine.scoring.beside import beside
from qa_engine.storage import InteractionFilter
from qa_engine.storage.rubric_rows import editor

router = APIRouter(include_in_schema=False)
RECENT = 30
"""Interactions that the preview offers; any other one by its id."""
Csrf = Annotated[str, Form(max_length=200)]
Why = Annotated[str, Form(max_length=1000)]
Key = Annotated[str, Form(max_length=200)]


def writes(who: Sitting) -> Principal:
    """Raises Forbidden."""
    editor(who)
    return who


Editor = Annotated[Principal, Depends(writes)]


@router.get("/rubrics/{version_id}/edit")
def edit(request: Request, version_id: str, who: Editor, store: StoreDep) -> Response:
    """What is beyond its draft is only read."""
    life = store.rubric_version(who, version_id)
    if life.state is not Life.DRAFT:
        return RedirectResponse(f"/rubrics/{life.id}", 303)
    recent = store.interactions(who, InteractionFilter(), limit=RECENT).rows
    return page(
        request, "rubric_edit.html", who, place="rubrics", life=life, text=store.rubric_text(who, life.id).yaml,
        recent=recent, words=spoken(request).starting("js.rubric."),
    )  # fmt: skip


@router.post("/rubrics/drafts")
def begin(
    *, request: Request, who: Editor, store: StoreDep, source: Key, version: Annotated[str, Form(max_length=100)],
    csrf: Csrf = "",
) -> Response:  # fmt: skip
    """A copy of what is there, under a new version."""
    check_csrf(request, csrf)
    kept = kept_or_pack(store, who, source)
    made = store.draft_rubric(who, with_version(kept.yaml, version.strip()), f"{kept.id} {kept.version}")
    return RedirectResponse(f"/rubrics/{made.id}/edit", 303)


async def typed(request: Request, _who: Editor) -> str:
    """The text of the editor. Raises Forbidden for a stale page, Malformed unless it is UTF-8."""
    check_csrf(request, request.headers.get(CSRF_HEADER, ""))
    try:
        return (await request.body()).decode("utf-8")
    except UnicodeDecodeError as e:
        raise Malformed("the rubric is not UTF-8", where="body") from e


@router.post("/rubrics/preview")
def preview(
    *, request: Request, who: Editor, store: StoreDep, bench: WorkbenchDep, text: Annotated[str, Depends(typed)],
    interaction: Annotated[str, Query(max_length=64)],
) -> Response:  # fmt: skip
    """One interaction judged before and after, as a piece of the page."""
    found = bench.preview(store, who, text, known_id(interaction.strip(), "no such interaction"))
    pairs = beside(found.before, found.after)
    return page(
        request, "parts/rubric_preview.html", who, found=found, pairs=pairs, interaction=interaction.strip(),
        changed=[pair for pair in pairs if pair.changed], same=[pair for pair in pairs if not pair.changed],
    )  # fmt: skip


@router.post("/rubrics/{version_id}/move")
def move(
    *, request: Request, version_id: str, who: Editor, store: StoreDep, bench: WorkbenchDep,
    to: Annotated[Life, Form()], why: Why = "", csrf: Csrf = "",
) -> Response:  # fmt: skip
    check_csrf(request, csrf)
    with bench.seat():
        store.move_rubric(who, version_id, to, why)
    return RedirectResponse(f"/rubrics/{version_id}", 303)


@router.post("/rubrics/{version_id}/discard")
def discard(request: Request, version_id: str, who: Editor, store: StoreDep, csrf: Csrf = "") -> Response:
    check_csrf(request, csrf)
    store.discard_draft(who, version_id)
    return RedirectResponse("/rubrics", 303)
