"""How an upload becomes kept interactions: a recording or its URL is one call, a chat export may hold many chats."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import islice
from math import isfinite
from typing import Any
from urllib.parse import unquote

from api.deps import clean
from api.intake import MAX_JSON, URL, Upload, safe_name
from api.middleware.limits import MIB
from api.schemas.filters import YEARS
from qa_engine.audio.sniff import HEAD, MEDIA_TYPES, sniff
from qa_engine.domain import Kind, Principal
from qa_engine.errors import BadChat, BadInput, QAEngineError
from qa_engine.ingest import ChatRecord, Limits, stream_chats, what_is
from qa_engine.ingest.described import Described, described, facts_of_call, facts_of_chat
from qa_engine.ingest.growing import begun
from qa_engine.net import read_url
from qa_engine.settings import Settings
from qa_engine.storage import Accepted, Incoming, Store

MANY = 1_000
"""Conversations in one request; more is work for `qa-engine ingest`, which can resume."""
MAX_DEPTH = 20
OPEN = "open"
BREAKS = str.maketrans("\t\r\n", "   ")
"""Line breaks are welcome in metadata, though not in names."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an upload: accepted in order, and the errors of conversations that could not be read."""

    accepted: tuple[Accepted, ...]
    refused: tuple[QAEngineError, ...] = ()


def take(upload: Upload, principal: Principal, store: Store, settings: Settings) -> Taken:
    """Keep everything that the upload holds. Raises BadInput when nothing of it can be used, Conflict, Forbidden."""
    body = _object(upload)
    if body is not None and URL in body and "messages" not in body:
        return Taken((store.accept(principal, _to_fetch(body, settings)),))
    if body is not None and body.get(OPEN) is True:
        return Taken((store.accept(principal, _begun(body, upload, settings)),))
    told = _told(upload, settings)
    head = upload.body.stream.read(HEAD)
    upload.body.stream.seek(0)
    if not upload.body.is_json and what_is(head, upload.body.name) == "audio":
        return Taken((store.accept(principal, _call(upload, head, told, store)),))
    return _chats(upload, told, principal, store, settings)


def _told(upload: Upload, settings: Settings) -> Described:
    return described(upload.body.told, where="form", time_zone=settings.time_zone)


def _object(upload: Upload) -> dict[str, Any] | None:
    """A small JSON object: a recording to fetch, or a chat; None for everything else."""
    if not upload.body.is_json or upload.size > MIB:
        return None
    try:
        told = json.load(upload.body.stream)
    except (ValueError, RecursionError):
        told = None  # what is wrong with it, the reader of chats tells
    upload.body.stream.seek(0)
    return told if isinstance(told, dict) else None


def _begun(chat: dict[str, Any], upload: Upload, settings: Settings) -> Incoming:
    """A chat that goes on: its first messages. Raises BadChat."""
    name = upload.body.name
    record, pieces = begun(chat, name, Limits.of(settings))
    facts = _storable(facts_of_chat(record, _told(upload, settings)), name)
    return Incoming(kind=record.kind, source=name, pieces=pieces, **facts)


def _to_fetch(link: dict[str, Any], settings: Settings) -> Incoming:
    """Refused at once when nobody would go there; the name is only looked up when it is fetched."""
    if not isinstance(link[URL], str):
        raise BadInput("the URL is not a text", where=URL, mend="send https://HOST/PATH")
    url = read_url(link[URL], loopback_http=settings.allow_loopback_http, where=URL)
    told = {name: value for name, value in link.items() if name != URL}
    facts = _storable(facts_of_call(described(told, where="body", time_zone=settings.time_zone)), "body")
    return Incoming(kind=Kind.CALL, source=safe_name(unquote(url.name)), url=str(url), **facts)


def _call(upload: Upload, head: bytes, told: Described, store: Store) -> Incoming:
    """Sniffed before it is kept, so that what is no sound never enters the blob store. Raises BadAudio."""
    container = sniff(head, upload.body.name).container
    facts = _storable(facts_of_call(told), "form")
    sha256, size = store.blobs.put(upload.body.stream)
    return Incoming(
        kind=Kind.CALL, source=upload.body.name, content_sha256=sha256, size=size, container=container,
        media_type=MEDIA_TYPES[container], **facts,
    )  # fmt: skip


def _chats(upload: Upload, told: Described, principal: Principal, store: Store, settings: Settings) -> Taken:
    """All conversations are read before any is kept: a file that is refused as a whole leaves nothing."""
    found = _read(upload, settings)
    read = [_ready(one, told, upload.body.name, alone=len(found) == 1) for one in found]
    kept = iter(store.accept_many(principal, [one for one in read if isinstance(one, Incoming)]))
    results = [next(kept) if isinstance(one, Incoming) else one for one in read]
    accepted = tuple(one for one in results if isinstance(one, Accepted))
    refused = tuple(one for one in results if isinstance(one, QAEngineError))
    if not accepted:
        raise refused[0]
    return Taken(accepted, refused)


def _ready(one: ChatRecord | BadChat, told: Described, name: str, *, alone: bool) -> Incoming | BadInput:
    try:
        return one if isinstance(one, BadChat) else _chat(one, told, name, alone=alone)
    except BadInput as error:
        return error


def _read(upload: Upload, settings: Settings) -> list[ChatRecord | BadChat]:
    limits = replace(Limits.of(settings), max_bytes=MAX_JSON)
    found = list(islice(stream_chats(upload.body.stream, upload.body.name, limits), MANY + 1))
    if len(found) > MANY:
        mend = "split the file, or use `qa-engine ingest`"
        raise BadInput(f"more than {MANY} conversations in one request", where=upload.body.name, mend=mend)
    if not found:
        raise BadChat("holds no conversation", where=upload.body.name)
    return found


def _chat(record: ChatRecord, told: Described, name: str, *, alone: bool) -> Incoming:
    facts = facts_of_chat(record, told)
    if not alone:
        facts["external_id"] = record.external_id  # one id cannot name several
    return Incoming(
        kind=record.kind, source=name, content_sha256=record.content_sha256, chat=record.transcript,
        duration_s=record.transcript.duration_s, **_storable(facts, record.where or name),
    )  # fmt: skip


def _storable(facts: dict[str, Any], where: str) -> dict[str, Any]:
    """The facts, when every database can keep them. Raises BadInput that names the field."""
    began = facts["started_at"]
    if began is not None and began.year not in YEARS:
        raise BadInput(f"no interaction began in {began.year}", where=f"{where}: started_at")
    _check_metadata(facts["metadata"], f"{where}: metadata", MAX_DEPTH)
    return facts


def _check_metadata(value: Any, where: str, depth: int) -> None:
    if depth == 0:
        raise BadInput("metadata is nested too deeply", where=where, mend="send flat names and values")
    if isinstance(value, str):
        _check_words(value.translate(BREAKS), where)
    elif isinstance(value, float) and not isfinite(value):
        raise BadInput("NaN and Infinity are no JSON numbers", where=where)
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_metadata(name, where, depth)
            _check_metadata(inner, where, depth - 1)
    elif isinstance(value, list):
        for inner in value:
            _check_metadata(inner, where, depth - 1)


def _check_words(value: str, where: str) -> None:
    try:
        clean(value)
    except ValueError as error:
        raise BadInput(str(error), where=where, mend="send plain text in UTF-8") from None
