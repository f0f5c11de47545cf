"""Every error a user may meet: what happened, where, and how to mend it."""

from __future__ import annotations


class QAEngineError(Exception):
    """Base of all errors with a message for people.

    ``code`` is stable (API problem type, report column); ``where`` names file, line or field; ``mend`` the remedy.
    """

    code = "error"

    def __init__(self, message: str, *, where: str | None = None, mend: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        mend = f" ({self.mend})" if self.mend else ""
        return f"{place}{self.message}{mend}"


class BadInput(QAEngineError):
    """What came in cannot be used as it is; nothing was lost, the sender can mend it."""

    code = "bad_input"


class BadAudio(BadInput):
    """A recording that cannot be decoded or breaks a cap."""

    code = "bad_audio"


class BadChat(BadInput):
    """A chat export that cannot be read."""

    code = "bad_chat"


class BadRubric(BadInput):
    """A rubric pack that cannot be used; ``where`` is file:line."""

    code = "bad_rubric"


class BadSetting(QAEngineError):
    """A setting that cannot be used."""

    code = "bad_setting"


class WeightsMissing(QAEngineError):
    """A model's files are absent or do not carry the pinned SHA-256."""

    code = "weights_missing"


class NotFound(QAEngineError):
    """No such thing, or not for the one who asks: the two are not told apart."""

    code = "not_found"


class Forbidden(QAEngineError):
    """The one who asks may not do this."""

    code = "forbidden"


class Conflict(QAEngineError):
    """The request contradicts what is already kept (idempotency key reused, version taken)."""

    code = "conflict"


class StaleFence(QAEngineError):
    """A worker tried to commit with a lease that someone else holds by now; its result is dropped."""

    code = "stale_fence"
