"""How every error leaves the API: problem+json (RFC 9457), one table from error codes to status and title."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import compile_path

from api.language import language_of
from qa_engine.domain import Text
from qa_engine.errors import BadInput, QAEngineError
from qa_engine.storage import Throttled
from qa_engine.storage.quota import NoSpace

log = structlog.get_logger("api")
MEDIA_TYPE = "application/problem+json"


class Unauthenticated(QAEngineError):
    """No valid credentials came with the request."""

    code = "unauthenticated"


class TooLarge(BadInput):
    """The body is larger than allowed."""

    code = "too_large"


class WrongType(BadInput):
    """A body of a type that this endpoint does not take."""

    code = "wrong_type"


class Malformed(BadInput):
    """The body breaks off or does not have the form that its type promises."""

    code = "malformed"


class RangeNotSatisfiable(BadInput):
    """The Range asks for bytes that the file does not have."""

    code = "range"

    def __init__(self, message: str, size: int) -> None:
        super().__init__(message, where="Range")
        self.size = size


class NotReady(QAEngineError):
    """The interaction is there, but this part of it is not yet, or never will be."""

    code = "not_ready"


STATUS: dict[str, int] = {
    "error": 500,
    "internal": 500,
    "bad_input": 422,
    "bad_audio": 422,
    "bad_chat": 422,
    "bad_rubric": 422,
    "bad_strategies": 422,
    "validation": 422,
    "malformed": 400,
    "unauthenticated": 401,
    "denied": 401,
    "forbidden": 403,
    "not_found": 404,
    "not_ready": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "stale_fence": 409,
    "changed_meanwhile": 412,
    "too_large": 413,
    "wrong_type": 415,
    "range": 416,
    "throttled": 429,
    "bad_setting": 500,
    "not_lent": 501,
    "weights_missing": 503,
    "database_away": 503,
    "blobs_away": 503,
    "unavailable": 503,
    "no_space": 507,
}

TITLES: dict[int, Text] = {
    400: Text("请求格式有误", "Malformed request"),
    401: Text("需要登录或 API 密钥", "Credentials needed"),
    403: Text("没有权限", "Not allowed"),
    404: Text("未找到", "Not found"),
    405: Text("不支持该方法", "Method not allowed"),
    409: Text("与已保存的内容冲突", "Conflict with what is kept"),
    412: Text("内容已被他人修改", "Changed meanwhile"),
    413: Text("内容过大", "Too large"),
    415: Text("不支持的内容类型", "Unsupported content type"),
    416: Text("请求的范围不存在", "Range not satisfiable"),
    422: Text("内容无法使用", "Content cannot be used"),
    429: Text("请求过于频繁", "Too many requests"),
    500: Text("服务内部错误", "Internal error"),
    501: Text("此进程不提供该功能", "Not done by this process"),
    503: Text("暂时不可用", "Temporarily unavailable"),
    507: Text("存储空间不足", "Insufficient storage"),
}
_OTHER = Text("请求失败", "Request failed")
_BY_STATUS = {404: "not_found", 405: "method_not_allowed", 401: "unauthenticated", 403: "forbidden", 400: "malformed"}


class Problem(BaseModel):
    """An error as RFC 9457 tells it, with the place and the mend."""

    type: str = Field(examples=["urn:qa-engine:problem:not_found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["no such interaction"])
    code: str = Field(examples=["not_found"])
    where: str | None = Field(None, description="file, line, field or header", examples=["id"])
    mend: str | None = Field(None, description="what to do about it", examples=["check the id"])
    request_id: str | None = None


def problem_of(request: Request, code: str, detail: str, where: str | None = None, mend: str | None = None) -> Problem:
    """The problem in the language that the request prefers."""
    status = STATUS.get(code, 500)
    return _problem(request, status, code, detail, where=where, mend=mend)


def _problem(
    request: Request, status: int, code: str, detail: str, *, where: str | None = None, mend: str | None = None
) -> Problem:
    title = TITLES.get(status, _OTHER).said_in(language_of(request))
    request_id = request.scope.get("state", {}).get("request_id")
    return Problem(
        type=f"urn:qa-engine:problem:{code}", title=title, status=status, detail=detail, code=code,
        where=where, mend=mend, request_id=request_id,
    )  # fmt: skip


def respond(request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """problem+json; a browser outside ``/v1`` gets the console's page where there is one."""
    extra = dict(headers or {})
    if problem.status == 401:
        extra.setdefault("WWW-Authenticate", 'Bearer realm="qa-engine"')
    page = getattr(request.app.state, "error_page", None)
    wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1")
    if page is not None and wants_page:
        shown: Response = page(request, problem)
        return shown
    body = problem.model_dump(exclude_none=True)
    return JSONResponse(body, status_code=problem.status, headers=extra, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Every way in which a request can fail, mapped once."""
    app.add_exception_handler(QAEngineError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for away in (PoolTimeout, ConnectionError):
        app.add_exception_handler(away, _away)
    app.add_exception_handler(Exception, crashed)


def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, QAEngineError)
    status = STATUS.get(error.code, 500)
    if status in (500, 503):
        return _away(request, error) if status == 503 else crashed(request, error)
    headers = _headers(error)
    return respond(request, problem_of(request, error.code, error.message, error.where, error.mend), headers)


def _headers(error: QAEngineError) -> dict[str, str]:
    if isinstance(error, RangeNotSatisfiable):
        return {"Content-Range": f"bytes */{error.size}"}
    if isinstance(error, NotReady):
        return {"Retry-After": "2"}
    if isinstance(error, NoSpace):
        return {"Retry-After": "60"}
    return {"Retry-After": str(error.retry_after_s)} if isinstance(error, Throttled) else {}


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first: dict[str, Any] = dict(error.errors()[0])
    where = ".".join(str(part) for part in first["loc"])
    return respond(request, problem_of(request, "validation", str(first["msg"]), where))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _BY_STATUS.get(error.status_code, "http")
    problem = _problem(request, error.status_code, code, str(error.detail))
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = _allowed(request) or headers.get("Allow", "")
    return respond(request, problem, headers)


def _allowed(request: Request) -> str:
    """All methods of this path: the router only tells those of the first route that it tried."""
    paths = request.app.openapi()["paths"]
    here = [paths[path] for path in paths if compile_path(path)[0].fullmatch(request.url.path)]
    return ", ".join(sorted(method.upper() for methods in here for method in methods))


def _away(request: Request, error: Exception) -> Response:
    log.error("storage_away", error=type(error).__name__, exc_info=error)
    problem = problem_of(request, "unavailable", "storage cannot be reached", mend="try again in a moment")
    return respond(request, problem, {"Retry-After": "5"})


def crashed(request: Request, error: Exception) -> Response:
    log.error("request_failed", error=type(error).__name__, exc_info=error)
    detail = "something failed on our side; the log has it under this request id"
    return respond(request, problem_of(request, "internal", detail))
