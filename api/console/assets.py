"""Which files the pages load: our own with their fingerprint, and the libraries that `make console` fetched."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse

from qa_engine.errors import NotFound

HERE = Path(__file__).parent
STATIC = HERE / "static"
MODULES = HERE / "node_modules"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Library:
    """One front-end file: where npm puts it, the hash that the browser demands of it, whether every page loads it."""

    path: str
    integrity: str
    everywhere: bool = False


LIBRARIES: dict[str, Library] = {
    "htmx.min.js": Library(
        "htmx.org/dist/htmx.min.js",
        "sha384-2OatzQy1H+Zd/IIrjr1TcuDGqLXeHhbooAyJY1KdQMKnr4LZ22k31GBLdYKHmVjg",
        everywhere=True,
    ),
    "codemirror.js": Library(
        "codemirror/lib/codemirror.js",
        "sha384-egptc797uIzVnztr+OsWFDYfnqAqfpCaaGNZ6LJMQVsfqVD82X6m0X3/tlUuiZpE",
    ),
    "codemirror.css": Library(
        "codemirror/lib/codemirror.css",
        "sha384-bsaAhvdduZPAwUb7RRLRvDgtEtOsggrgjkr/EjPO1i/vdoi+DmdLaG79UOt6M5hD",
    ),
    "yaml.js": Library(
        "codemirror/mode/yaml/yaml.js",
        "sha384-ZZhdQp52D1/LkV/YO7XOrnIUDLQ5IpwfUTgAglnMOfLVYk03RyGG+2Av6tTz8qhq",
    ),
}
"""Renew the hash with the lock file; a test compares it with the installed file."""


def libraries_present() -> bool:
    return all((MODULES / library.path).is_file() for library in LIBRARIES.values())


@lru_cache(maxsize=64)
def static_url(name: str) -> str:
    """The address of one of our files; it changes with the content, so browsers may keep it for good."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


@router.get("/static/vendor/{name}")
def vendor(name: str) -> FileResponse:
    library = LIBRARIES.get(name)
    if library is None or not (MODULES / library.path).is_file():
        raise NotFound("this front-end library is not installed", where=name, mend="run `make console`")
    return _file(MODULES / library.path)


@router.get("/static/{name}")
def static(name: str) -> FileResponse:
    path = STATIC / name
    if path.parent != STATIC or path.suffix not in TYPES or not path.is_file():
        raise NotFound("no such file", where=name)
    return _file(path)


def _file(path: Path) -> FileResponse:
    return FileResponse(path, media_type=TYPES[path.suffix], headers={"Cache-Control": "public, max-age=86400"})
