"""Reports over many interactions, of those that the asker may see: as JSON, and as files for spreadsheets."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response

from api.deps import CREDENTIALS, Asker, SettingsDep, StoreDep
from api.language import language_of
from api.openapi import problems
from api.schemas.filters import Narrowed
from api.schemas.reports import EmotionDayOut, ItemCountOut, UndeterminedOut
from qa_engine.domain import Principal
from qa_engine.reports.emotion_day import EmotionDay
from qa_engine.reports.emotion_tables import cases, tables
from qa_engine.reports.making import emotion_day, undetermined
from qa_engine.reports.sheets import as_csv, as_xlsx
from qa_engine.settings import Settings
from qa_engine.storage import Store, clock

router = APIRouter(prefix="/v1/reports", tags=["reports"], dependencies=CREDENTIALS)
Day = Annotated[date | None, Query(description="in the installation's time zone; today when absent")]
Least = Annotated[float, Query(ge=0, le=1, description="the probability from which a customer is at risk")]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def report_of(store: Store, principal: Principal, settings: Settings, day: date | None, least: float) -> EmotionDay:
    """Of the day asked for, else of today."""
    zone = ZoneInfo(settings.time_zone)
    return emotion_day(store, principal, day or clock.now().astimezone(zone).date(), zone, least=least)


def _asked(principal: Asker, store: StoreDep, settings: SettingsDep, day: Day = None, least: Least = 0.5) -> EmotionDay:
    return report_of(store, principal, settings, day, least)


Asked = Annotated[EmotionDay, Depends(_asked)]


def _file(kind: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {kind: {}}, "description": "The file"}, **problems(422)}


@router.get("/emotion-day", responses=problems(422), summary="Customers at risk on one day")
def get_emotion_day(report: Asked) -> EmotionDayOut:
    """How many, in which hours, with whom, why, and who they are; beside the day and the week before."""
    return EmotionDayOut.of(report)


@router.get("/emotion-day.xlsx", response_class=Response, responses=_file(XLSX), summary="The same as a workbook")
def get_emotion_day_workbook(request: Request, report: Asked) -> Response:
    """A sheet each for the summary, the hours, teams, agents, vendors, customers and cases."""
    return _download(as_xlsx(tables(report, language_of(request))), XLSX, f"emotion-{report.day}.xlsx")


@router.get("/emotion-day.csv", response_class=Response, responses=_file("text/csv"), summary="Its cases as CSV")
def get_emotion_day_cases(request: Request, report: Asked) -> Response:
    """One line a case, in UTF-8."""
    body = as_csv(cases(report, language_of(request)))
    return _download(body, "text/csv; charset=utf-8", f"emotion-{report.day}.csv")


@router.get("/undetermined", responses=problems(422), summary="How often each item was left to a person")
def get_undetermined(
    asked: Annotated[Narrowed, Query()], who: Asker, store: StoreDep, settings: SettingsDep
) -> UndeterminedOut:
    """Of the newest 10,000 judged interactions that fit: outcomes by item, those most often left to people first."""
    counted = undetermined(store, who, asked.wanted(settings.time_zone))
    return UndeterminedOut(items=[ItemCountOut.model_validate(one) for one in counted])


def _download(body: bytes, media_type: str, name: str) -> Response:
    return Response(body, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
