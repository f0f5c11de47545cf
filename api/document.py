"""The OpenAPI document: what FastAPI finds in the routes, made true where it guesses; pages are no part of it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from api.middleware.headers import API_PATHS
from api.openapi import PROBLEM, SCHEMAS
from api.problems import MEDIA_TYPE, TITLES, Problem
from qa_engine.ingest import ChatIn
from qa_engine.settings import Settings

DESCRIPTION = """
Hand in calls and chats, follow their judgement, read the explained scorecard.

Every error is `application/problem+json` with `code`, `where` and `mend`. Ids are opaque. Times are ISO 8601 in UTC,
durations are seconds. What you may not see is answered exactly like what does not exist.
"""

TAGS = [
    {"name": "interactions", "description": "Calls and chats: handed in, listed, shown."},
    {"name": "open chats", "description": "Chats that go on: their next messages, and their end."},
    {"name": "results", "description": "Transcript, signals, risk, emotion, scorecards and sound of one interaction."},
    {"name": "agents", "description": "How a shift told on an agent."},
    {"name": "reports", "description": "What is told of many interactions at once."},
    {"name": "rubrics", "description": "What interactions are judged by."},
    {"name": "rescores", "description": "The archive judged by another rubric, and the difference that it makes."},
    {"name": "alerts", "description": "Who must know now: followed live, seen to, sent to people."},
    {"name": "webhooks", "description": "Who is told of events, and what became of each."},
    {"name": "account", "description": "Who you are and what you may do."},
    {"name": "operation", "description": "Health and figures for those who run it."},
]


def document(app: FastAPI) -> dict[str, Any]:
    """The document of this application, made once."""
    if app.openapi_schema is None:
        app.openapi_schema = _make(app)
    return app.openapi_schema


def _make(app: FastAPI) -> dict[str, Any]:
    told = get_openapi(
        title="QA Engine", version=app.version, description=DESCRIPTION, tags=TAGS, routes=app.routes,
        license_info={"name": "Apache-2.0"},
    )  # fmt: skip
    schemas = told["components"]["schemas"]
    _, extra = models_json_schema(
        [(Problem, "serialization"), (ChatIn, "validation")], ref_template=SCHEMAS, by_alias=False
    )
    schemas.update(extra["$defs"])
    told["paths"] = {path: operations for path, operations in told["paths"].items() if path.startswith(API_PATHS)}
    for path in told["paths"].values():
        for operation in path.values():
            if "422" in operation["responses"]:
                operation["responses"]["422"] = _refused()
    _prune(told)
    return told


def _prune(told: dict[str, Any]) -> None:
    """Drops schemas that nothing refers to: those of pages, and FastAPI's own idea of errors."""
    schemas, before = told["components"]["schemas"], 0
    while before != len(schemas):
        before, text = len(schemas), json.dumps(told)
        for name in [name for name in schemas if f'"{SCHEMAS.format(model=name)}"' not in text]:
            del schemas[name]


def _refused() -> dict[str, Any]:
    return {"description": TITLES[422].en, "content": {MEDIA_TYPE: {"schema": {"$ref": PROBLEM}}}}


def text() -> str:
    """The document as it is checked in."""
    from api.app import create_app  # noqa: PLC0415 - the application needs this module

    with tempfile.TemporaryDirectory() as home:
        app = create_app(Settings(_env_file=None, home=Path(home)), pages=False)
    return json.dumps(document(app), ensure_ascii=False, indent=1) + "\n"
