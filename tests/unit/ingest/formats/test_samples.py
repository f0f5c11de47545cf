"""Every sample export that the corpus holds is read, and what is in it arrives."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa_engine.domain import Kind, Role, TurnKind
from qa_engine.ingest import ChatRecord, read_chats

pytestmark = pytest.mark.shared
FOLDER = "chat_export_format_samples"


def read(corpus: Path, name: str) -> list[ChatRecord]:
    path = corpus / FOLDER / name
    if not path.is_file():
        pytest.skip(f"no {path}")
    chats = read_chats(path.read_bytes(), name)
    assert not chats.errors
    return list(chats)


def test_it_reads_every_file_of_the_folder_without_errors(corpus: Path) -> None:
    files = sorted((corpus / FOLDER).glob("*.json*"))
    assert files
    for path in files:
        assert read(corpus, path.name)


def test_it_keeps_all_wecom_message_types(corpus: Path) -> None:
    name = "wecom_msgaudit_messages.jsonl"
    records = read(corpus, name)
    lines = (corpus / FOLDER / name).read_text().splitlines()
    kinds = {t.kind for r in records for t in r.transcript.turns}
    asides = sum(t.text.startswith("[引用]") for r in records for t in r.transcript.turns)
    # Three messages of the sample are there twice under the same id.
    assert sum(len(r.transcript.turns) for r in records) == len(lines) - 3 + asides
    assert {*TurnKind} - {TurnKind.SPEECH, TurnKind.RECALLED} == kinds
    outside = next(t for r in records for t in r.transcript.turns if t.speaker == "wmGAgeDQAAvQeaTqWwkMTxGMkvI7OOuQ")
    assert outside.role is Role.CUSTOMER
    mixed = next(t for r in records for t in r.transcript.turns if t.text.startswith("你好[微笑]"))
    assert mixed.text.endswith("[图片]") and mixed.judged


def test_it_reads_a_call_transcript_with_word_times(corpus: Path) -> None:
    (call,) = read(corpus, "aws_pca_parsed_transcript_example.json")
    assert call.kind is Kind.CALL and call.language == "en" and call.transcript.duration_s == 28.67
    assert call.started_at is not None and call.started_at.hour == 18  # 13:35 in New York
    assert all(w.end > w.start for t in call.transcript.turns for w in t.words[:-1])
    assert {t.channel for t in call.transcript.turns} == {0, 1}


def test_it_reads_operator_calls_in_both_forms(corpus: Path) -> None:
    calls = read(corpus, "mobilecs_china_mobile_calls_5.json")
    assert len(calls) == 5 and all(c.kind is Kind.CALL for c in calls)
    first = calls[0].transcript.turns
    assert (first[0].role, first[0].text) == (Role.AGENT, "你好，很高兴为您服务")
    assert first[1].role is Role.CUSTOMER and all(t.start is None for t in first)
    halves = read(corpus, "mobilecs_track2_test_example.json")
    assert {n.code for h in halves for n in h.notices} == {"one_sided"}


def test_it_reads_shop_chats_with_actions_as_events(corpus: Path) -> None:
    chats = read(corpus, "abcd_sample.json")
    assert [c.external_id for c in chats] == ["3592", "9489", "3695"]
    actions = [t for t in chats[0].transcript.turns if t.kind is TurnKind.EVENT]
    assert actions and all(t.role is Role.SYSTEM and not t.judged for t in actions)


def test_it_reads_a_single_conversation_part(corpus: Path) -> None:
    (chat,) = read(corpus, "intercom_conversation_part_example.json")
    assert [t.text for t in chat.transcript.turns] == ["Hi Jane, it's all great thanks!"]


@pytest.mark.parametrize(
    "name",
    [
        "stc3_weibo_helpdesk/stc3_tune.jsonl",
        "jddc_satisfaction/jddc_valid.jsonl",
        "crosswoz_benign_dialogues/crosswoz_test.jsonl",
    ],
)
def test_it_reads_labelled_dialogues(corpus: Path, name: str) -> None:
    data = (corpus / name).read_bytes()
    chats = read_chats(data, name)
    assert not chats.errors and len(chats) == len(data.splitlines())
    assert all(c.transcript.role_confidence == 1.0 and c.external_id for c in chats)
