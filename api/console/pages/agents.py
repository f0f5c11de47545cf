"""One agent's day: what it was like, and how it told on them."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.console.web import Sitting, page
from api.deps import SettingsDep, StoreDep
from api.routes.agents import Agent, Day, shift_of

router = APIRouter(include_in_schema=False)


@router.get("/agents/{agent}")
def show(
    *, request: Request, agent: Agent, who: Sitting, store: StoreDep, settings: SettingsDep, day: Day = None
) -> Response:
    shift, one = shift_of(store, who, settings, agent, day), timedelta(days=1)
    return page(
        request, "agent.html", who, place="interactions", shift=shift, strain=shift.strain,
        day_before=shift.day - one, day_after=shift.day + one,
    )  # fmt: skip
