"""Sound over HTTP: ranges, links, and the audit of every play."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api import links as links_module
from qa_engine.domain import Kind, UserRole
from qa_engine.errors import BadSetting
from qa_engine.storage import SYSTEM, Incoming
from tests.unit.api.cast import Cast, problem, sound

SOUND = sound(seed=7)


@pytest.fixture
def path(cast: Cast) -> str:
    return f"/v1/interactions/{cast.call(7)}/audio"


def test_it_gives_the_whole_recording(cast: Cast, path: str) -> None:
    answer = cast.get(path)
    assert answer.status_code == 200
    assert answer.content == SOUND
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-type"] == "audio/wav"
    assert "no-store" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-99", 0, 99), ("bytes=100-", 100, len(SOUND) - 1), ("bytes=-44", len(SOUND) - 44, len(SOUND) - 1)],
)
def test_it_gives_one_range(cast: Cast, path: str, asked: str, first: int, last: int) -> None:
    answer = cast.get(path, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == SOUND[first : last + 1]
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(SOUND)}"
    assert answer.headers["content-length"] == str(last - first + 1)


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "bytes=9-3", "cats=0-1", "bytes=x-"])
def test_anything_but_one_good_range_gives_the_whole(cast: Cast, path: str, asked: str) -> None:
    answer = cast.get(path, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, SOUND)


def test_it_tells_the_size_when_a_range_lies_beyond_the_end(cast: Cast, path: str) -> None:
    answer = cast.get(path, headers={"Range": f"bytes={len(SOUND)}-"})
    problem(answer, 416, "range")
    assert answer.headers["content-range"] == f"bytes */{len(SOUND)}"


def test_if_range_holds_only_for_the_same_version(cast: Cast, path: str) -> None:
    etag = cast.get(path).headers["etag"]
    assert cast.get(path, headers={"Range": "bytes=0-1", "If-Range": etag}).status_code == 206
    for other in ['"other"', f"W/{etag}", "Sat, 21 Nov 2026 10:00:00 GMT"]:
        assert cast.get(path, headers={"Range": "bytes=0-1", "If-Range": other}).status_code == 200


def test_every_play_is_in_the_audit_log(cast: Cast, path: str) -> None:
    cast.get(path)
    cast.get(path, headers={"Range": "bytes=5-9"})
    plays = [entry for entry in cast.store.audit_log(SYSTEM) if entry.action == "audio.play"]
    assert [dict(entry.detail) for entry in plays] == [
        {"first": 5, "last": 9, "of": len(SOUND)},
        {"first": 0, "last": len(SOUND) - 1, "of": len(SOUND)},
    ]
    assert {entry.subject for entry in plays} == {path.split("/")[3]}


def test_a_chat_has_no_sound(cast: Cast) -> None:
    chat = cast.chat()
    problem(cast.get(f"/v1/interactions/{chat}/audio"), 404, "not_found")
    answer = cast.client.post(f"/v1/interactions/{chat}/audio-link", headers=cast.headers())
    problem(answer, 404, "not_found")


def test_sound_that_came_another_way_has_its_media_type_too(cast: Cast) -> None:
    sha256, size = cast.store.blobs.put(io.BytesIO(SOUND))
    incoming = Incoming(kind=Kind.CALL, source="a.wav", content_sha256=sha256, size=size)
    row = cast.store.accept(SYSTEM, incoming).interaction
    answer = cast.get(f"/v1/interactions/{row.id}/audio", headers={"Range": "bytes=4-7"})
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.content == SOUND[4:8]


def link(cast: Cast, path: str, by: str = "service") -> str:
    answer = cast.client.post(f"{path}-link", headers=cast.headers(by))
    assert answer.status_code == 201
    expires = datetime.fromisoformat(answer.json()["expires_at"])
    assert expires <= datetime.now(UTC) + timedelta(minutes=5)
    return str(answer.json()["href"])


def test_a_link_plays_without_credentials(cast: Cast, path: str) -> None:
    answer = cast.client.get(link(cast, path), headers={"Range": "bytes=0-3"})
    assert (answer.status_code, answer.content) == (206, b"RIFF")


def test_a_link_is_for_one_recording_one_user_and_five_minutes(
    cast: Cast, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    href = link(cast, path)
    token = href.partition("?token=")[2]
    other = cast.call(8)
    problem(cast.client.get(f"/v1/interactions/{other}/audio?token={token}"), 401, "unauthenticated")
    cast.add("lead", UserRole.QA_LEAD)
    problem(cast.get(href, by="lead"), 401, "unauthenticated")
    assert cast.get(href).status_code == 200
    later = datetime.now(UTC).timestamp() + 301
    monkeypatch.setattr(links_module, "time", lambda: later)
    problem(cast.client.get(href), 401, "unauthenticated")


def test_a_link_that_was_tampered_with_is_worth_nothing(cast: Cast, path: str) -> None:
    payload, _, signature = link(cast, path).partition("?token=")[2].partition(".")
    for token in ["", ".", payload, f"{payload}.", f".{signature}", f"{payload[:-2]}AA.{signature}", "é.é", "a" * 4000]:
        answer = cast.client.get(path, params={"token": token})
        problem(answer, 401, "unauthenticated")
    problem(cast.client.get(path, params={"token": "a" * 5000}), 422, "validation")


def test_a_link_does_not_outlive_the_sight_of_its_user(cast: Cast) -> None:
    cast.add("ann", UserRole.AGENT, agent="ann")
    theirs = f"/v1/interactions/{cast.call(9, agent='bob')}/audio"
    answer = cast.client.post(f"{theirs}-link", headers=cast.headers("ann"))
    problem(answer, 404, "not_found")


def test_the_installation_key_is_private_and_kept(cast: Cast) -> None:
    home = cast.app.state.settings.home
    first = links_module.key_in(home)
    assert links_module.key_in(home) == first
    assert len(first) == 32
    assert (home / "link.key").stat().st_mode & 0o077 == 0
    assert not [p for p in home.iterdir() if re.match(r"\.link\.key", p.name)]


def test_a_home_that_cannot_hold_the_key_is_told_as_a_setting(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(BadSetting, match="audio links"):
        links_module.key_in(tmp_path / "home")


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: links_module.key_in(tmp_path / "home"), range(40)))
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["link.key"]
