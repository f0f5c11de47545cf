"""Dies by SIGKILL at the n-th step that makes something durable; the product knows nothing of it."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import redis
from sqlalchemy.engine.default import DefaultDialect


class Doom:
    """Counts the moments before and after each commit, each fsync, each rename and each word to Redis."""

    def __init__(self, at: int) -> None:
        self.left = at

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, deed: Callable[..., Any]) -> Callable[..., Any]:
        def doomed(*words: Any, **more: Any) -> Any:
            self.step()
            result = deed(*words, **more)
            self.step()
            return result

        return doomed

    def come(self) -> None:
        """From now on, in this process."""
        DefaultDialect.do_commit = self.around(DefaultDialect.do_commit)  # type: ignore[method-assign]
        os.fsync = self.around(os.fsync)
        Path.replace = self.around(Path.replace)  # type: ignore[method-assign]
        redis.Redis.execute_command = self.around(redis.Redis.execute_command)  # type: ignore[method-assign]
        redis.client.Pipeline.execute = self.around(redis.client.Pipeline.execute)  # type: ignore[method-assign]


Begin = Callable[[], None]
"""Called by the deed when its preparations are over: from then on its steps count."""


def dies(deed: Callable[[Begin], None], at: int) -> bool:
    """Runs it in a process of its own; True when that died at its n-th step, False when it came to its end.

    Raises AssertionError when the deed itself failed.
    """
    child = os.fork()
    if child == 0:
        _live(deed, at)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return True
    assert status == 0, f"the deed failed by itself at step {at}"
    return False


def _live(deed: Callable[[Begin], None], at: int) -> NoReturn:
    try:
        deed(Doom(at).come)
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
        os._exit(1)
    os._exit(0)
