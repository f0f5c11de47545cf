"""The list that a day begins with: what came in, how it was judged, what waits for a person."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.console.shown import SHOWN
from api.console.view.asked import Asked
from api.console.view.summary import summary
from api.console.web import Sitting, page
from api.deps import SettingsDep, StoreDep
from qa_engine.domain import Band, Kind
from qa_engine.errors import BadInput
from qa_engine.storage import InteractionRow, Page, State

router = APIRouter(include_in_schema=False)
MOVING = (State.QUEUED, State.WORKING)


@router.get("/")
def home() -> Response:
    return RedirectResponse("/interactions", 303)


@router.get("/interactions")
def show(request: Request, who: Sitting, store: StoreDep, settings: SettingsDep, after: str | None = None) -> Response:
    asked = Asked.of(request.query_params)
    wanted = asked.wanted(settings.time_zone)
    try:
        found: Page[InteractionRow] = store.interactions(who, wanted, after, SHOWN.page)
    except BadInput:
        return RedirectResponse(asked.link(), 303)
    return page(
        request, "interactions.html", who, place="interactions", asked=asked, rows=found.rows,
        running=sum(row.state in MOVING for row in found.rows),
        said=store.snippets(who, found.rows, wanted.q or ""),
        older=asked.link(after=found.next) if found.next else None, first=asked.link() if after else None,
        summary=summary(store.counts(who, wanted.received_from, wanted.received_to), asked),
        kinds=list(Kind), bands=list(Band), states=list(State), seen=_seen(found.rows),
        hidden_flags=SHOWN.hidden_flags, risk_from=SHOWN.risk_from, origin=str(request.base_url).rstrip("/"),
    )  # fmt: skip


def _seen(rows: Sequence[InteractionRow]) -> dict[str, list[str]]:
    """What the filter fields may offer: names on this page."""
    said = [row.interaction for row in rows]
    return {
        "agents": sorted({i.agent for i in said if i.agent}),
        "teams": sorted({i.team for i in said if i.team}),
        "vendors": sorted({i.vendor for i in said if i.vendor}),
        "flags": sorted({flag for row in rows for flag in row.flags}),
    }
