"""How a shift told on an agent: for the agent, and for who looks after them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query

from api.deps import CREDENTIALS, Asker, Clean, SettingsDep, StoreDep
from api.openapi import problems
from api.schemas.agents import ShiftOut
from api.schemas.filters import YEARS
from qa_engine.domain import Principal
from qa_engine.emotion.strain import strain
from qa_engine.errors import BadInput
from qa_engine.settings import Settings
from qa_engine.storage import Store, clock

router = APIRouter(prefix="/v1/agents", tags=["agents"], dependencies=CREDENTIALS)
Agent = Annotated[Clean, Path(max_length=200, description="as interactions name them")]
Day = Annotated[date | None, Query(description="in the installation's time zone; today when absent")]


@router.get("/{agent}/strain", responses=problems(422), summary="How a day told on an agent")
def get_strain(agent: Agent, principal: Asker, store: StoreDep, settings: SettingsDep, day: Day = None) -> ShiftOut:
    """Hostile customers met, the own tone late against early, and sharp turns late; of the contacts you may see."""
    return shift_of(store, principal, settings, agent, day)


def shift_of(store: Store, principal: Principal, settings: Settings, agent: str, day: date | None) -> ShiftOut:
    """Raises BadInput for a day that cannot be meant."""
    zone = ZoneInfo(settings.time_zone)
    shift = day or clock.now().astimezone(zone).date()
    if shift.year not in YEARS:
        raise BadInput(f"no day of the years {YEARS.start} to {YEARS.stop}", where="day")
    start = datetime.combine(shift, time(), zone)
    contacts = list(store.contacts(principal, agent, start, start + timedelta(days=1)))
    return ShiftOut.of(agent, shift, strain(contacts), contacts)
