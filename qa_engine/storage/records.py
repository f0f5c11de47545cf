"""What goes into the store and what comes out of it: frozen, with no trace of the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Literal, TypeVar

from qa_engine.domain import Band, Direction, Interaction, Kind, Scorecard, Transcript, UserRole
from qa_engine.errors import QAEngineError
from qa_engine.ingest.growing import Piece

T = TypeVar("T")


class State(StrEnum):
    """Where an interaction stands. OPEN is a chat that goes on; PARKED waits for a person to release its job, FAILED
    for better input."""

    OPEN = "open"
    QUEUED = "queued"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"
    PARKED = "parked"

    @property
    def is_open(self) -> bool:
        """Whether work on it goes on without anyone's help."""
        return self in (State.QUEUED, State.WORKING)


class JobState(StrEnum):
    QUEUED = "queued"
    LEASED = "leased"
    DONE = "done"
    FAILED = "failed"
    PARKED = "parked"


class Stage(StrEnum):
    """What is done by a job."""

    FETCH = "fetch"
    TRANSCRIBE = "transcribe"
    SCORE = "score"
    FOLLOW = "follow"
    DELIVER = "deliver"
    RESCORE = "rescore"

    @property
    def judges(self) -> bool:
        """Whether the interaction itself stands or falls with it."""
        return self not in (Stage.FOLLOW, Stage.DELIVER, Stage.RESCORE)


class Queue(StrEnum):
    """Where a job waits: in the live queue of its stage, or, of whatever stage, among the work that has time."""

    FETCH = "fetch"
    TRANSCRIBE = "transcribe"
    SCORE = "score"
    DELIVER = "deliver"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A call (its sound already put into the blob store: ``content_sha256``, ``size``), a chat (``chat``), the first
    messages of one that goes on (``pieces``), or a call whose sound is yet to be fetched (``url``).

    ``media_type``, ``container`` and ``codec`` are what sniffing told of the sound. ``priority``: above zero goes
    before what waits, below zero goes to the archive queue.
    """

    kind: Kind
    source: str
    content_sha256: str | None = None
    size: int | None = None
    media_type: str | None = None
    container: str | None = None
    codec: str | None = None
    chat: Transcript | None = None
    pieces: tuple[Piece, ...] = ()
    url: str | None = None
    external_id: str | None = None
    vendor: str | None = None
    team: str | None = None
    agent: str | None = None
    customer_ref: str | None = None
    ticket: str | None = None
    direction: Direction | None = None
    started_at: datetime | None = None
    language: str | None = None
    duration_s: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why work on something stopped, in the words of ``qa_engine.errors``."""

    code: str
    message: str
    where: str | None = None
    mend: str | None = None

    @classmethod
    def of(cls, error: QAEngineError) -> Failure:
        return cls(code=error.code, message=error.message, where=error.where, mend=error.mend)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """The latest job of an interaction: what it does now (``step``, ``fraction`` 0..1) or why it stopped."""

    id: str
    stage: str
    state: JobState
    attempts: int
    step: str | None
    fraction: float
    error: Failure | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionRow:
    """One kept interaction with its latest score. ``job`` is its latest job, None in lists of finished ones.

    ``flags`` and ``fatal`` (ids of fatal items seen) are those of the latest scorecard; ``rubric_id`` names its rubric.
    ``risk`` is the probability (0..1) that the customer is dissatisfied, None where it cannot be told;
    ``last_message_at`` is that of a chat that is open, else None.
    """

    interaction: Interaction
    state: State
    received_at: datetime
    size: int | None = None
    media_type: str | None = None
    container: str | None = None
    codec: str | None = None
    playback_sha256: str | None = None
    score: float | None = None
    band: Band | None = None
    fatal: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    needs_review: bool = False
    rubric_id: str | None = None
    scored_at: datetime | None = None
    risk: float | None = None
    last_message_at: datetime | None = None
    job: JobStatus | None = None

    @property
    def id(self) -> str:
        return self.interaction.id

    @property
    def has_audio(self) -> bool:
        return self.interaction.kind is Kind.CALL and self.size is not None


