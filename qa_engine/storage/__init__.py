"""Everything that is kept, behind one door."""

from qa_engine.storage.access import SYSTEM, Denied, Throttled
from qa_engine.storage.records import (
    Accepted,
    ApiKey,
    AuditEntry,
    Failure,
    Figures,
    Incoming,
    InteractionFilter,
    InteractionRow,
    JobState,
    JobStatus,
    KeptRubric,
    KeptScorecard,
    Page,
    QueueFigures,
    Stage,
    State,
    StoredReply,
    User,
)
from qa_engine.storage.store import Store

__all__ = [
    "SYSTEM",
    "Accepted",
    "ApiKey",
    "AuditEntry",
    "Denied",
    "Failure",
    "Figures",
    "Incoming",
    "InteractionFilter",
    "InteractionRow",
    "JobState",
    "JobStatus",
    "KeptRubric",
    "KeptScorecard",
    "Page",
    "QueueFigures",
    "Stage",
    "State",
    "Store",
    "StoredReply",
    "Throttled",
    "User",
]
