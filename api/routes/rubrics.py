"""What interactions are judged by: rubrics to read and to edit, with the lives of their versions."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from api.deps import CREDENTIALS, Asker, Clean, StoreDep, known_id
from api.openapi import problems
from api.problems import Malformed
from api.schemas.rubric_work import CheckOut, ComparisonOut, MoveIn, PreviewIn, PreviewOut, TrialOut
from api.schemas.rubrics import RubricDetail, RubricList, RubricName, RubricOut
from api.security import identify
from api.workbench import WorkbenchDep, kept_text, life_of
from qa_engine.domain import Principal
from qa_engine.errors import BadRubric
from qa_engine.rubric import Rubric, json_schema, read_rubric
from qa_engine.rubric.compare import compare
from qa_engine.storage import KeptRubric
from qa_engine.storage.rubric_rows import editor

router = APIRouter(prefix="/v1/rubrics", tags=["rubrics"], dependencies=CREDENTIALS)
TEXT: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/yaml": {"schema": {"type": "string"}}}}
}


def writes(request: Request, store: StoreDep) -> Principal:
    """Whoever may edit rubrics. Raises Unauthenticated, Forbidden."""
    principal = identify(request, store)
    editor(principal)
    request.state.principal = principal.id
    return principal


Editor = Annotated[Principal, Depends(writes)]


async def posted(request: Request, _editor: Editor) -> str:
    """The text in the body. Raises Malformed unless it is UTF-8."""
    try:
        return (await request.body()).decode("utf-8")
    except UnicodeDecodeError as e:
        raise Malformed("the rubric is not UTF-8", where="body", mend="save it as UTF-8") from e


Posted = Annotated[str, Depends(posted)]


def version_id(rubric: RubricName, _editor: Editor) -> str:
    return known_id(rubric, "no such version of a rubric")


VersionId = Annotated[str, Depends(version_id)]
Name = Annotated[Clean, Query(description="id of a version, SHA-256, or id (then the newest)", max_length=200)]
IfMatch = Annotated[str, Header(description="the SHA-256 of the draft as it was read", max_length=80)]
Why = Annotated[Clean, Query(description="why it is begun", max_length=1000)]


@router.get("", responses=problems(), summary="List rubrics")
def list_rubrics(principal: Asker, store: StoreDep) -> RubricList:
    """Versions with a life first, newest first; then those of the installation. A changed text is another one."""
    versions = store.rubric_versions(principal)
    living = {version.sha256 for version in versions}
    rest = [RubricOut.of(kept) for kept in store.rubrics(principal) if kept.sha256 not in living]
    return RubricList(items=[*map(RubricOut.living, versions), *rest])


@router.post("", status_code=201, responses=problems(400, 409, 413, 422), openapi_extra=TEXT, summary="Begin a draft")
def create_draft(principal: Editor, text: Posted, store: StoreDep, why: Why = "") -> RubricOut:
    """The YAML is the body; it must say its id and version, all else may yet be wrong."""
    return RubricOut.living(store.draft_rubric(principal, text, why))


@router.get("/schema", responses=problems(), summary="JSON Schema for editors")
def get_schema(_principal: Asker) -> dict[str, Any]:
    """Of the YAML as written; editors complete and check by it."""
    return json_schema()


@router.post("/check", responses=problems(400, 413, 429), openapi_extra=TEXT, summary="Check a text")
def check_text(principal: Editor, text: Posted, store: StoreDep, bench: WorkbenchDep) -> CheckOut:
    """Reads it, lints it and runs the dialogues inside it; every finding with its line and its mend."""
    return CheckOut.of(*bench.check(store, principal, text))


@router.post("/preview", responses=problems(404, 413, 422, 429), summary="Try on one interaction")
def preview_rubric(principal: Editor, asked: PreviewIn, store: StoreDep, bench: WorkbenchDep) -> PreviewOut:
    """Its scorecard by the rubric in charge and by this one, side by side; nothing is kept."""
    text = asked.yaml if asked.yaml is not None else kept_text(store, principal, asked.rubric or "").yaml
    interaction = known_id(asked.interaction_id, "no such interaction")
    return PreviewOut.of(bench.preview(store, principal, text, interaction))


@router.get("/compare", responses=problems(404, 422), summary="Compare two rubrics")
def compare_rubrics(principal: Asker, store: StoreDep, before: Name, after: Name) -> ComparisonOut:
    """Items, points, ladders, words, thresholds and facts that came, went or changed, and the text line by line."""
    both = (kept_text(store, principal, name) for name in (before, after))
    return ComparisonOut.of(compare(*(read_rubric(kept.yaml, f"{kept.id}.yaml") for kept in both)))


@router.get("/{rubric}/trial", responses=problems(404), summary="What a version in trial would change")
def get_trial(principal: Asker, rubric: RubricName, store: StoreDep) -> TrialOut:
    """On live work so far, against what counted; for administrators, QA leads and services."""
    return TrialOut.of(store.trial_so_far(principal, known_id(rubric, "no such version of a rubric")))


@router.get("/{rubric}", responses=problems(404, 422), summary="One rubric with its items")
def get_rubric(rubric: RubricName, principal: Asker, store: StoreDep, response: Response) -> RubricDetail:
    """With its life and its text; the ETag of a draft is what its replacement must name."""
    kept = kept_text(store, principal, rubric)
    version = life_of(store, principal, rubric, kept.sha256)
    history = store.rubric_history(principal, version.id) if version else []
    response.headers["ETag"] = f'"{kept.sha256}"'
    return RubricDetail.whole(kept, _read(kept), version, list(history))


@router.put(
    "/{rubric}", responses=problems(400, 404, 409, 412, 413, 422), openapi_extra=TEXT, summary="Replace a draft"
)
def replace_draft(
    *, principal: Editor, rubric: VersionId, text: Posted, store: StoreDep, response: Response, if_match: IfMatch
) -> RubricOut:
    """Only as long as it is still the one that was read; beyond draft a text never changes."""
    found = store.redraft_rubric(principal, rubric, text, if_match.strip().removeprefix("W/").strip('"'))
    response.headers["ETag"] = f'"{found.sha256}"'
    return RubricOut.living(found)


@router.delete("/{rubric}", status_code=204, responses=problems(404, 409), summary="Discard a draft")
def discard_draft(principal: Editor, rubric: VersionId, store: StoreDep) -> Response:
    """What is beyond its draft stays for good."""
    store.discard_draft(principal, rubric)
    return Response(status_code=204)


@router.post("/{rubric}/state", responses=problems(404, 409, 412, 422, 429), summary="Move a version along its life")
def move_rubric(principal: Editor, rubric: VersionId, asked: MoveIn, store: StoreDep, bench: WorkbenchDep) -> RubricOut:
    """draft, trial, active, retired. The way to trial freezes the text; errors refuse it. Active decides live work."""
    with bench.seat():
        return RubricOut.living(store.move_rubric(principal, rubric, asked.state, asked.why))


def _read(kept: KeptRubric) -> Rubric | None:
    """None for a text that this version cannot read: of another engine, or a draft in the middle of a sentence."""
    try:
        return read_rubric(kept.yaml, f"{kept.id}.yaml")
    except BadRubric:
        return None
