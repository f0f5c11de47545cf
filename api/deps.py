"""What routes ask for: the store, who asks, and clean words; each refuses before the route runs."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header, Path, Request, Security
from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPBearer
from pydantic import AfterValidator

from api.csrf import SESSION_COOKIE
from api.links import Links
from api.security import identify
from qa_engine.domain import Principal
from qa_engine.errors import NotFound
from qa_engine.settings import Settings
from qa_engine.storage import Store
from qa_engine.storage.access import READ, WRITE, require

_ID = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")

_bearer = HTTPBearer(auto_error=False, description="API key `qae_...`, made by `qa-engine keys create`")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="The same API key, as a header of its own")
_cookie = APIKeyCookie(
    name=SESSION_COOKIE, auto_error=False, description="Console session; writes also send X-CSRF-Token"
)


def store_of(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def settings_of(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def links_of(request: Request) -> Links:
    links: Links = request.app.state.links
    return links


StoreDep = Annotated[Store, Depends(store_of)]
SettingsDep = Annotated[Settings, Depends(settings_of)]
LinksDep = Annotated[Links, Depends(links_of)]


def asker(request: Request, store: StoreDep) -> Principal:
    """Whoever may at least read. Raises Unauthenticated, Forbidden."""
    principal = identify(request, store)
    require(principal, READ)
    request.state.principal = principal.id
    return principal


def writer(request: Request, store: StoreDep) -> Principal:
    """Whoever may add interactions. Raises Unauthenticated, Forbidden."""
    principal = identify(request, store)
    require(principal, WRITE)
    request.state.principal = principal.id
    return principal


CREDENTIALS = [Security(_bearer), Security(_header), Security(_cookie)]
Asker = Annotated[Principal, Depends(asker)]
Writer = Annotated[Principal, Depends(writer)]


def interaction_id(interaction_id: Annotated[str, Path(description="Id of the interaction")]) -> str:
    return known_id(interaction_id, "no such interaction")


def known_id(word: str, otherwise: str) -> str:
    """What cannot be an id is simply not found, as any other id that is not there. Raises NotFound."""
    if not _ID.fullmatch(word):
        raise NotFound(otherwise)
    return word


InteractionId = Annotated[str, Depends(interaction_id)]


def clean(text: str) -> str:
    """The text without surrounding blanks. Raises ValueError for control characters and broken Unicode."""
    if _CONTROLS.search(text):
        raise ValueError("control characters and broken Unicode are not allowed")
    return text.strip()


Clean = Annotated[str, AfterValidator(clean)]


IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Any 1 to 255 visible ASCII characters, such as a UUID; its answer is kept for 24 hours",
        pattern=r"^[\x21-\x7e]{1,255}$",
    ),
]
