"""Where opinions of the judge are kept, how long asking may take, and what a job does while the judge is away."""

from __future__ import annotations

import time
from collections import UserDict
from dataclasses import dataclass

from qa_engine.domain import Opinion
from qa_engine.domain.codec import dump, load
from qa_engine.ports import JudgeAway
from qa_engine.rubric import Rubric
from qa_engine.storage import Store
from qa_engine.storage.results import keep_result
from workers.desk import Again, Desk, later

STAGE = "opinion"
TRIES = 2


class Remembered(UserDict[str, Opinion]):
    """In memory."""

    def put(self, key: str, opinion: Opinion) -> None:
        self[key] = opinion


@dataclass(frozen=True, slots=True)
class Kept:
    """Of one content. An answer is kept as soon as it is there, so that a job that starts over asks only the rest.

    No fence: the same key is the same answer, whoever keeps it.
    """

    store: Store
    content_sha256: str

    def get(self, key: str) -> Opinion | None:
        found = self.store.stage_result(self.content_sha256, STAGE, key)
        return None if found is None else load(Opinion, dict(found))

    def put(self, key: str, opinion: Opinion) -> None:
        with self.store.db.write() as connection:
            keep_result(connection, self.content_sha256, STAGE, key, dump(opinion))


def allow_asking(desk: Desk, rubric: Rubric) -> None:
    """Where a judge is set the job may last as long as every question may, each asked twice."""
    if desk.tools().judge is None:
        return
    questions = sum(item.opinion is not None for item in rubric.items)
    desk.allow(desk.settings.job_timeout_s + TRIES * questions * desk.settings.judge_timeout_s)


def wait_for_judge(desk: Desk, away: JudgeAway) -> Again:
    """No scorecard before it could be asked. The rest is spent here, lest a long queue turn in vain."""
    desk.allow(desk.settings.job_timeout_s + away.rest_s)
    time.sleep(away.rest_s)
    return later(desk, away, 0.0)
