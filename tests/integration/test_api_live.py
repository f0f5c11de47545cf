"""A real server in a process of its own: many at once, clients that leave half-way, and no Redis anywhere."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from qa_engine.settings import Settings
from qa_engine.storage import SYSTEM, Store
from tests.databases import BOTH, clean_store
from tests.unit.api.cast import CHAT, sound

MIB = 1024 * 1024


@dataclass
class Live:
    url: str
    store: Store
    headers: dict[str, str]
    temporary: Path

    def kept(self) -> list[str]:
        return [row.id for row in self.store.interactions(SYSTEM, limit=500).rows]

    def left_over(self) -> list[Path]:
        """Temporary files of uploads, and sound that no interaction names."""
        blobs = Path(self.store.settings.blobs)
        files = [path for path in blobs.rglob("*") if path.is_file()]
        known = {row.interaction.content_sha256 for row in self.store.interactions(SYSTEM, limit=500).rows}
        return [path for path in files if path.name not in known] + list(self.temporary.iterdir())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def serve(settings: Settings, temporary: Path) -> tuple[subprocess.Popen[bytes], str]:
    port = free_port()
    env = os.environ | {
        "QA_ENGINE_HOME": str(settings.home), "QA_ENGINE_DATABASE_URL": settings.database_url,
        "QA_ENGINE_REDIS_URL": "redis://127.0.0.1:1/0", "QA_ENGINE_MAX_UPLOAD_MB": "20", "TMPDIR": str(temporary),
    }  # fmt: skip
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "--factory",
        "api.app:create_app",
        "--port",
        str(port),
        "--no-access-log",
    ]
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL), f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module", params=BOTH)
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    temporary = tmp_path_factory.mktemp("temporary")
    with clean_store(request.param, tmp_path_factory.mktemp("live")) as store:
        process, url = serve(store.settings, temporary)
        try:
            wait_until_ready(url, process)
            key, _ = store.create_key(SYSTEM, "live")
            yield Live(url, store, {"X-API-Key": key}, temporary)
        finally:
            process.terminate()
            assert process.wait(20) in (0, -15)


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the server ended"
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server did not get ready within a minute")


def test_it_is_ready_without_redis(live: Live) -> None:
    assert httpx.get(f"{live.url}/readyz").json() == {"ready": True, "storage": "ok", "redis": "away"}


@pytest.mark.parametrize("key", [None, "one-key"])
def test_a_hundred_identical_posts_at_once_make_one_interaction(live: Live, key: str | None) -> None:
    before = set(live.kept())
    headers = live.headers | ({"Idempotency-Key": key} if key else {})
    content = sound(seed=100 if key else 101)
    gate = threading.Barrier(100)

    def post(_: int) -> httpx.Response:
        with httpx.Client(timeout=120) as client:
            gate.wait()
            return client.post(f"{live.url}/v1/interactions", files={"file": ("a.wav", content)}, headers=headers)

    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(post, range(100)))
    told = Counter(answer.status_code for answer in answers)
    assert set(told) <= {200, 202, 409}, told
    assert told[202] >= 1
    assert key is not None or told[409] == 0
    assert key is not None or told[202] == 1
    assert len({answer.json()["id"] for answer in answers if answer.status_code < 300}) == 1
    assert len(set(live.kept()) - before) == 1


def test_different_posts_at_once_are_all_kept(live: Live) -> None:
    before = set(live.kept())

    def post(number: int) -> httpx.Response:
        with httpx.Client(timeout=120) as client:
            if number % 2:
                body = {**CHAT, "id": f"many-{number}"}
                return client.post(f"{live.url}/v1/interactions", json=body, headers=live.headers)
            files = {"file": (f"{number}.wav", sound(0.2, seed=number))}
            return client.post(f"{live.url}/v1/interactions", files=files, headers=live.headers)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(post, range(60)))
    assert {answer.status_code for answer in answers} == {202}
    assert set(live.kept()) - before == {answer.json()["id"] for answer in answers}


def begin(live: Live, announced: int, sent: bytes) -> socket.socket:
    host, port = live.url.removeprefix("http://").split(":")
    lines = [
        "POST /v1/interactions HTTP/1.1", f"Host: {host}", "Content-Type: multipart/form-data; boundary=b",
        f"X-API-Key: {live.headers['X-API-Key']}", f"Content-Length: {announced}",
    ]  # fmt: skip
    part = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
    connection = socket.create_connection((host, int(port)), timeout=30)
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n" + part).encode() + sent)
    return connection


def test_an_upload_whose_sender_dies_leaves_no_row_and_no_file(live: Live) -> None:
    before = live.kept()
    for size in (100, 3 * MIB):
        begin(live, 9 * MIB, sound() + bytes(size)).close()
    deadline = time.monotonic() + 20
    while live.left_over() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert live.left_over() == []
    assert live.kept() == before
    assert httpx.get(f"{live.url}/healthz").status_code == 200


def test_an_upload_that_grows_too_large_is_cut_off(live: Live) -> None:
    before = live.kept()
    connection = begin(live, 10**9, b"")
    assert connection.recv(4096).startswith(b"HTTP/1.1 413")
    connection.close()

    def endless() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
        for _ in range(200):
            yield bytes(MIB)

    headers = live.headers | {"Content-Type": "multipart/form-data; boundary=b"}
    try:
        answer = httpx.post(f"{live.url}/v1/interactions", content=endless(), headers=headers, timeout=60)
        assert answer.status_code == 413
    except httpx.TransportError:
        pass  # the server may hang up while we still send
    assert live.kept() == before
    assert live.left_over() == []


def test_readers_that_leave_do_not_hurt(live: Live) -> None:
    files = {"file": ("long.wav", sound(300, seed=5))}
    interaction = httpx.post(f"{live.url}/v1/interactions", files=files, headers=live.headers, timeout=60).json()
    for _ in range(20):
        with httpx.stream("GET", live.url + interaction["links"]["audio"], headers=live.headers) as answer:
            next(answer.iter_raw(1000))
    assert httpx.get(live.url + interaction["links"]["self"], headers=live.headers).status_code == 200


MODELS = ("torch", "transformers", "faster_whisper", "ctranslate2", "onnxruntime", "rq")


def test_the_web_process_loads_no_model() -> None:
    code = f"import sys, api.app; print([name for name in {MODELS} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
