"""Hostile, broken and oversized uploads: a clear refusal, and nothing left behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.intake import safe_name
from tests.unit.api.cast import CHAT, Cast, problem, sound

MIB = 1024 * 1024


def post(cast: Cast, content: bytes, name: str = "call.wav", **told: str):
    files = {"file": (name, content, "audio/wav")}
    return cast.client.post("/v1/interactions", files=files, data=told, headers=cast.headers())


def raw(cast: Cast, body: bytes, content_type: str | None):
    headers = cast.headers() | ({"Content-Type": content_type} if content_type is not None else {})
    return cast.client.post("/v1/interactions", content=body, headers=headers)


def nothing_was_kept(cast: Cast) -> None:
    assert cast.get("/v1/interactions").json()["items"] == []
    blobs = Path(cast.app.state.settings.blobs)
    assert [path for path in blobs.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "call.wav", "bad_input"),
        (b"hello, I am text", "call.wav", "bad_audio"),
        ("客户：你好\n客服：您好".encode(), "call.mp3", "bad_audio"),
        (b"MZ\x90\x00" + bytes(200), "setup.exe", "bad_audio"),
        (b"PK\x03\x04" + bytes(200), "calls.zip", "bad_audio"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "call.png", "bad_audio"),
        (b"#EXTM3U\nhttp://169.254.169.254/latest\n", "list.m3u8", "bad_chat"),
        (b"%PDF-1.7 " + bytes(300), "call.wav", "bad_audio"),
        (b"{", "chat.json", "bad_chat"),
        (b'{"messages": []}', "chat.json", "bad_chat"),
        (b"[" * 100_000, "chat.json", "bad_chat"),
        (b'{"messages": [{"role": "martian", "text": "x"}]}', "chat.json", "bad_chat"),
        (b"no chat at all", "notes.txt", "bad_chat"),
    ],
)
def test_it_refuses_what_is_neither_sound_nor_chat(refusing: Cast, content: bytes, name: str, code: str) -> None:
    told = problem(post(refusing, content, name), 422, code)
    assert told["where"].startswith(name)
    assert told["mend"]
    nothing_was_kept(refusing)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.wav", "passwd.wav"),
        ("C:\\calls\\2026\\a.wav", "a.wav"),
        ("录音 一.wav", "录音 一.wav"),
        ("a\u202egpj.wav", "agpj.wav"),
        ("<script>alert(1)</script>.wav", "script>.wav"),
        ("; rm -rf ~ .wav", "; rm -rf ~ .wav"),
        (".wav", ".wav"),
        ("x" * 300 + ".wav", "x" * 196 + ".wav"),
    ],
)
def test_file_names_are_for_people_only(cast: Cast, name: str, shown: str) -> None:
    answer = post(cast, sound(), name)
    assert answer.status_code == 202
    assert cast.get(answer.json()["links"]["self"]).json()["source"] == shown


@given(st.text(max_size=400))
def test_a_shown_name_is_short_and_has_no_path(name: str) -> None:
    shown = safe_name(name)
    assert 0 < len(shown) <= 200
    assert "/" not in shown
    assert "\\" not in shown
    assert shown.isprintable()
    shown.encode()


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({"metadata": "{"}, "metadata"),
        ({"metadata": "[1]"}, "metadata"),
        ({"metadata": "7"}, "metadata"),
        ({"metadata": '{"a": ' * 30 + "1" + "}" * 30}, "metadata"),
        ({"metadata": '{"a": NaN}'}, "metadata"),
        ({"metadata": '{"a": "\\u0000"}'}, "metadata"),
        ({"metadata": '{"\\ud800": 1}'}, "metadata"),
        ({"metadata": '{"metadata": 3}'}, "metadata"),
        ({"agent": "x" * 201}, "agent"),
        ({"direction": "sideways"}, "direction"),
        ({"started_at": "yesterday"}, "started_at"),
        ({"started_at": "0001-01-01T00:00:00"}, "started_at"),
        ({"started_at": "9999-12-31T23:59:59Z"}, "started_at"),
        ({"metadata": '{"agent": {"a": 1}}'}, "agent"),
    ],
)
def test_metadata_that_cannot_be_kept_names_its_field(refusing: Cast, told: dict[str, str], where: str) -> None:
    answer = post(refusing, sound(), **told)
    assert answer.status_code == 422, answer.text
    assert where in answer.json()["where"]
    nothing_was_kept(refusing)


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "audio/wav", "//", "é"]
)
def test_it_takes_two_types_only(refusing: Cast, content_type: str | None) -> None:
    answer = raw(refusing, sound(), content_type.encode("latin-1") if content_type else None)  # type: ignore[arg-type]
    told = problem(answer, 415, "wrong_type")
    assert told["where"] == "Content-Type"
    nothing_was_kept(refusing)


FRAME = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
END = b"\r\n--b--\r\n"


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (FRAME + b"RIFF1234WAVE", "multipart/form-data; boundary=b", 400, "malformed"),
        (FRAME + sound() + b"\r\n--b", "multipart/form-data; boundary=b", 400, "malformed"),
        (FRAME + sound() + END, "multipart/form-data", 400, "malformed"),
        (FRAME + sound() + END, "multipart/form-data; boundary=other", 400, "malformed"),
        (FRAME + sound() + END, "multipart/form-data; boundary=" + "b" * 400, 400, "malformed"),
        (b"", "multipart/form-data; boundary=b", 400, "malformed"),
        (b"--b--\r\n", "multipart/form-data; boundary=b", 422, "bad_input"),
        (b"--b\r\n\r\nx" + END, "multipart/form-data; boundary=b", 400, "malformed"),
        (b"--b\r\nContent-Disposition: form-data\r\n\r\nx" + END, "multipart/form-data; boundary=b", 400, "malformed"),
        (b"--b\r\nX-Long: " + b"x" * 100_000 + END, "multipart/form-data; boundary=b", 400, "malformed"),
        (FRAME + sound() + b"\r\n" + FRAME + sound() + END, "multipart/form-data; boundary=b", 422, "bad_input"),
        ((FRAME + b"x\r\n") * 3 + END, "multipart/form-data; boundary=b", 400, "malformed"),
        (
            FRAME + b"x\r\n" + b'--b\r\nContent-Disposition: form-data; name="n"\r\n\r\n1\r\n' * 50 + END,
            "multipart/form-data; boundary=b",
            400,
            "malformed",
        ),
        (b"{", "application/json", 422, "bad_chat"),
        (b"", "application/json", 422, "bad_input"),
        (b"\xff\xfe\x00", "application/json", 422, "bad_chat"),
        (b"null", "application/json", 422, "bad_chat"),
        (b'"' + b"x" * 1000, "application/json", 422, "bad_chat"),
        (b"9" * 5000, "application/json", 422, "bad_chat"),
        (b'{"messages": 1}', "application/json; charset=utf-16", 422, "bad_chat"),
    ],
)
def test_a_body_that_is_not_what_it_says_is_refused(
    refusing: Cast, body: bytes, content_type: str, status: int, code: str
) -> None:
    problem(raw(refusing, body, content_type), status, code)
    nothing_was_kept(refusing)


@pytest.mark.parametrize("charset", ["base64", "hex", "nonsense", "utf-8", '"utf-16"', "idna"])
def test_the_declared_charset_cannot_break_it(cast: Cast, charset: str) -> None:
    answer = raw(cast, FRAME + sound() + END, f"multipart/form-data; charset={charset}; boundary=b")
    assert answer.status_code < 500, answer.text


def test_it_counts_bytes_as_they_come(refusing: Cast) -> None:
    def endless():
        yield FRAME
        for _ in range(8):
            yield bytes(MIB)

    headers = refusing.headers() | {"Content-Type": "multipart/form-data; boundary=b"}
    answer = refusing.client.post("/v1/interactions", content=endless(), headers=headers)
    assert "content-length" not in answer.request.headers
    told = problem(answer, 413, "too_large")
    assert "3 MiB" in told["detail"]
    nothing_was_kept(refusing)


def test_it_believes_an_announced_size_that_is_too_large(refusing: Cast) -> None:
    headers = refusing.headers() | {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(10**12)}
    problem(refusing.client.post("/v1/interactions", content=b"", headers=headers), 413, "too_large")


def test_other_bodies_are_small(cast: Cast) -> None:
    answer = cast.client.post(
        f"/v1/interactions/{cast.call()}/audio-link", content=bytes(2 * MIB), headers=cast.headers()
    )
    problem(answer, 413, "too_large")


def test_a_file_within_the_cap_comes_in_through_the_disk(cast: Cast) -> None:
    assert post(cast, sound(60)).status_code == 202  # 1.9 MiB: spooled to disk
    assert post(cast, sound(70)).status_code in (202, 413)  # the form's own MiB is on top


def test_a_key_gives_the_first_answer_again(cast: Cast) -> None:
    headers = cast.headers() | {"Idempotency-Key": "k-1"}
    first = cast.client.post("/v1/interactions", json=CHAT, headers=headers)
    again = cast.client.post("/v1/interactions", json=CHAT, headers=headers)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    other = cast.client.post("/v1/interactions", json={**CHAT, "agent": "A2"}, headers=headers)
    problem(other, 409, "conflict")
    assert len(cast.get("/v1/interactions").json()["items"]) == 1


def test_a_key_is_free_again_after_a_refusal(cast: Cast) -> None:
    headers = cast.headers() | {"Idempotency-Key": "k-2"}
    refused = cast.client.post("/v1/interactions", json={"messages": []}, headers=headers)
    problem(refused, 422, "bad_chat")
    assert cast.client.post("/v1/interactions", json=CHAT, headers=headers).status_code == 202


@pytest.mark.parametrize("key", ["", "with blank", "x" * 256, "é"])
def test_a_key_is_plain_ascii(refusing: Cast, key: str) -> None:
    headers = refusing.headers() | {"Idempotency-Key": key.encode("latin-1")}
    told = problem(refusing.client.post("/v1/interactions", json=CHAT, headers=headers), 422, "validation")
    assert told["where"] == "header.Idempotency-Key"


def test_one_bad_conversation_of_one_is_an_error_and_not_an_empty_answer(refusing: Cast) -> None:
    lines = [{"messages": [{"role": "martian", "text": "?"}]}] * 2
    problem(post(refusing, "\n".join(json.dumps(line) for line in lines).encode(), "c.ndjson"), 422, "bad_chat")
    nothing_was_kept(refusing)


def test_more_conversations_than_one_request_takes_leave_nothing(refusing: Cast) -> None:
    line = json.dumps(CHAT)
    told = problem(post(refusing, "\n".join([line] * 1001).encode(), "c.ndjson"), 422, "bad_input")
    assert "ingest" in told["mend"]
    nothing_was_kept(refusing)
