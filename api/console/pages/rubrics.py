"""The rubrics to read: what is judged and for how many points, how each version came where it is, how two differ."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.console.view import rescores
from api.console.view.rubric_lives import (
    choices,
    examples,
    marked,
    next_version,
    reference,
    shelves,
    ways,
)
from api.console.view.rubrics import groups, packs, read
from api.console.web import Language, Sitting, page
from api.deps import StoreDep
from api.workbench import kept_text, life_of
from qa_engine.domain import Life, Principal
from qa_engine.errors import NotFound
from qa_engine.rubric import Rubric, read_rubric
from qa_engine.rubric.compare import compare
from qa_engine.scoring.difference_report import report
from qa_engine.storage import KeptRubric, Store, clock
from qa_engine.storage.access import TENANT_WIDE
from qa_engine.storage.rubric_rows import edits

router = APIRouter(include_in_schema=False)
EXAMPLES = 5
"""Interactions that a trial flips, shown for each item."""
Key = Annotated[str, Query(max_length=200)]


@router.get("/rubrics")
def index(request: Request, who: Sitting, store: StoreDep) -> Response:
    return page(request, "rubrics.html", who, place="rubrics", shelves=shelves(store, who), edits=edits(who))


@router.get("/rubrics/operators")
def operators(request: Request, who: Sitting) -> Response:
    """What a condition may ask, as each operator describes itself."""
    return page(request, "operators.html", who, place="rubrics", operators=reference())


@router.get("/rubrics/compare")
def beside(request: Request, who: Sitting, store: StoreDep, before: Key = "", after: Key = "") -> Response:
    """Two versions side by side; without two of them, the choice."""
    shown = shelves(store, who)
    found = compare(_readable(store, who, before), _readable(store, who, after)) if before and after else None
    return page(
        request, "rubric_compare.html", who, place="rubrics", choices=choices(shown, ""), before=before, after=after,
        found=found, lines=list(marked(found.text)) if found else [],
    )  # fmt: skip


@router.get("/rubrics/{name}")
def show(request: Request, name: str, who: Sitting, store: StoreDep, lang: Language) -> Response:
    """A draft that cannot be read yet is edited, not shown."""
    kept = kept_or_pack(store, who, name)
    rubric, life = read(kept), life_of(store, who, name, kept.sha256)
    if rubric is None:
        if life is not None and edits(who):
            return RedirectResponse(f"/rubrics/{life.id}/edit", 303)
        raise NotFound("this rubric was written by a newer version", where=name, mend="upgrade this installation")
    trial = None
    if life is not None and life.state is Life.TRIAL and who.role in TENANT_WIDE:
        trial = store.trial_so_far(who, life.id)
    return page(
        request, "rubric.html", who, place="rubrics", rubric=rubric, trial=trial,
        found=report(trial.difference) if trial else None, view=rescores, shown_examples=EXAMPLES,
        groups=groups(rubric, lang),
        total=sum(item.points for item in rubric.items), life=life, key=life.id if life else rubric.sha256,
        ways=ways(life) if edits(who) else [], edits=edits(who), next_version=next_version(rubric.version),
        history=store.rubric_history(who, life.id) if life else (), examples=examples(rubric),
        others=choices(shelves(store, who), rubric.sha256),
    )  # fmt: skip


def kept_or_pack(store: Store, who: Principal, name: str) -> KeptRubric:
    """What is kept, else a pack that comes with the engine. Raises NotFound."""
    try:
        return kept_text(store, who, name)
    except NotFound:
        pack = next((pack for pack in packs() if name in (pack.sha256, pack.id)), None)
        if pack is None:
            raise
        return KeptRubric(sha256=pack.sha256, id=pack.id, version=pack.version, yaml=pack.text, created_at=clock.now())


def _readable(store: Store, who: Principal, name: str) -> Rubric:
    """Raises NotFound, BadRubric."""
    kept = kept_or_pack(store, who, name)
    return read_rubric(kept.yaml, f"{kept.id}.yaml")
