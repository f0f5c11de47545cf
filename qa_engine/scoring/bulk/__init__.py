"""Bulk judging: thousands of dossiers judged at once, column by column, with the outcomes of ``scoring.judge``."""

from qa_engine.scoring.bulk.batch import Batch
from qa_engine.scoring.bulk.judge import BulkJudge
from qa_engine.scoring.bulk.verdicts import BANDS, NO_BAND, OUTCOMES, Verdicts

__all__ = ["BANDS", "NO_BAND", "OUTCOMES", "Batch", "BulkJudge", "Verdicts"]
