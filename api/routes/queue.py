"""How the work stands, for those who run the house."""

from __future__ import annotations

from fastapi import APIRouter, Request

from api.deps import CREDENTIALS, Asker, SettingsDep, StoreDep
from api.openapi import problems
from api.schemas.queue import QueueReport, report
from api.sight import bell_is_heard, figures_of
from qa_engine.storage.oversight import oversees

router = APIRouter(prefix="/v1/queue", tags=["operation"], dependencies=CREDENTIALS)


@router.get("", responses=problems(), summary="What waits, who works on what, what has stopped")
def get_queue(request: Request, principal: Asker, store: StoreDep, settings: SettingsDep) -> QueueReport:
    """For administrators, QA leads and services: depth, age, pace and time to drain of every queue."""
    oversees(principal)
    figures = figures_of(request)
    return report(
        figures, bell=bell_is_heard(settings, figures), at_work=store.at_work(principal),
        reasons=store.reasons(principal), stopped=store.stopped(principal),
    )  # fmt: skip
