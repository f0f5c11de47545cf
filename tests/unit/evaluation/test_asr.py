"""Character errors: what counts, what does not, and what a manifest may hold."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.domain import Role, Transcript, Turn
from qa_engine.errors import BadAudio, BadInput, BadSetting
from qa_engine.evaluation.asr import count_errors, evaluate, normalise


def heard(*texts: str, seconds: float = 2.0) -> Transcript:
    turns = tuple(Turn(index=i, role=Role.UNKNOWN, text=text) for i, text in enumerate(texts))
    return Transcript(turns=turns, language="zh", duration_s=seconds)


def manifest(folder: Path, *lines: object) -> Path:
    for line in lines:
        if isinstance(line, dict) and isinstance(line.get("file"), str) and line["file"] != "away.wav":
            (folder / line["file"]).write_bytes(b"sound")
    path = folder / "m.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    return path


@pytest.mark.parametrize(
    ("reference", "said", "errors"),
    [
        ("您好，请问", "您好请问", (0, 0, 0)),
        ("您好", "妳好", (1, 0, 0)),
        ("订单", "訂單", (0, 0, 0)),
        ("ＡＰＰ", "app", (0, 0, 0)),
        ("退款三天到账", "退款天到账", (0, 1, 0)),
        ("退款", "退退款", (0, 0, 1)),
        ("退款", "", (0, 2, 0)),
        ("一百二十元", "120元", (0, 0, 0)),
        ("一百二十元", "一百三十元", (1, 0, 0)),
    ],
)
def test_it_counts_each_kind_of_error(reference: str, said: str, errors: tuple[int, int, int]) -> None:
    assert count_errors(normalise(reference), normalise(said)) == errors


@given(st.text(alphabet="您好请问订单退款", max_size=20), st.text(alphabet="您好请问订单退款", max_size=20))
def test_it_counts_lengths_that_add_up(reference: str, said: str) -> None:
    substitutions, deletions, insertions = count_errors(reference, said)
    assert len(reference) - deletions + insertions == len(said)
    assert substitutions + deletions <= len(reference)


def test_it_sums_all_files_and_weighs_them_by_characters(tmp_path: Path) -> None:
    path = manifest(tmp_path, {"file": "a.wav", "text": "一二三四五六七八九"}, {"file": "b.wav", "text": "好"})
    report = evaluate(path, lambda file: heard("一二三四五六七八九" if file.name == "a.wav" else "坏"))
    body = report.as_json()
    assert (body["cer"], body["substitutions"], body["reference_chars"], body["files"]) == (0.1, 1, 10, 2)
    assert body["audio_s"] == 4.0
    assert body["per_file"][1]["heard"] == "坏"


def test_it_joins_the_turns_of_a_transcript(tmp_path: Path) -> None:
    path = manifest(tmp_path, {"file": "a.wav", "text": "您好请问"})
    assert evaluate(path, lambda _: heard("您好。", "请问？")).cer == 0.0


def test_it_tells_which_lines_it_left_out_and_why(tmp_path: Path) -> None:
    path = manifest(
        tmp_path,
        {"file": "a.wav", "text": None},
        {"file": "away.wav", "text": "好"},
        {"file": "broken.wav", "text": "好"},
        {"file": "marks.wav", "text": "。。"},
        {"file": "good.wav", "text": "好"},
    )

    def transcribe(file: Path) -> Transcript:
        if file.name == "broken.wav":
            raise BadAudio("no sound in it", where=file.name)
        return heard("好")

    report = evaluate(path, transcribe)
    assert [(s.line, s.reason) for s in report.skipped] == [
        (1, "no reference text"),
        (2, "no such file"),
        (3, "broken.wav: no sound in it"),
        (4, "no reference text"),
    ]
    assert (report.cer, len(report.scores)) == (0.0, 1)


def test_it_knows_no_rate_where_nothing_was_measured(tmp_path: Path) -> None:
    body = evaluate(manifest(tmp_path, {"file": "a.wav", "text": None}), lambda _: heard()).as_json()
    assert (body["cer"], body["rtf"], body["files"]) == (None, None, 0)


@pytest.mark.parametrize("line", ["no json", "[1, 2]", '{"text": "好"}', '{"file": 3, "text": "好"}'])
def test_it_names_the_line_that_is_no_entry(tmp_path: Path, line: str) -> None:
    path = manifest(tmp_path, {"file": "a.wav", "text": "好"}, line)
    with pytest.raises(BadInput) as caught:
        evaluate(path, lambda _: heard("好"))
    assert caught.value.where == f"{path}:2"


def test_it_refuses_a_manifest_that_is_away(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="cannot be read"):
        evaluate(tmp_path / "none.jsonl", lambda _: heard())


def test_it_does_not_hide_a_recogniser_that_fails(tmp_path: Path) -> None:
    def broken(_: Path) -> Transcript:
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError):
        evaluate(manifest(tmp_path, {"file": "a.wav", "text": "好"}), broken)
