"""A report tells every failure with its reason, and the next run goes on from it; a torn line costs nothing."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from qa_engine.errors import BadChat, BadInput, BadSetting
from qa_engine.ingest.files import gather
from qa_engine.storage import Store
from workers.cli.ingest import Run
from workers.intake import BATCH, Batch, Intake
from workers.report import Report

BAD = BadChat("no valid JSON", where="a.ndjson:3", mend="export it again")


class NoBar:
    """A progress bar that nobody sees."""

    task_ids = (0,)

    def update(self, *_: object, **__: object) -> None: ...

    advance = update


def chat(number: int) -> str:
    messages = [{"role": "customer", "text": f"你好{number}"}, {"role": "agent", "text": "您好"}]
    return json.dumps({"id": f"c{number}", "messages": messages})


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def run(store: Store, folder: Path, report: Path) -> Counter[str]:
    ended = Run(Intake(store, {}), Report(report))
    for source in gather([folder]):
        ended.take(source, NoBar())  # type: ignore[arg-type]
    assert ended.report
    ended.report.close()
    return ended.counted


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def test_it_tells_every_failure_with_place_and_mend(tmp_path: Path) -> None:
    report = Report(tmp_path / "r.jsonl")
    report.begin("a.ndjson", (10, "m"))
    report.batch("a.ndjson", Batch([(3, BAD)], 5, 1.0))
    report.done("a.ndjson", Counter(new=4, bad=1))
    failure = next(line for line in lines(report.path) if "code" in line)
    del failure["at"]
    assert failure == {
        "source": "a.ndjson", "conversation": 3, "code": "bad_chat", "message": "no valid JSON", "where": "a.ndjson:3",
        "mend": "export it again",
    }  # fmt: skip
    assert lines(report.path)[-1] | {"at": ""} == {"done": "a.ndjson", "new": 4, "known": 0, "bad": 1, "at": ""}


def test_it_skips_what_is_in_and_tries_again_what_failed_or_changed(store: Store, folder: Path, tmp_path: Path) -> None:
    (folder / "good.json").write_text(chat(1))
    (folder / "mixed.ndjson").write_text(f"{chat(2)}\n{{torn\n{chat(3)}\n")
    (folder / "bad.wav").write_bytes(b"")
    report = tmp_path / "r.jsonl"
    assert run(store, folder, report) == {"new": 3, "bad": 2}
    assert run(store, folder, report) == {"skipped": 1, "bad": 2}  # the good lines of mixed are not read again
    (folder / "mixed.ndjson").write_text(f"{chat(2)}\n{chat(4)}\n{chat(3)}\n")
    (folder / "bad.wav").unlink()
    assert run(store, folder, report) == {"skipped": 1, "new": 1, "known": 2}
    assert run(store, folder, report) == {"skipped": 2}


def test_a_run_that_was_killed_goes_on_behind_its_last_batch(store: Store, folder: Path, tmp_path: Path) -> None:
    many = folder / "many.ndjson"
    many.write_text("".join(f"{chat(n)}\n" for n in range(3 * BATCH)))
    report = Report(tmp_path / "r.jsonl")
    (source,) = gather([many])
    progress = report.begin(source.where, source.state())
    batches = Intake(store, {}).batches(source, progress.wants)
    report.batch(source.where, next(batches))
    next(batches)  # committed, but killed before the report had it
    batches.close()
    report.close()
    assert run(store, folder, tmp_path / "r.jsonl") == {"known": BATCH, "new": BATCH}
    assert sum(store.figures().interactions.values()) == 3 * BATCH


def test_a_failure_that_was_mended_is_told_and_not_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    first = Report(path)
    first.begin("a", (1, "m"))
    first.batch("a", Batch([(1, BAD), (2, BAD)], 2, 1.0))
    first.batch("a", Batch([(1, object())], 2, 1.0))  # type: ignore[list-item]
    first.close()
    again = Report(path).begin("a", (1, "m"))
    assert [number for number in range(1, 5) if again.wants(number)] == [2, 3, 4]
    assert {"source": "a", "conversation": 1, "mended": True} in lines(path)


@pytest.mark.parametrize("torn", ['{"source": "a", "up', '{"done": "a"', "\ufffd"])
def test_a_torn_last_line_is_dropped(tmp_path: Path, torn: str) -> None:
    path = tmp_path / "r.jsonl"
    first = Report(path)
    first.begin("a", (1, "m"))
    first.batch("a", Batch([], 7, 1.0))
    first.close()
    with path.open("a") as out:
        out.write(torn)
    again = Report(path)
    assert again.begin("a", (1, "m")).upto == 7
    again.batch("a", Batch([], 9, 1.0))
    assert lines(path)[-1] == {"source": "a", "upto": 9}


@pytest.mark.parametrize("words", ['{"messages": []}\n', "words\n", "words", '{"report": "other"}\n', "[1]\n"])
def test_it_never_writes_into_a_file_that_is_no_report(tmp_path: Path, words: str) -> None:
    path = tmp_path / "chats.ndjson"
    path.write_text(words)
    with pytest.raises(BadInput, match="no report"):
        Report(path)
    assert path.read_text() == words


def test_a_report_that_cannot_be_written_is_told_before_anything_is_taken(tmp_path: Path) -> None:
    with pytest.raises(BadSetting) as caught:
        Report(tmp_path / "none" / "r.jsonl")
    assert caught.value.where == str(tmp_path / "none" / "r.jsonl")


def test_names_in_no_encoding_are_found_again(store: Store, folder: Path, tmp_path: Path) -> None:
    name = b"\xb2\xe2\xca\xd4.json".decode("utf-8", "surrogateescape")  # GBK on a Linux disk
    (folder / name).write_text(chat(1))
    assert run(store, folder, tmp_path / "r.jsonl") == {"new": 1}
    assert run(store, folder, tmp_path / "r.jsonl") == {"skipped": 1}
    (folder / name).write_text("{")
    assert run(store, folder, tmp_path / "r.jsonl") == {"bad": 1}
