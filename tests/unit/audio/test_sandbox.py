"""The decoding process has no network, opens nothing new, and is not told our secrets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from qa_engine.audio import decode as room

SCRATCH = "import tempfile; t = tempfile.TemporaryFile(); f = t.fileno()"
CONFINED = """
import os, socket, resource
from qa_engine.audio import sandbox
sandbox.confine(2 << 30, 60, 1000)
{before}
sandbox.close_doors()
try:
    {attempt}
    print("done")
except (OSError, MemoryError) as error:
    print("refused", type(error).__name__)
"""


def confined(attempt: str, before: str = "") -> str:
    program = CONFINED.format(attempt=attempt, before=before)
    command = [sys.executable, "-P", "-c", program]
    return subprocess.run(command, env=room._environment(), capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("attempt", "before"),
    [
        ("open('/etc/hostname')", ""),
        ("open('/tmp/qa-engine-sandbox-test', 'w')", ""),
        ("socket.socket()", ""),
        ("os.pipe()", ""),
        ("bytearray(3 << 30)", ""),
        (
            "os.write(f, bytes(2000)) and os.write(f, b'more')",
            SCRATCH,
        ),
    ],
)
def test_it_refuses_what_a_decoder_has_no_need_of(attempt: str, before: str) -> None:
    assert confined(attempt, before).startswith("refused")


def test_what_is_open_stays_usable() -> None:
    assert confined("os.write(f, b'some') and os.pread(f, 4, 0)", SCRATCH) == "done\n"


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
def test_it_has_no_way_out_even_through_an_open_socket() -> None:
    """Best effort: where the system grants a namespace, only a dead loopback is left in it."""
    look = "names = [n for _, n in socket.if_nameindex()]; place = os.readlink('/proc/self/ns/net')"
    seen = confined("print(names, place, end=' ')", look)
    if str(Path("/proc/self/ns/net").readlink()) in seen:
        pytest.skip("this system grants no network namespace")
    assert seen.startswith("['lo']")


def test_secrets_of_the_environment_stay_with_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_ENGINE_DATABASE_URL", "postgresql://user:secret@host/db")
    assert not any("secret" in value for value in room._environment().values())
