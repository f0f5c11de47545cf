"""The archive judged by another rubric: runs begun, followed, cancelled; and the difference that they make."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.deps import CREDENTIALS, Asker, SettingsDep, StoreDep, Writer, known_id
from api.openapi import problems
from api.schemas.rescores import RescoreDetail, RescoreIn, RescoreOut, RescorePage
from api.workbench import in_charge, kept_text
from qa_engine.domain import Principal
from qa_engine.rubric import Rubric, read_rubric
from qa_engine.scoring.difference_report import report
from qa_engine.storage import Store
from qa_engine.storage.oversight import oversees
from qa_engine.storage.rescoring import MAX_PAGE

router = APIRouter(prefix="/v1/rescores", tags=["rescores"], dependencies=CREDENTIALS)


def lead(principal: Writer) -> Principal:
    """Whoever may write and sees the whole tenant. Raises Unauthenticated, Forbidden."""
    oversees(principal)
    return principal


def overseer(principal: Asker) -> Principal:
    """Whoever sees the whole tenant. Raises Unauthenticated, Forbidden."""
    oversees(principal)
    return principal


Lead = Annotated[Principal, Depends(lead)]
Overseer = Annotated[Principal, Depends(overseer)]


def run_id(_overseer: Overseer, run_id: Annotated[str, Path(description="Id of the run")]) -> str:
    return known_id(run_id, "no such run")


RunId = Annotated[str, Depends(run_id)]


@router.post("", status_code=202, responses=problems(404, 422), summary="Judge the archive by another rubric")
def start_rescore(
    asked: RescoreIn, principal: Lead, store: StoreDep, settings: SettingsDep, response: Response
) -> RescoreOut:
    """A dry run unless told otherwise. Archive workers do it, behind live work; follow it by its link."""
    kept = kept_text(store, principal, asked.rubric)
    rubric = read_rubric(kept.yaml, f"{kept.id}.yaml")
    show = decides(store, principal, rubric) if asked.show is None else asked.show
    wanted = asked.where.wanted(settings.time_zone)
    run = RescoreOut.of(store.start_rescore(principal, rubric, wanted, writes=not asked.dry_run, shows=show))
    response.headers["Location"] = run.links["self"]
    return run


@router.get("", responses=problems(422), summary="Runs, newest first")
def list_rescores(
    principal: Overseer,
    store: StoreDep,
    after: Annotated[
        str | None, Query(description="`next` of the page before", pattern=r"^[0-9A-Za-z_-]{1,64}$")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 20,
) -> RescorePage:
    """With how far each is, without their differences."""
    return RescorePage.of(store.rescores(principal, after, limit))


@router.get("/{run_id}", responses=problems(404), summary="One run with its difference")
def get_rescore(principal: Overseer, run_id: RunId, store: StoreDep) -> RescoreDetail:
    """While it runs, the difference over what is done so far."""
    return RescoreDetail.whole(store.rescore_run(principal, run_id), report(store.difference(principal, run_id)))


@router.post("/{run_id}/cancel", responses=problems(404, 409), summary="Cancel a run")
def cancel_rescore(principal: Lead, run_id: RunId, store: StoreDep) -> RescoreOut:
    """No further batch begins; scorecards that it has written stay."""
    return RescoreOut.of(store.cancel_rescore(principal, run_id))


@router.post("/{run_id}/resume", status_code=202, responses=problems(404, 409), summary="Go on with a cancelled run")
def resume_rescore(principal: Lead, run_id: RunId, store: StoreDep) -> RescoreOut:
    """With the batches that it lacks."""
    return RescoreOut.of(store.resume_rescore(principal, run_id))


def decides(store: Store, principal: Principal, rubric: Rubric) -> bool:
    """Whether live work of one of its languages is judged by it."""
    return any(in_charge(store, principal, language).sha256 == rubric.sha256 for language in rubric.languages)
