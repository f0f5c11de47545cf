"""What the database calls a worker process."""

from __future__ import annotations

import socket


def worker_name(pid: int) -> str:
    """Host and process id: unique among all that live."""
    return f"{socket.gethostname()}:{pid}"
