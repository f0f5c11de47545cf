"""Who does which stage; each is loaded by the first job that wants it, so that who delivers carries no models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from qa_engine.storage import Stage
from workers.desk import Desk, Outcome

Work = Callable[[Desk], Outcome]
"""Its outcome is committed only under the lease of its job."""


def fetch(desk: Desk) -> Outcome:
    return _fetch()(desk)


def deliver(desk: Desk) -> Outcome:
    return (_send_alerts() if "channel" in desk.lease.params else _deliver())(desk)


def transcribe(desk: Desk) -> Outcome:
    from workers import judging  # noqa: PLC0415

    return judging.transcribe(desk)


def score(desk: Desk) -> Outcome:
    from workers import judging  # noqa: PLC0415

    return judging.score(desk)


def follow(desk: Desk) -> Outcome:
    from workers import following  # noqa: PLC0415

    return following.follow(desk)


def rescore(desk: Desk) -> Outcome:
    from workers import rescoring  # noqa: PLC0415

    return rescoring.rescore(desk)


STAGES: Mapping[str, Work] = {
    Stage.FETCH: fetch,
    Stage.TRANSCRIBE: transcribe,
    Stage.SCORE: score,
    Stage.FOLLOW: follow,
    Stage.DELIVER: deliver,
    Stage.RESCORE: rescore,
}


@lru_cache(maxsize=1)
def _fetch() -> Work:
    from workers.fetch import Fetch  # noqa: PLC0415

    return Fetch()


@lru_cache(maxsize=1)
def _deliver() -> Work:
    """One for the life of the process: it remembers which endpoints were slow."""
    from workers.deliver import Deliver  # noqa: PLC0415

    return Deliver()


@lru_cache(maxsize=1)
def _send_alerts() -> Work:
    from workers.alerting import SendAlerts  # noqa: PLC0415

    return SendAlerts()
