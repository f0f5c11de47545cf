"""The rubrics to read: what is judged, for how many points, and what each outcome means."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.console.view.rubrics import groups, known_rubrics, read
from api.console.web import Language, Sitting, page
from api.deps import StoreDep
from qa_engine.domain import Principal
from qa_engine.errors import NotFound
from qa_engine.rubric import Rubric
from qa_engine.storage import Store

router = APIRouter(include_in_schema=False)


@router.get("/rubrics")
def index(request: Request, who: Sitting, store: StoreDep) -> Response:
    return page(request, "rubrics.html", who, place="rubrics", rubrics=known_rubrics(store, who))


@router.get("/rubrics/{name}")
def show(request: Request, name: str, who: Sitting, store: StoreDep, lang: Language) -> Response:
    rubric = _find(store, who, name)
    return page(
        request, "rubric.html", who, place="rubrics", rubric=rubric, groups=groups(rubric, lang),
        total=sum(item.points for item in rubric.items),
    )  # fmt: skip


def _find(store: Store, who: Principal, name: str) -> Rubric:
    """By SHA-256 or id: kept ones first, then the packs that come with the engine. Raises NotFound."""
    for rubric in known_rubrics(store, who):
        if name in (rubric.sha256, rubric.id):
            return rubric
    kept = read(store.rubric(who, name))
    if kept is None:
        raise NotFound("this rubric was written by a newer version", where=name, mend="upgrade this installation")
    return kept
