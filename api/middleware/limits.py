"""How many bytes a request may carry, counted while they arrive whatever Content-Length claims."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import TooLarge, problem_of, respond
from qa_engine.settings import Settings

MIB = 1024 * 1024
ORDINARY_BODY = MIB
"""Forms and JSON outside of intake."""
FORM_AROUND_FILE = MIB
"""Metadata fields and multipart frames beside the uploaded file."""
UPLOADS = ("/v1/interactions",)


class BodyLimit:
    """Refuses a body that is announced, or turns out, larger than its endpoint takes."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.upload = settings.max_upload_mb * MIB + FORM_AROUND_FILE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        cap = self.upload if scope["path"].rstrip("/") in UPLOADS else ORDINARY_BODY
        request = Request(scope, receive)
        if announced(request) > cap:
            error = _too_large(cap)
            problem = problem_of(request, error.code, error.message, error.where, error.mend)
            await respond(request, problem, {"Connection": "close"})(scope, receive, send)
            return
        await self.app(scope, _counted(receive, cap), send)


def announced(request: Request) -> int:
    """Bytes of Content-Length, 0 when absent or not a number (then counting finds out)."""
    told = request.headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else 0


def _counted(receive: Receive, cap: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > cap:
            raise _too_large(cap)
        return message

    return counted


def _too_large(cap: int) -> TooLarge:
    mend = "send less, or raise QA_ENGINE_MAX_UPLOAD_MB" if cap != ORDINARY_BODY else "send less"
    return TooLarge(f"the body is larger than {cap // MIB} MiB", where="body", mend=mend)
