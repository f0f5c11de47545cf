"""The sound of a call: one range at a time, never cached, every play in the audit log; and links for players."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.deps import CREDENTIALS, Asker, InteractionId, LinksDep, StoreDep, asker
from api.links import MAX_SECONDS
from api.openapi import problems
from api.problems import Unauthenticated
from api.ranges import asked_range
from api.schemas.audio import AUDIO_ANSWERS, AudioLink
from api.security import has_credentials
from qa_engine.audio.sniff import HEAD, MEDIA_TYPES, sniff
from qa_engine.domain import Principal
from qa_engine.errors import BadAudio, NotFound
from qa_engine.storage.access import READ, require

router = APIRouter(prefix="/v1/interactions/{interaction_id}", tags=["results"], dependencies=CREDENTIALS)
CHUNK = 256 * 1024
UNKNOWN = "application/octet-stream"
NO_SOUND = "this interaction has no sound"


def listener(
    request: Request,
    interaction_id: InteractionId,
    store: StoreDep,
    links: LinksDep,
    token: Annotated[str | None, Query(description="of a link from `audio-link`", max_length=4096)] = None,
) -> Principal:
    """Whoever asks with credentials, or whom the link was made for. Raises Unauthenticated, Forbidden."""
    if token is None:
        return asker(request, store)
    principal = links.principal(token, interaction_id)
    if has_credentials(request) and asker(request, store).id != principal.id:
        raise Unauthenticated("the link was made for another user", where="token", mend="ask for a new link")
    require(principal, READ)
    request.state.principal = principal.id
    return principal


@router.get(
    "/audio",
    response_model=None,
    response_class=StreamingResponse,
    responses={**AUDIO_ANSWERS, **problems(404, 416)},
    summary="The recording, whole or one range",
)
def get_audio(
    request: Request, interaction_id: InteractionId, principal: Annotated[Principal, Depends(listener)], store: StoreDep
) -> Response:
    """A copy that browsers play where the original is in a format that they do not."""
    row = store.interaction(principal, interaction_id)
    if not row.has_audio:
        raise NotFound(NO_SOUND, where=interaction_id)
    etag = f'"{row.playback_sha256 or row.interaction.content_sha256}"'
    stream, size, media_type = store.open_audio(principal, interaction_id)
    try:
        part = asked_range(_range_header(request, etag), size)
        first, last = part or (0, size - 1)
        store.audit(principal, "audio.play", interaction_id, {"first": first, "last": last, "of": size})
    except BaseException:
        stream.close()
        raise
    media_type = media_type if media_type != UNKNOWN else _sniffed(stream)
    headers = {
        "Accept-Ranges": "bytes", "ETag": etag, "Content-Length": str(last - first + 1),
        "Cache-Control": "private, no-store", "Content-Disposition": "inline",
    }  # fmt: skip
    if part is not None:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    status = 200 if part is None else 206
    return StreamingResponse(_bytes(stream, first, last), status, headers, media_type=media_type)


@router.post("/audio-link", status_code=201, responses=problems(404), summary="A link for a player")
def post_audio_link(interaction_id: InteractionId, principal: Asker, store: StoreDep, links: LinksDep) -> AudioLink:
    """Good for five minutes, for you and this recording only; whoever holds it can listen."""
    if not store.interaction(principal, interaction_id).has_audio:
        raise NotFound(NO_SOUND, where=interaction_id)
    token = links.make(principal, interaction_id)
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=MAX_SECONDS)
    return AudioLink(href=f"/v1/interactions/{interaction_id}/audio?token={token}", expires_at=expires)


def _range_header(request: Request, etag: str) -> str | None:
    """The Range, unless If-Range names another version than the one we have (dates never match: we send none)."""
    condition = request.headers.get("if-range")
    return request.headers.get("range") if condition is None or condition.strip() == etag else None


def _sniffed(stream: BinaryIO) -> str:
    """The media type by the first bytes, where intake could not tell it."""
    try:
        return MEDIA_TYPES[sniff(stream.read(HEAD), "").container]
    except BadAudio:
        return UNKNOWN


def _bytes(stream: BinaryIO, first: int, last: int) -> Iterator[bytes]:
    with closing(stream):
        stream.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := stream.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
