"""Judges live work by the versions in trial, beside the one that counts: whatever comes of it, that one is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from qa_engine import pipeline
from qa_engine.domain import Interaction, Scorecard, Signals, Transcript
from qa_engine.errors import QAEngineError
from qa_engine.rubric import Rubric, read_rubric
from qa_engine.storage.rubric_rows import closest
from workers.desk import Desk
from workers.logs import logger

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Tried:
    """A scorecard that will not count, with what made it."""

    card: Scorecard
    versions: Mapping[str, Any]


def tried(
    desk: Desk, interaction: Interaction, transcript: Transcript, signals: Signals, tools: pipeline.Tools
) -> Iterator[Tried]:
    """A scorecard by each version in trial for that language. No language model is asked: what it says moves no
    points. Where a job names its rubric, nothing is tried."""
    if "rubric" in desk.lease.params:
        return
    plain = replace(tools, judge=None, opinions=None)
    for kept in desk.store.trial_rubrics(desk.asker):
        try:
            rubric = read_rubric(kept.yaml, f"{kept.id}.yaml")
            if _speaks(rubric, transcript.language):
                card = pipeline.judge(interaction, transcript, signals, rubric, plain)
                yield Tried(card, pipeline.versions(interaction, rubric, plain))
        except QAEngineError as error:
            log.warning("a trial was left out", rubric=kept.id, version=kept.version, error=str(error))


def _speaks(rubric: Rubric, language: str) -> bool:
    """Whether it would decide for that language if it were in charge."""
    codes = closest(language)
    return any(closest(one)[0] in codes for one in rubric.languages)
