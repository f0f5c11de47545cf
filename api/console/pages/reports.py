"""Reports for people: the emotions of one day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.console.view.reports import columns, shares
from api.console.web import Language, Sitting, page
from api.deps import SettingsDep, StoreDep
from api.routes.reports import report_of
from api.schemas.filters import Narrowed
from qa_engine.reports.emotion_tables import GROUP_NAMES
from qa_engine.reports.making import MOST_CARDS, undetermined
from qa_engine.risk.domain import Cause
from qa_engine.risk.reasons import MESSAGES

router = APIRouter(include_in_schema=False)
Day = Annotated[date | None, Query()]
Least = Annotated[float, Query(ge=0, le=1)]


@router.get("/reports/undetermined")
def left_to_people(
    request: Request, who: Sitting, store: StoreDep, settings: SettingsDep, asked: Annotated[Narrowed, Query()]
) -> Response:
    items = undetermined(store, who, asked.wanted(settings.time_zone))
    return page(
        request, "undetermined.html", who, place="reports", items=items, asked=asked, shares=shares, most=MOST_CARDS
    )


@router.get("/reports/emotion")
def emotion(
    *, request: Request, who: Sitting, store: StoreDep, settings: SettingsDep, lang: Language,
    day: Day = None, least: Least = 0.5,
) -> Response:  # fmt: skip
    report = report_of(store, who, settings, day, least)
    return page(
        request, "emotion_day.html", who, place="reports", report=report, columns=columns(report),
        group_names={group: name.said_in(lang) for group, name in GROUP_NAMES.items()},
        causes=[(MESSAGES[Cause(code)].said_in(lang), n) for code, n in report.causes],
        day_before=report.day - timedelta(days=1), day_after=report.day + timedelta(days=1),
    )  # fmt: skip
