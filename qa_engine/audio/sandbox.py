"""What the decoding process gives up before it sees a user's bytes: network, memory, time, new files."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38


def confine(address_space: int, cpu_seconds: int, file_bytes: int) -> None:
    """Hard limits of this process. ``file_bytes`` caps every file it writes. Call before heavy imports."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))  # first SIGXCPU, then death
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # macOS refuses RLIMIT_AS
        resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # an OSError instead of a death
    if sys.platform == "linux":
        _leave_network()


def close_doors() -> None:
    """From here on no file, pipe or socket can be opened; those that are open stay. Call after all imports."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _leave_network() -> None:
    """An empty network of its own where the system lets us; die with the parent; never gain rights."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.geteuid() != 0 or libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
