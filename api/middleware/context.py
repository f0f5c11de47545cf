"""What every request gets: an id, security headers, a line in the access log, a place in the figures, an answer."""

from __future__ import annotations

import re
import secrets
from time import perf_counter

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import RequestMetrics
from api.middleware.headers import harden
from api.problems import crashed

log = structlog.get_logger("api.access")
REQUEST_ID = "X-Request-ID"
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
CLIENT_LEFT = 499
"""What the log says of a client that went away before its answer, as nginx does."""
QUIET = ("/healthz", "/readyz", "/metrics", "/static/")
"""Asked all day by machines; only worth a line when they fail."""


class RequestContext:
    """The outermost of our layers."""

    def __init__(self, app: ASGIApp, metrics: RequestMetrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        request_id = _request_id(request)
        scope.setdefault("state", {})["request_id"] = request_id
        status, started = 0, perf_counter()

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = request_id
                harden(headers, scope["path"])
            await send(message)

        try:
            await self.app(scope, receive, told)
        except ClientDisconnect:
            status = status or CLIENT_LEFT
        except Exception as error:
            response = crashed(request, error)
            if status:
                raise  # the answer has begun: only breaking off tells the client that it is not whole
            await response(scope, receive, told)
        finally:
            self._tell(scope, request_id, status, perf_counter() - started)

    def _tell(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        route = route_of(scope)
        self.metrics.observe(scope["method"], route, status, seconds)
        state = scope["state"]
        interaction = state.get("interaction") or scope.get("path_params", {}).get("interaction_id")
        tell = log.debug if scope["path"].startswith(QUIET) and status < 400 else log.info
        tell(
            "request", request_id=request_id, method=scope["method"], route=route, status=status,
            ms=round(seconds * 1000, 1), principal=state.get("principal"), interaction=interaction,
        )  # fmt: skip


def route_of(scope: Scope) -> str:
    """The route's template, never the raw path: figures stay few and links' secrets stay out of the log."""
    path = getattr(scope.get("route"), "path", None)
    return str(path) if path else "unmatched"


def _request_id(request: Request) -> str:
    given = request.headers.get(REQUEST_ID, "")
    return given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
