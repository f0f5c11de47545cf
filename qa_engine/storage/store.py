"""The one door to everything that is kept: who asks is told with every read, and what is not theirs is not there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from qa_engine.audio.waveform import Waveform
from qa_engine.domain import Principal, Signals, Transcript, UserRole
from qa_engine.ports import BlobStore
from qa_engine.rubric import Rubric
from qa_engine.settings import Settings
from qa_engine.storage.records import (
    Accepted,
    ApiKey,
    AuditEntry,
    Figures,
    Incoming,
    InteractionFilter,
    InteractionRow,
    KeptRubric,
    KeptScorecard,
    Page,
    StoredReply,
    User,
)


class Store:
    """Thread-safe; one a process. Raises only errors of ``qa_engine.errors``; NotFound also for what is not yours."""

    settings: Settings
    blobs: BlobStore

    @classmethod
    def open(cls, settings: Settings) -> Store:
        """Connect, bring the tables up to date, make the folders. Raises BadSetting when that cannot be done."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def ping(self) -> None:
        """One round trip to the database and a look at the blob store; raises QAEngineError when either is away."""
        raise NotImplementedError

    # -- interactions

    def accept(self, principal: Principal, incoming: Incoming) -> Accepted:
        """Row, first job and outbox entry, committed together when this returns.

        Raises Conflict when its external id is kept with other content, Forbidden when the principal may not write.
        Put the sound first: ``sha, size = store.blobs.put(stream)``.
        """
        raise NotImplementedError

    def interactions(
        self,
        principal: Principal,
        wanted: InteractionFilter = InteractionFilter(),  # noqa: B008 - frozen
        after: str | None = None,
        limit: int = 50,
    ) -> Page[InteractionRow]:
        """One page of what the principal may see; ``after`` is the ``next`` of the page before (BadInput if not)."""
        raise NotImplementedError

    def interaction(self, principal: Principal, interaction_id: str) -> InteractionRow:
        """With its latest job. Raises NotFound."""
        raise NotImplementedError

    def counts(
        self, principal: Principal, received_from: datetime | None = None, received_to: datetime | None = None
    ) -> Mapping[str, Mapping[str, int]]:
        """How many the principal may see: ``{"state": {...}, "band": {...}, "kind": {...}}``."""
        raise NotImplementedError

    def transcript(self, principal: Principal, interaction_id: str) -> Transcript | None:
        """None until it is there."""
        raise NotImplementedError

    def signals(self, principal: Principal, interaction_id: str) -> Signals | None: ...

    def waveform(self, principal: Principal, interaction_id: str) -> Waveform | None:
        """None until it is there, and for chats."""
        raise NotImplementedError

    def open_audio(self, principal: Principal, interaction_id: str) -> tuple[BinaryIO, int, str]:
        """Seekable stream, size in bytes and media type: the copy that browsers play if there is one, else the original.

        Raises NotFound for chats.
        """
        raise NotImplementedError

    def release(self, principal: Principal, interaction_id: str) -> InteractionRow:
        """Put the parked or failed job of an interaction back to work, its attempts forgotten."""
        raise NotImplementedError

    def rescore(self, principal: Principal, interaction_id: str, rubric: str | None = None) -> str:
        """Queue another judgement of stored results; returns the job's id. Raises Conflict before there are any."""
        raise NotImplementedError

    # -- scorecards and rubrics

    def scorecard(self, principal: Principal, interaction_id: str, rubric: str | None = None) -> KeptScorecard | None:
        """The latest, or the latest by a rubric's id or SHA-256."""
        raise NotImplementedError

    def scorecards(self, principal: Principal, interaction_id: str) -> Sequence[KeptScorecard]:
        """All, newest first."""
        raise NotImplementedError

    def keep_rubric(self, rubric: Rubric) -> None:
        raise NotImplementedError

    def rubrics(self, principal: Principal) -> Sequence[KeptRubric]:
        """Newest first; those that judged something or were kept by hand."""
        raise NotImplementedError

    def rubric(self, principal: Principal, id_or_sha256: str) -> KeptRubric:
        """The newest of that id, or the one of that SHA-256. Raises NotFound."""
        raise NotImplementedError

    # -- keys

    def create_key(
        self,
        principal: Principal,
        name: str,
        role: UserRole = UserRole.SERVICE,
        *,
        scopes: frozenset[str] = frozenset({"read", "write"}),
        team: str | None = None,
        agent: str | None = None,
        vendor: str | None = None,
        expires_at: datetime | None = None,
    ) -> tuple[str, ApiKey]:
        """The key itself (shown once, ``qae_...``) and its record. Needs role admin. Scopes: read, write, admin."""
        raise NotImplementedError

    def principal_of_key(self, plaintext: str) -> Principal | None:
        """None when unknown, revoked or expired."""
        raise NotImplementedError

    def revoke_key(self, principal: Principal, key_id: str) -> None:
        raise NotImplementedError

    def keys(self, principal: Principal) -> Sequence[ApiKey]: ...

    # -- users

    def create_user(
        self,
        principal: Principal,
        name: str,
        password: str,
        role: UserRole,
        *,
        team: str | None = None,
        agent: str | None = None,
        vendor: str | None = None,
        language: str | None = None,
    ) -> User:
        """Raises Conflict for a taken name, BadInput for a password under 10 characters or a role without its team."""
        raise NotImplementedError

    def set_password(self, principal: Principal, name: str, password: str) -> None:
        """Of oneself, or of anyone by an admin; ends that user's sessions."""
        raise NotImplementedError

    def set_language(self, principal: Principal, language: str) -> None:
        """The user's own choice, zh or en."""
        raise NotImplementedError

    def users(self, principal: Principal) -> Sequence[User]: ...

    def user(self, principal: Principal) -> User | None:
        """The record of the user who asks; None for keys."""
        raise NotImplementedError

    def log_in(self, name: str, password: str, ip: str) -> tuple[str, Principal]:
        """A session token (for an HttpOnly cookie). Raises Denied, or Throttled after too many tries."""
        raise NotImplementedError

    def principal_of_session(self, token: str) -> Principal | None: ...

    def log_out(self, token: str) -> None: ...

    # -- requests, audit, figures

    def begin_idempotent(self, principal: Principal, key: str, fingerprint: str) -> StoredReply | None:
        """None: go on, then call ``finish_idempotent`` (or ``abandon_idempotent`` when it failed without effect).

        A reply: give that again. Raises Conflict when the key came with another fingerprint (SHA-256 of the request),
        or when its first request is still being worked on.
        """
        raise NotImplementedError

    def finish_idempotent(self, principal: Principal, key: str, status: int, body: Any) -> None: ...

    def abandon_idempotent(self, principal: Principal, key: str) -> None: ...

    def audit(self, principal: Principal, action: str, subject: str, detail: Mapping[str, Any] | None = None) -> None:
        """Append one line; it can never be changed unseen."""
        raise NotImplementedError

    def audit_log(self, principal: Principal, after: int | None = None, limit: int = 100) -> Sequence[AuditEntry]:
        """Newest first, for admins."""
        raise NotImplementedError

    def verify_audit(self) -> int | None:
        """The id of the first line that does not fit the chain; None when it is whole."""
        raise NotImplementedError

    def figures(self) -> Figures: ...
