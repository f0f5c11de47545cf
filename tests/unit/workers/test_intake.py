"""Files become interactions once; the bad ones are named and stop nobody else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa_engine.errors import Conflict, QAEngineError
from qa_engine.ingest.files import Source, gather
from qa_engine.ingest.naming import NamePattern
from qa_engine.ingest.places import Link
from qa_engine.storage import SYSTEM, Accepted, Store
from qa_engine.storage.blobs import BlobsAway
from tests.unit.workers.test_stages import sound
from workers.intake import Intake

CHATS = [
    {"id": "c1", "messages": [{"role": "customer", "text": "你好"}, {"role": "agent", "text": "您好"}]},
    {"id": "c2", "agent": "A7", "messages": [{"role": "customer", "text": "在吗"}]},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    kept = tmp_path / "in"
    kept.mkdir()
    (kept / "one.wav").write_bytes(sound())
    (kept / "one.json").write_text(json.dumps({"agent": "A1", "team": "T1", "id": "call-1", "queue": "退款"}))
    (kept / "chats.jsonl").write_text("\n".join(json.dumps(chat) for chat in CHATS))
    (kept / "empty.wav").write_bytes(b"")
    (kept / "broken.json").write_text("{")
    return kept


def take(store: Store, folder: Path, **told: object) -> list[Accepted | QAEngineError]:
    intake = Intake(store, told)
    return [result for source in gather([folder]) for result in intake.take(source)]


def test_it_takes_calls_with_their_sidecars_and_each_conversation_of_a_file(store: Store, folder: Path) -> None:
    results = take(store, folder)
    taken = {r.interaction.interaction.external_id: r.interaction for r in results if isinstance(r, Accepted)}
    assert set(taken) == {"call-1", "c1", "c2"}
    call = taken["call-1"].interaction
    assert (call.agent, call.team, call.metadata, call.source) == ("A1", "T1", {"queue": "退款"}, "one.wav")
    assert taken["c2"].interaction.agent == "A7"
    bad = [str(r) for r in results if isinstance(r, QAEngineError)]
    assert len(bad) == 2 and "empty.wav" in bad[1] + bad[0] and "broken.json" in bad[0] + bad[1]


def test_it_takes_nothing_twice(store: Store, folder: Path) -> None:
    take(store, folder)
    again = [result for result in take(store, folder) if isinstance(result, Accepted)]
    assert len(again) == 3 and all(result.duplicate for result in again)
    assert len(store.interactions(SYSTEM).rows) == 3


def test_what_is_said_of_all_wins(store: Store, folder: Path) -> None:
    take(store, folder, agent="A9", campaign="spring")
    rows = store.interactions(SYSTEM).rows
    assert {row.interaction.agent for row in rows} == {"A9"}
    assert {row.interaction.metadata["campaign"] for row in rows} == {"spring"}


def test_it_refuses_a_file_over_the_cap_without_keeping_it(store: Store, tmp_path: Path) -> None:
    big = tmp_path / "big.wav"
    with big.open("wb") as out:
        out.write(b"RIFF")
        out.truncate(501 << 20)
    (error,) = [result for source in gather([big]) for result in Intake(store, {}).take(source)]
    assert isinstance(error, QAEngineError) and "500 MiB" in str(error)
    assert [path for path in Path(store.settings.blobs).rglob("*") if path.is_file()] == []


def one(store: Store, path: Path, **told: object) -> Accepted | QAEngineError:
    (result,) = Intake(store, told).take(Source(path))
    return result


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("text.wav", b"this is not sound", "text"),
        ("zip.wav", b"PK\x03\x04" + bytes(100), "format"),
        ("empty.mp3", b"", "empty"),
        ("none.wav", None, "cannot be read"),
    ],
)
def test_it_refuses_what_is_no_sound_before_keeping_it(
    store: Store, tmp_path: Path, name: str, content: bytes | None, why: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    error = one(store, tmp_path / name)
    assert isinstance(error, QAEngineError) and why in error.message and error.where == str(tmp_path / name)
    assert [path for path in Path(store.settings.blobs).rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ('{"started_at": "0001-01-01T00:00:00"}', "started_at"),
        ('{"direction": "up"}', "direction"),
        ('{"tree": ' + "[" * 30 + "]" * 30 + "}", "metadata"),
        ('{"metadata": 7}', "metadata"),
    ],
)
def test_it_tells_what_nobody_could_keep(store: Store, tmp_path: Path, told: str, field: str) -> None:
    (tmp_path / "a.wav").write_bytes(sound())
    (tmp_path / "a.json").write_text(told)
    error = one(store, tmp_path / "a.wav")
    assert isinstance(error, QAEngineError) and error.where == f"{tmp_path / 'a.wav'}: {field}"


def test_an_external_id_with_other_content_is_told_with_the_file(store: Store, tmp_path: Path) -> None:
    for n in (1, 2):
        (tmp_path / f"{n}.wav").write_bytes(sound(seed=n))
        (tmp_path / f"{n}.json").write_text('{"id": "same"}')
    assert isinstance(one(store, tmp_path / "1.wav"), Accepted)
    error = one(store, tmp_path / "2.wav")
    assert isinstance(error, Conflict) and error.where == f"{tmp_path / '2.wav'}: external_id same"


def test_a_name_gives_way_to_the_sidecar_and_that_to_what_is_said_of_all(store: Store, tmp_path: Path) -> None:
    (tmp_path / "A1_T1_C1.wav").write_bytes(sound())
    (tmp_path / "A1_T1_C1.json").write_text('{"ticket": "T2", "customer": "C2"}')
    intake = Intake(store, {"customer_ref": "C3"}, pattern=NamePattern.of("{agent}_{ticket}_{customer_ref}"))
    (result,) = intake.take(Source(tmp_path / "A1_T1_C1.wav"))
    assert isinstance(result, Accepted)
    kept = result.interaction.interaction
    assert (kept.agent, kept.ticket, kept.customer_ref) == ("A1", "T2", "C3")


def test_a_recording_on_a_web_server_is_kept_to_be_fetched(store: Store) -> None:
    link = Link("https://pbx.example.com/rec/%E5%91%BC.mp3", {"agent": "A1"}, "calls.csv:2")
    (result,) = Intake(store, {}).take(link)
    assert isinstance(result, Accepted)
    assert (result.interaction.interaction.source, result.interaction.interaction.agent) == ("呼.mp3", "A1")
    (again,) = Intake(store, {}).take(link)
    assert isinstance(again, Accepted) and again.duplicate
    (refused,) = Intake(store, {}).take(Link("https://127.0.0.1/x.mp3", {}, "calls.csv:3"))
    assert isinstance(refused, QAEngineError) and refused.where == "calls.csv:3"


def test_of_many_chats_each_keeps_its_number_and_only_those_wanted_are_taken(store: Store, tmp_path: Path) -> None:
    lines = [json.dumps({**CHATS[0], "id": f"c{n}"}) if n % 100 else "{torn" for n in range(1, 451)]
    (tmp_path / "many.ndjson").write_text("\n".join(lines))
    batches = list(Intake(store, {}).batches(Source(tmp_path / "many.ndjson"), lambda n: n > 399))
    assert [batch.upto for batch in batches] == [200, 400, 450]
    numbers = [number for batch in batches for number, _ in batch.results]
    assert numbers == list(range(400, 451))
    bad = [str(r.where) for batch in batches for _, r in batch.results if isinstance(r, QAEngineError)]
    assert bad == [f"{tmp_path / 'many.ndjson'}:400"]


def test_what_is_away_is_raised_and_not_taken_for_a_bad_file(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.wav").write_bytes(sound())

    def away(_stream: object) -> None:
        raise BlobsAway("no space")

    monkeypatch.setattr(store.blobs, "put", away)
    with pytest.raises(BlobsAway):
        one(store, tmp_path / "a.wav")
