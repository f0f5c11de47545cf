"""Scoring: a dossier and a rubric in, an explained scorecard out; and a rubric's own trials."""

from qa_engine.scoring.rehearse import rehearse
from qa_engine.scoring.scorecard import judge

__all__ = ["judge", "rehearse"]
