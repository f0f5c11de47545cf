"""The fixtures, heard by the real recogniser and judged by the real rubric, get what their scripts say they deserve."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_engine.domain import Role
from qa_engine.errors import QAEngineError
from qa_engine.evaluation import rubric as evaluation
from qa_engine.ingest.files import Source, gather
from qa_engine.settings import get_settings
from workers.inspection import Inspection, Inspector

LEAST_AGREEMENT = 0.95
MANY_CONVERSATIONS = "chats-"


def labelled(fixtures: Path, kind: str) -> Iterator[dict[str, object]]:
    for path in sorted((fixtures / "expected").glob("*.json")):
        expected = json.loads(path.read_text(encoding="utf-8"))
        if expected["kind"] == kind:
            file = fixtures / expected["file"]
            case = {"file": str(file), "labels": expected["outcomes"]}
            yield case | ({"conversation": expected["id"]} if file.name.startswith(MANY_CONVERSATIONS) else {})


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    return Inspector.of(get_settings())


@pytest.fixture(scope="module")
def clean_call(inspector: Inspector, fixtures: Path) -> Inspection:
    source = next(gather([fixtures / "calls" / "zh-01-retail-refund-clean.opus"]))
    (result,) = inspector.inspect(source, {})
    assert isinstance(result, Inspection)
    return result


def report(inspector: Inspector, cases: list[dict[str, object]], tmp_path: Path) -> evaluation.Report:
    data = tmp_path / "labels.jsonl"
    data.write_text("\n".join(json.dumps(case, ensure_ascii=False) for case in cases), encoding="utf-8")
    found = evaluation.evaluate(data, inspector.judge_case)
    for miss in found.misses:
        print(miss)  # the captured output of a failing run names every miss
    return found


@pytest.mark.model
@pytest.mark.parametrize("kind", ["chat", "call"])
def test_it_gives_the_fixtures_their_expected_outcomes(
    kind: str, inspector: Inspector, fixtures: Path, tmp_path: Path
) -> None:
    cases = list(labelled(fixtures, kind))
    found = report(inspector, cases, tmp_path)
    assert found.cases >= (6 if kind == "chat" else 14)
    print(f"{kind}: {found.cases} cases, {found.verdicts} verdicts, agreement {found.agreement:.3f}")
    assert (found.agreement or 0) >= LEAST_AGREEMENT


@pytest.mark.model
def test_it_hears_both_sides_of_a_call_and_shows_where_its_evidence_is(clean_call: Inspection) -> None:
    turns = clean_call.transcript.turns
    assert {turn.role for turn in turns} == {Role.AGENT, Role.CUSTOMER}
    assert clean_call.transcript.role_confidence == 1.0
    for item in clean_call.scorecard.items:
        for evidence in item.evidence:
            assert evidence.turn is not None
            assert evidence.start is not None and evidence.end is not None
            turn = turns[evidence.turn]
            assert turn.start is not None and turn.end is not None
            assert turn.start - 0.01 <= evidence.start <= evidence.end <= turn.end + 0.01
            assert evidence.quote.rstrip("…") in turn.text


@pytest.mark.model
def test_it_tells_the_versions_that_made_a_scorecard(clean_call: Inspection) -> None:
    versions = clean_call.versions
    assert versions["rubric"]["sha256"] == clean_call.scorecard.rubric.sha256
    assert "base" in versions["transcriber"]
    assert versions["embedder"]


def test_it_keeps_the_place_of_files_that_cannot_be_read(inspector: Inspector, tmp_path: Path) -> None:
    empty, text = tmp_path / "empty.wav", tmp_path / "text.wav"
    empty.touch()
    text.write_text("not sound", encoding="utf-8")
    for path in (empty, text):
        with pytest.raises(QAEngineError) as caught:
            list(inspector.inspect(Source(path), {}))
        assert caught.value.where == path.name
        assert caught.value.mend
