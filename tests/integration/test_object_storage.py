"""Object storage against a real S3 server: what is kept there, what comes in from there, and what is told when it
goes away."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from qa_engine.domain import Kind
from qa_engine.errors import BadInput, NotFound, QAEngineError
from qa_engine.ingest import Limits
from qa_engine.ingest.places import sources
from qa_engine.ingest.remote import PlaceAway
from qa_engine.storage import SYSTEM, Accepted, Store
from qa_engine.storage.blobs import BlobsAway, open_blobs
from tests.databases import clean_store
from tests.integration.buckets import bucket, s3_server
from tests.unit.workers.test_stages import sound
from workers.intake import Intake

CHATS = "".join(
    json.dumps(
        {"id": f"c{n}", "messages": [{"role": "customer", "text": f"你好{n}"}, {"role": "agent", "text": "您好"}]}
    )
    + "\n"
    for n in range(450)
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadedMotoServer]:
    with s3_server(monkeypatch) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with clean_store("sqlite", tmp_path) as opened:
        yield opened


def take(store: Store, *places: str) -> list[Accepted | QAEngineError]:
    intake = Intake(store, {})
    results: list[Accepted | QAEngineError] = []
    for found in sources(places, Limits.of(store.settings).zone):
        results += [found] if isinstance(found, QAEngineError) else intake.take(found)
    return results


# --- sound is kept there


def test_it_keeps_sound_and_gives_it_back_from_any_place(server: ThreadedMotoServer) -> None:
    files = bucket("calls")
    blobs, data = open_blobs("s3://calls/kept"), sound(2)
    blobs.ping()
    sha256, size = blobs.put(io.BytesIO(data))
    assert (sha256, size) == (hashlib.sha256(data).hexdigest(), len(data)) == blobs.put(io.BytesIO(data))
    assert files.find("calls") == [f"calls/kept/{sha256[:2]}/{sha256}"]
    with blobs.open(sha256) as stream:
        stream.seek(1000)
        assert stream.read(10) == data[1000:1010]
        stream.seek(-10, io.SEEK_END)
        assert stream.read() == data[-10:]
    assert blobs.size(sha256) == size
    blobs.delete(sha256)
    blobs.delete(sha256)
    for missing in (blobs.open, blobs.size):
        with pytest.raises(NotFound):
            missing(sha256)


def test_a_bucket_that_is_missing_is_told_and_not_made(server: ThreadedMotoServer) -> None:
    files = bucket("other")
    blobs = open_blobs("s3://calls/kept")
    with pytest.raises(BlobsAway, match="not there") as caught:
        blobs.ping()
    assert caught.value.where == "s3://calls/kept" and caught.value.mend
    with pytest.raises(BlobsAway):
        blobs.put(io.BytesIO(sound()))
    assert files.ls("") == ["other"]


def test_a_server_that_goes_away_is_told_and_leaves_nothing_half(
    server: ThreadedMotoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket("calls")
    blobs, data = open_blobs("s3://calls"), sound(300)
    sha256, _ = blobs.put(io.BytesIO(data))
    stream = blobs.open(sha256)
    assert stream.read(4) == b"RIFF"
    server.stop()
    other = sound(seed=2)
    with pytest.raises(BlobsAway):
        stream.seek(len(data) - (len(data) // 8))
        stream.read()
    with pytest.raises(BlobsAway):
        blobs.put(io.BytesIO(other))
    for ask in (blobs.ping, lambda: blobs.size(sha256), lambda: blobs.delete(sha256), lambda: blobs.open(sha256)):
        with pytest.raises(BlobsAway):
            ask()


def test_the_whole_store_works_on_a_bucket(server: ThreadedMotoServer, tmp_path: Path) -> None:
    bucket("calls")
    (tmp_path / "a.wav").write_bytes(sound())
    with clean_store("sqlite", tmp_path, blob_url="s3://calls/kept") as store:
        (taken,) = take(store, str(tmp_path / "a.wav"))
        assert isinstance(taken, Accepted)
        with store.blobs.open(taken.interaction.interaction.content_sha256) as stream:
            assert stream.read() == sound()
        store.ping()


# --- files come in from there


def test_it_takes_a_prefix_with_sidecars_chats_and_a_manifest(server: ThreadedMotoServer, store: Store) -> None:
    bucket(
        "calls",
        **{
            "2026/a.wav": sound(seed=1),
            "2026/a.json": b'{"agent": "A1", "id": "call-1"}',
            "2026/deep/b.wav": sound(seed=2),
            "2026/calls.csv": "录音,坐席\ndeep/b.wav,A2\ndeep/none.wav,A3\n../up.wav,A4\n".encode(),
            "2026/chats.ndjson": CHATS.encode(),
            "2026/empty.wav": b"",
            "2026/README.txt": b"words",
            "2025/old.wav": sound(seed=3),
        },
    )
    results = take(store, "s3://calls/2026/")
    taken = [one.interaction.interaction for one in results if isinstance(one, Accepted)]
    errors = {str(one.where): one for one in results if isinstance(one, QAEngineError)}
    assert {(c.source, c.agent) for c in taken if c.kind is Kind.CALL} == {("a.wav", "A1"), ("b.wav", "A2")}
    assert sum(c.kind is Kind.CHAT for c in taken) == 450
    assert set(errors) == {
        "s3://calls/2026/deep/none.wav", "s3://calls/2026/calls.csv:4: audio", "s3://calls/2026/empty.wav"
    }  # fmt: skip
    assert all(one.duplicate for one in take(store, "s3://calls/2026") if isinstance(one, Accepted))


def test_it_takes_one_object_and_one_that_a_local_manifest_names(
    server: ThreadedMotoServer, store: Store, tmp_path: Path
) -> None:
    bucket("calls", **{"a.wav": sound(seed=1), "b.wav": sound(seed=2)})
    (tmp_path / "m.csv").write_text("audio,agent\ns3://calls/b.wav,A2\n")
    results = take(store, "s3://calls/a.wav", str(tmp_path / "m.csv"))
    assert [one.interaction.interaction.agent for one in results if isinstance(one, Accepted)] == [None, "A2"]


@pytest.mark.parametrize("place", ["s3://none/", "s3://calls/none", "memory://none"])
def test_a_place_where_nothing_is_is_told(server: ThreadedMotoServer, store: Store, place: str) -> None:
    bucket("calls", **{"a.wav": sound()})
    with pytest.raises(BadInput) as caught:
        take(store, place)
    assert caught.value.where == place and caught.value.mend


def test_a_place_that_goes_away_stops_the_run_and_nothing_is_half_taken(
    server: ThreadedMotoServer, store: Store
) -> None:
    bucket("calls", **{"a.wav": sound(seed=1), "b.wav": sound(seed=2)})
    found = [one for one in sources(["s3://calls"], Limits().zone) if not isinstance(one, QAEngineError)]
    intake = Intake(store, {})
    list(intake.take(found[0]))
    server.stop()
    with pytest.raises(PlaceAway) as caught:
        list(intake.take(found[1]))
    assert caught.value.where == "s3://calls/b.wav"
    assert len(store.interactions(SYSTEM).rows) == 1


def test_without_credentials_it_says_so(server: ThreadedMotoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(BlobsAway, match="credentials"):
        open_blobs("s3://calls").ping()
