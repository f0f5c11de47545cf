"""Keeps from asking an endpoint that is away: after a failure nobody asks for a rest, which doubles while it lasts."""

from __future__ import annotations

import math
import time

from qa_engine.ports import JudgeAway

FIRST_REST_S, LONGEST_REST_S = 1.0, 60.0


class Circuit:
    """One a process. ``host`` is what errors call the endpoint."""

    def __init__(self, host: str) -> None:
        self._host, self._why = host, ""
        self._rest_s, self._until = 0.0, -math.inf

    def check(self) -> None:
        """Raises JudgeAway while the endpoint rests."""
        left = self._until - time.monotonic()
        if left > 0:
            raise self._away(left)

    def failed(self, why: str, asked_for_s: float | None) -> JudgeAway:
        """The endpoint may ask for a longer rest, up to the longest."""
        self._rest_s = min(LONGEST_REST_S, max(FIRST_REST_S, 2 * self._rest_s, asked_for_s or 0.0))
        self._until, self._why = time.monotonic() + self._rest_s, why
        return self._away(self._rest_s)

    def worked(self) -> None:
        self._rest_s = 0.0

    def _away(self, rest_s: float) -> JudgeAway:
        return JudgeAway(
            f"the language model cannot be asked: {self._why}",
            where=self._host,
            rest_s=rest_s,
            mend="see that it runs; QA_ENGINE_JUDGE_URL, _MODEL and _KEY name it; without a URL the rules judge alone",
        )
