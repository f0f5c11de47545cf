"""The cookie of a console session and the CSRF token bound to it: what scripts and forms of that session send back."""

from __future__ import annotations

import hashlib
import hmac

SESSION_COOKIE = "qae_session"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def csrf_of(secret: str) -> str:
    """The one CSRF token of a session; derived, so that no server keeps state, and it tells nothing of the secret."""
    return hmac.new(secret.encode(), b"qa-engine csrf", hashlib.sha256).hexdigest()


def csrf_matches(secret: str | None, given: str | None) -> bool:
    """Whether ``given`` is the token of ``secret``; False when either is missing."""
    return bool(secret and given) and hmac.compare_digest(csrf_of(secret or "").encode(), (given or "").encode())
