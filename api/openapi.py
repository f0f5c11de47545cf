"""What OpenAPI tells of a route beyond its own types: error answers, and the forms of an upload."""

from __future__ import annotations

from typing import Any

from api.problems import MEDIA_TYPE, TITLES

_ALWAYS = (401, 403, 503)
PROBLEM = "#/components/schemas/Problem"
SCHEMAS = "#/components/schemas/{model}"


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error answers of an operation, besides those of credentials and of a storage that is away."""
    told = sorted({*statuses, *_ALWAYS})
    content = {MEDIA_TYPE: {"schema": {"$ref": PROBLEM}}}
    return {status: {"description": TITLES[status].en, "content": content} for status in told}


_TOLD: dict[str, Any] = {
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
}
_BY_URL: dict[str, Any] = {
    "type": "object",
    "title": "RecordingByUrl",
    "required": ["url"],
    "properties": {
        "url": {
            "type": "string",
            "maxLength": 2000,
            "description": "https URL of a recording, to be fetched soon",
            "example": "https://calls.example.com/2026/call-0017.wav",
        },
        **_TOLD,
    },
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
                        **_TOLD,
                    },
                },
                "example": {"file": "(the recording)", "agent": "A017", "metadata": {"queue": "vip"}},
                "encoding": {"metadata": {"contentType": "application/json"}},
            },
            "application/json": {"schema": {"anyOf": [{"$ref": SCHEMAS.format(model="ChatIn")}, _BY_URL]}},
        },
    }
}
