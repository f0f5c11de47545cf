"""The document says what the API does: it is the checked-in one, complete, and real answers fit it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from api.document import document
from api.problems import STATUS
from tests.unit.api.cast import CHAT, Cast, sound

CHECKED_IN = Path(__file__).resolve().parents[3] / "docs" / "openapi.json"

NO_JSON = {
    "/metrics",
    "/v1/alerts/stream",
    "/v1/interactions/{interaction_id}/audio",
    "/v1/reports/emotion-day.xlsx",
    "/v1/reports/emotion-day.csv",
}


def operations(told: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, what) for path, methods in told["paths"].items() for method, what in methods.items()]


def test_every_operation_is_told_whole() -> None:
    told = json.loads(CHECKED_IN.read_text("utf-8"))
    tags = {tag["name"] for tag in told["tags"]}
    names = [what["operationId"] for _, _, what in operations(told)]
    assert len(names) == len(set(names))
    for path, _, what in operations(told):
        assert what["summary"], path
        assert what["description"], path
        assert set(what["tags"]) <= tags, path
        if path.startswith("/v1"):
            assert what["security"], path
            assert {"401", "403", "503"} <= what["responses"].keys(), path
        for status, answer in what["responses"].items():
            if int(status) >= 400 and path != "/readyz":
                assert list(answer["content"]) == ["application/problem+json"], (path, status)


def test_every_reference_leads_somewhere() -> None:
    told = json.loads(CHECKED_IN.read_text("utf-8"))
    for name in (part.split('"')[0] for part in json.dumps(told).split("#/components/schemas/")[1:]):
        assert name in told["components"]["schemas"]


def check(told: dict[str, Any], method: str, path: str, answer: Any) -> None:
    kind = answer.headers["content-type"].partition(";")[0]
    content = told["paths"][path][method]["responses"][str(answer.status_code)]["content"]
    schema = {"$ref": "#/x", "x": content[kind]["schema"], "components": told["components"]}
    jsonschema.validate(answer.json(), schema, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("lang", ["", "?lang=zh"])
def test_real_answers_fit_the_document(cast: Cast, lang: str) -> None:
    told = document(cast.app)
    call, chat = cast.call(agent="A1"), cast.chat(id="c")
    cast.judge(call)
    for path in told["paths"]:
        if path in NO_JSON or "get" not in told["paths"][path]:
            continue
        for interaction in (call, chat, "nobody"):
            nobody = dict.fromkeys(("webhook_id", "run_id", "alert_id", "channel_id"), "nobody")
            filled = path.format(interaction_id=interaction, rubric="general-zh", agent="A1", **nobody)
            asked = lang if "scorecard" in path else ""
            check(told, "get", path, cast.get(filled + asked))


def test_real_answers_of_intake_fit_the_document(cast: Cast) -> None:
    told, path = document(cast.app), "/v1/interactions"

    def post(**what: Any) -> Any:
        return cast.client.post(path, headers=cast.headers(), **what)

    many = "\n".join(json.dumps({**CHAT, "id": str(n)}) for n in range(2)).encode()
    for answer in [
        post(files={"file": ("a.wav", sound())}),
        post(files={"file": ("a.wav", sound())}),
        post(files={"file": ("a.ndjson", many)}),
        post(files={"file": ("a.wav", b"text")}),
        post(json=CHAT),
        post(json={}),
        post(content=b"x"),
        post(files={"nothing": b""}),
    ]:
        check(told, "post", path, answer)


def test_the_documents_own_example_is_taken(cast: Cast) -> None:
    [example] = document(cast.app)["components"]["schemas"]["ChatIn"]["examples"]
    assert cast.client.post("/v1/interactions", json=example, headers=cast.headers()).status_code == 202


GUIDE = CHECKED_IN.with_name("api.md").read_text("utf-8")


def test_the_guide_names_every_endpoint_filter_and_error(cast: Cast) -> None:
    told = document(cast.app)
    for path in told["paths"]:
        assert path.replace("/interactions/{interaction_id}", "/interactions/{id}", 1) in GUIDE or path in GUIDE, path
    for parameter in told["paths"]["/v1/interactions"]["get"]["parameters"]:
        assert f"`{parameter['name']}" in GUIDE or parameter["name"] in ("order", "after", "lang"), parameter["name"]
    for code in STATUS.keys() - {"error", "bad_setting", "weights_missing", "database_away", "blobs_away"}:
        assert f"| {STATUS[code]} |" in GUIDE, code
        assert f"`{code}`" in GUIDE, code
