"""What interactions are judged by: every rubric that judged something, and those that come with the product."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import CREDENTIALS, Asker, StoreDep
from api.openapi import problems
from api.schemas.rubrics import RubricDetail, RubricList, RubricName, RubricOut
from qa_engine.errors import BadRubric
from qa_engine.rubric import Rubric, read_rubric
from qa_engine.storage import KeptRubric

router = APIRouter(prefix="/v1/rubrics", tags=["rubrics"], dependencies=CREDENTIALS)


@router.get("", responses=problems(), summary="List rubrics")
def list_rubrics(principal: Asker, store: StoreDep) -> RubricList:
    """Newest first; a changed text is another one, known by its SHA-256."""
    return RubricList(items=[RubricOut.of(kept) for kept in store.rubrics(principal)])


@router.get("/{rubric}", responses=problems(404, 422), summary="One rubric with its items")
def get_rubric(rubric: RubricName, principal: Asker, store: StoreDep) -> RubricDetail:
    """By its id (the newest of that id) or by the SHA-256 that scorecards carry."""
    kept = store.rubric(principal, rubric)
    return RubricDetail.whole(kept, _read(kept))


def _read(kept: KeptRubric) -> Rubric | None:
    """None for a text of old times that this version cannot read any more; its YAML is shown all the same."""
    try:
        return read_rubric(kept.yaml, kept.id)
    except BadRubric:
        return None
