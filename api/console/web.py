"""What every page needs: who looks, in which language, and the frame around it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.console import assets
from api.console.session import VISIT_COOKIE, form_token, new_visit, set_cookie
from api.console.templating import render
from api.console.view.rubrics import titles
from api.console.words import LANGUAGE_COOKIE, Words, chosen, words
from api.csrf import SESSION_COOKIE, csrf_of
from api.deps import SettingsDep, StoreDep, settings_of, store_of
from api.problems import Unauthenticated
from qa_engine.domain import Lang, Principal
from qa_engine.storage.access import ADMIN, READ, TENANT_WIDE, WRITE, may, require
from qa_engine.storage.alert_access import FOLLOWERS


def sitting(request: Request, store: StoreDep) -> Principal:
    """Who is logged in and may read. Raises Unauthenticated (the error page then leads to the login)."""
    token = request.cookies.get(SESSION_COOKIE)
    principal = store.principal_of_session(token) if token else None
    if principal is None:
        raise Unauthenticated("please log in")
    require(principal, READ)
    return principal


Sitting = Annotated[Principal, Depends(sitting)]


def language(request: Request, settings: SettingsDep) -> Lang:
    return chosen(request.cookies.get(LANGUAGE_COOKIE), settings.console_language)


Language = Annotated[Lang, Depends(language)]


def page(
    request: Request, template: str, who: Principal | None, *, status: int = 200, place: str = "", **shown: Any
) -> Response:
    """The template in the visitor's language. A browser without any cookie of ours gets its visit first."""
    settings = settings_of(request)
    token, visit = form_token(request), None
    if not token:
        visit = new_visit()
        token = csrf_of(visit)
    context = frame(request, who) | {"csrf": token, "place": place, "status": status} | shown
    response = HTMLResponse(render(template, context), status, {"Cache-Control": "no-store"})
    if visit:
        set_cookie(response, VISIT_COOKIE, visit, secure=settings.secure_cookies)
    return response


def frame(request: Request, who: Principal | None) -> dict[str, Any]:
    """What the templates may use beside a page's own things."""
    settings = settings_of(request)
    lang = language(request, settings)
    spoken = titles(store_of(request), who, lang) if who else {}
    return {
        "t": words(lang, spoken),
        "who": who,
        "may_write": who is not None and may(who, WRITE),
        "administers": who is not None and may(who, ADMIN),
        "oversees": who is not None and who.role in TENANT_WIDE,
        "alerts_open": _alerts_open(request, who),
        "zone": settings.time_zone,
        "now": datetime.now(UTC),
        "here": local_address(request),
        "static": assets.static_url,
        "libraries": _libraries(),
        "vendor": assets.LIBRARIES,
    }


def _alerts_open(request: Request, who: Principal | None) -> int | None:
    """How many wait to be acknowledged; None for whoever follows none."""
    if who is None or who.role not in FOLLOWERS:
        return None
    return sum(store_of(request).open_alerts(who).values())


def local_address(request: Request) -> str:
    """Path and query of this page, never a host."""
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")


def safe_next(address: str) -> str:
    """Where to go after a form: a page of ours, whatever the form says."""
    ours = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if ours else "/interactions"


def spoken(request: Request) -> Words:
    return words(language(request, settings_of(request)))


def _libraries() -> dict[str, str]:
    """Those that every page loads; none where something is missing, and the page says so."""
    return {n: lib.integrity for n, lib in assets.LIBRARIES.items() if lib.everywhere and assets.libraries_present()}
