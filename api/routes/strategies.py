"""What raises alerts: read by those who follow them; checked, tried and changed by administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header

from api import strategist
from api.deps import CREDENTIALS, StoreDep
from api.openapi import problems
from api.routes.alerts import Following
from api.routes.webhooks import Admin
from api.schemas.strategies import (
    DryLookIn,
    DryLookOut,
    StrategiesCheck,
    StrategiesIn,
    StrategiesOut,
    StrategiesVersions,
)
from api.workbench import WorkbenchDep

router = APIRouter(prefix="/v1/alerts/strategies", tags=["alerts"], dependencies=CREDENTIALS)
IfMatch = Annotated[str | None, Header(description="SHA-256 of the strategies as they were read", max_length=80)]


@router.get("", responses=problems(), summary="What raises alerts")
def get_strategies(principal: Following, store: StoreDep) -> StrategiesOut:
    """The document in use: your tenant's own, else the one that comes with the product."""
    return StrategiesOut.of(store.alert_strategies(principal))


@router.put("", responses=problems(412, 422), summary="Change what raises alerts")
def put_strategies(asked: StrategiesIn, principal: Admin, store: StoreDep, if_match: IfMatch = None) -> StrategiesOut:
    """They decide from the next interaction on; every version is kept, and alerts name theirs. For administrators."""
    expected = if_match.strip().removeprefix("W/").strip('"') if if_match else None
    return StrategiesOut.of(store.keep_strategies(principal, asked.yaml, expected=expected))


@router.post("/check", responses=problems(422), summary="Check strategies")
def check_strategies(asked: StrategiesIn, principal: Admin, store: StoreDep) -> StrategiesCheck:
    """Every fault with its line and its mend, and groups that no channel reaches. For administrators."""
    return StrategiesCheck.of(*strategist.check(store, principal, asked.yaml))


@router.post("/dry-look", responses=problems(422, 429), summary="What strategies would have raised")
def look_dry(asked: DryLookIn, principal: Admin, store: StoreDep, bench: WorkbenchDep) -> DryLookOut:
    """On the latest interactions that were judged, as of when they came; nothing is kept. For administrators."""
    with bench.seat():
        return DryLookOut.of(*strategist.dry_look(store, principal, asked.yaml, asked.last))


@router.get("/versions", responses=problems(), summary="Versions of what raises alerts")
def list_strategies(principal: Admin, store: StoreDep) -> StrategiesVersions:
    """All that your tenant ever kept: who, when and what. For administrators."""
    return StrategiesVersions.of(store.strategy_versions(principal))
