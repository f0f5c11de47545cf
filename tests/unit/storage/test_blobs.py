"""Sound is kept whole or not at all, by its content, in a folder and behind an fsspec URL alike."""

from __future__ import annotations

import hashlib
import io
import secrets
import threading
from pathlib import Path

import pytest

from qa_engine.errors import BadInput, BadSetting, NotFound
from qa_engine.storage.blobs import Blobs, BlobsAway, FolderBlobs, open_blobs

SOUND = b"RIFF" + bytes(range(256)) * 5000


@pytest.fixture(params=["folder", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return open_blobs(str(tmp_path) if request.param == "folder" else f"memory://{secrets.token_hex(4)}")


def test_it_gives_back_what_was_put(blobs: Blobs) -> None:
    sha256, size = blobs.put(io.BytesIO(SOUND))
    assert (sha256, size) == (hashlib.sha256(SOUND).hexdigest(), len(SOUND))
    assert blobs.size(sha256) == size
    with blobs.open(sha256) as stream:
        stream.seek(1000)
        assert stream.read(10) == SOUND[1000:1010]


def test_it_keeps_the_same_sound_once(blobs: Blobs) -> None:
    assert blobs.put(io.BytesIO(SOUND)) == blobs.put(io.BytesIO(SOUND))


def test_it_forgets_what_is_deleted_and_deleting_again_is_harmless(blobs: Blobs) -> None:
    sha256, _ = blobs.put(io.BytesIO(SOUND))
    blobs.delete(sha256)
    blobs.delete(sha256)
    with pytest.raises(NotFound):
        blobs.open(sha256)


@pytest.mark.parametrize("name", ["0" * 64, "", "../../etc/passwd", "AB" * 32, "0" * 63 + "/", "0" * 65])
def test_it_knows_only_names_of_its_own(blobs: Blobs, name: str) -> None:
    with pytest.raises(NotFound):
        blobs.open(name)
    with pytest.raises(NotFound):
        blobs.size(name)


def test_it_tells_that_it_is_there(blobs: Blobs) -> None:
    blobs.ping()


class Torn(io.BytesIO):
    """An upload that breaks off in the middle."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 100:
            raise BadInput("over the cap")
        return super().read(101)


def test_it_leaves_nothing_behind_of_an_upload_that_breaks_off(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    with pytest.raises(BadInput):
        blobs.put(Torn(SOUND))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_it_tells_a_full_disk_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = FolderBlobs(tmp_path)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("qa_engine.storage.blobs.os.fsync", full)
    with pytest.raises(BlobsAway, match="No space"):
        blobs.put(io.BytesIO(SOUND))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_it_stands_many_that_put_the_same_at_once(tmp_path: Path) -> None:
    blobs, found = FolderBlobs(tmp_path), []
    threads = [threading.Thread(target=lambda: found.append(blobs.put(io.BytesIO(SOUND)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1 and len(found) == 8


def test_it_refuses_a_store_that_it_cannot_speak_to() -> None:
    with pytest.raises(BadSetting):
        open_blobs("nosuchprotocol://bucket")
