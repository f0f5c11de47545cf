"""What a list of interactions can be asked for, as query parameters."""

from __future__ import annotations

import base64
import binascii
from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.deps import Clean
from qa_engine.domain import Band, Kind
from qa_engine.storage import InteractionFilter, State

MAX_LIMIT = 200
YEARS = range(1970, 2200)
_NO_PLACE = "not the place of a page; take `next` of the page before, as it is"
Word = Annotated[Clean, Field(max_length=200)]
_FILTERS = {f.name for f in fields(InteractionFilter)}


def _plausible(when: datetime) -> datetime:
    """Years at the ends of the calendar cannot be moved between time zones."""
    if when.year not in YEARS:
        raise ValueError(f"not between {YEARS.start} and {YEARS.stop}")
    return when


def _ours(cursor: str) -> str:
    """Places of ours are short and hold plain letters and numbers, nothing that a database could stumble over."""
    try:
        place = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        raise ValueError(_NO_PLACE) from None
    if "\\" in place or not place.isprintable():
        raise ValueError(_NO_PLACE)
    return cursor


Moment = Annotated[datetime, AfterValidator(_plausible)]


class Narrowed(BaseModel):
    """What a report is made of; filters join by AND."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind | None = None
    agent: Word | None = None
    team: Word | None = None
    vendor: Word | None = None
    received_from: Moment | None = Field(None, description="inclusive")
    received_to: Moment | None = Field(None, description="exclusive")

    def wanted(self, time_zone: str) -> InteractionFilter:
        """The filter; times without a zone are read in the installation's."""
        asked: dict[str, Any] = self.model_dump(include=_FILTERS)
        for name in ("received_from", "received_to"):
            when = asked[name]
            if when is not None and when.tzinfo is None:
                asked[name] = when.replace(tzinfo=ZoneInfo(time_zone))
        return InteractionFilter(**asked)


class Judged(Narrowed):
    """Filters over what was judged; they join by AND."""

    band: Band | None = None
    flag: Word | None = None
    fatal: bool | None = None
    needs_review: bool | None = None
    customer_ref: Word | None = None
    ticket: Word | None = None
    external_id: Word | None = None
    score_min: float | None = Field(None, ge=0, le=100)
    score_max: float | None = Field(None, ge=0, le=100)
    risk_min: float | None = Field(None, ge=0, le=1)


class ListQuery(Judged):
    """Filters join by AND; dates bound ``received_at`` (from inclusive, to exclusive)."""

    state: State | None = None
    q: Word | None = Field(None, description="looks in source, external id and ticket")
    order: Literal["newest", "score", "risk"] = Field(
        "newest", description="`score`: the lowest first; `risk`: the highest first"
    )
    after: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,120}$"), AfterValidator(_ours)] | None = Field(
        None, description="`next` of the page before"
    )
    limit: int = Field(50, ge=1, le=MAX_LIMIT)
    lang: Literal["zh", "en"] | None = None
