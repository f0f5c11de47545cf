"""Ties a child process to its parent: when the parent dies, however it dies, the kernel kills the child."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def tether(parent: int | None = None) -> None:
    """Call first in a child. ``parent`` is the process that must be alive still; Linux only, elsewhere nothing."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """``python -m workers.tether PARENT PROGRAM ARGUMENT...`` becomes that program, tethered."""
    tether(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - a program and arguments that we chose ourselves


if __name__ == "__main__":
    main()