@dataclass(frozen=True, slots=True)
class Accepted:
    """``duplicate``: the very same thing had come before, and ``interaction`` is that one."""

    interaction: InteractionRow
    duplicate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionFilter:
    """What a list shows; None asks nothing. ``q`` is any piece of what was said, or of source, external id, ticket,
    customer or agent.

    Dates bound ``received_at``: from inclusive, to exclusive. Ordered by score the lowest come first, by risk the
    highest; those without one are left out.
    """

    kind: Kind | None = None
    state: State | None = None
    band: Band | None = None
    flag: str | None = None
    fatal: bool | None = None
    needs_review: bool | None = None
    agent: str | None = None
    team: str | None = None
    vendor: str | None = None
    customer_ref: str | None = None
    ticket: str | None = None
    external_id: str | None = None
    q: str | None = None
    score_min: float | None = None
    score_max: float | None = None
    risk_min: float | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None
    order: Literal["newest", "score", "risk"] = "newest"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """``next`` is given back as ``after`` to read on; None at the end."""

    rows: tuple[T, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptScorecard:
    """A scorecard as it was made; never changed. ``versions`` tells what made it."""

    id: str
    interaction_id: str
    scorecard: Scorecard
    versions: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRubric:
    """The text of a rubric that judged something, found again by its SHA-256."""

    sha256: str
    id: str
    version: str
    yaml: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key without its secret; ``prefix`` is what people recognise it by."""

    id: str
    tenant: str
    name: str
    prefix: str
    role: UserRole
    scopes: frozenset[str]
    team: str | None
    agent: str | None
    vendor: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Someone who logs in to the console. ``language`` is zh or en, None before a choice."""

    id: str
    tenant: str
    name: str
    role: UserRole
    team: str | None
    agent: str | None
    vendor: str | None
    language: str | None
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredReply:
    """The answer once given to an idempotent request."""

    status: int
    body: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """One queue. ``queued`` jobs could run now, ``resting`` ones later; ``oldest_s``: since when the oldest could, in
    seconds.

    ``done_by_minute``: jobs done in each minute of the last hour, the present one last. ``retried``: those that ended
    in that hour after more than one attempt; ``died``: those parked because their worker died on them.
    """

    queue: str
    queued: int = 0
    resting: int = 0
    leased: int = 0
    parked: int = 0
    failed: int = 0
    oldest_s: float = 0.0
    done_by_minute: tuple[int, ...] = (0,) * 60
    retried: int = 0
    died: int = 0

    @property
    def done_last_hour(self) -> int:
        return sum(self.done_by_minute)

    @property
    def done_last_5_minutes(self) -> int:
        return sum(self.done_by_minute[-5:])

    @property
    def per_minute(self) -> float:
        """The present pace: of the last five minutes where they tell enough, else since the hour's first job."""
        if self.done_last_5_minutes >= ENOUGH:
            return self.done_last_5_minutes / 5
        first = next((n for n, done in enumerate(self.done_by_minute) if done), len(self.done_by_minute))
        return self.done_last_hour / max(5, len(self.done_by_minute) - first)

    @property
    def drain_s(self) -> float | None:
        """Seconds until nothing waits, at the present pace; None when nothing moves."""
        if not self.queued:
            return 0.0
        return 60 * self.queued / self.per_minute if self.per_minute else None


ENOUGH = 10
"""Jobs that tell a pace."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Half of ``count`` durations are at most ``p50`` seconds, 95 of 100 at most ``p95``."""

    count: int
    p50: float
    p95: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The state of the whole installation, for /metrics and the queue page.

    Of the last hour: ``stages``: seconds from a job's first start to its end, by stage; ``whole``: seconds from the
    acceptance of an interaction to its first score; ``realtime_factor``: seconds of work on a second of recorded sound.
    ``outbox``: messages to the bell that have not left, the first of them for ``outbox_oldest_s`` seconds.
    """

    queues: tuple[QueueFigures, ...]
    stages: Mapping[str, Spread]
    whole: Spread | None
    realtime_factor: float | None
    interactions: Mapping[str, int]
    outbox: int
    outbox_oldest_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the audit log; ``digest`` chains it to the line before."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    digest: str
