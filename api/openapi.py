"""What OpenAPI tells beyond the routes' own types: error answers, the two forms of an upload, tags."""

from __future__ import annotations

from typing import Any

from api.problems import MEDIA_TYPE, TITLES, Problem
from qa_engine.ingest.schema import ChatIn

DESCRIPTION = """
Hand in calls and chats, follow their judgement, read the explained scorecard.

Every error is `application/problem+json` with `code`, `where` and `mend`. Ids are opaque. Times are ISO 8601 in UTC,
durations are seconds. What you may not see is answered exactly like what does not exist.
"""

TAGS = [
    {"name": "interactions", "description": "Calls and chats: handed in, listed, shown."},
    {"name": "results", "description": "Transcript, signals, scorecards and sound of one interaction."},
    {"name": "rubrics", "description": "What interactions are judged by."},
    {"name": "account", "description": "Who you are and what you may do."},
    {"name": "operation", "description": "Health and figures for those who run it."},
]

_ALWAYS = (401, 403)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of an operation, besides those of credentials and of a storage that is away."""
    told = sorted({*statuses, *_ALWAYS, 503})
    return {
        status: {"model": Problem, "description": TITLES[status].en, "content": {MEDIA_TYPE: {}}} for status in told
    }


UPLOAD_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "a recording (wav, mp3, m4a/aac, ogg/opus, flac, amr, gsm, webm) "
                            "or a chat export (JSON, NDJSON, CSV, text)",
                        },
                        "metadata": {
                            "type": "object",
                            "additionalProperties": True,
                            "description": "JSON object; the fields below may be in it, anything else is kept",
                        },
                        "external_id": {"type": "string", "maxLength": 200},
                        "agent": {"type": "string", "maxLength": 200},
                        "team": {"type": "string", "maxLength": 200},
                        "vendor": {"type": "string", "maxLength": 200},
                        "customer_ref": {"type": "string", "maxLength": 200},
                        "ticket": {"type": "string", "maxLength": 200},
                        "direction": {"type": "string", "enum": ["inbound", "outbound"]},
                        "language": {"type": "string", "maxLength": 20},
                        "started_at": {"type": "string", "format": "date-time"},
                    },
                },
                "encoding": {"metadata": {"contentType": "application/json"}},
            },
            "application/json": {"schema": ChatIn.model_json_schema(by_alias=False)},
        },
    }
}
