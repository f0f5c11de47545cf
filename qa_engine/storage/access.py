"""Who may see and do what: every query asks here, and what is not allowed here is denied."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false

from qa_engine.domain import Principal, UserRole
from qa_engine.errors import Forbidden, QAEngineError
from qa_engine.storage.tables import interactions

SYSTEM = Principal(id="system", tenant="default", role=UserRole.ADMIN, name="system")
"""The installation itself: its workers and its command line."""

READ, WRITE, ADMIN = "read", "write", "admin"
SCOPES = frozenset({READ, WRITE, ADMIN})

ALLOWED: dict[UserRole, frozenset[str]] = {
    UserRole.ADMIN: SCOPES,
    UserRole.QA_LEAD: frozenset({READ, WRITE}),
    UserRole.SUPERVISOR: frozenset({READ}),
    UserRole.AGENT: frozenset({READ}),
    UserRole.VENDOR_MANAGER: frozenset({READ}),
    UserRole.SERVICE: frozenset({READ, WRITE}),
}

TENANT_WIDE = frozenset({UserRole.ADMIN, UserRole.QA_LEAD, UserRole.SERVICE})


class Denied(QAEngineError):
    """Name or password is wrong; which of them is not told."""

    code = "denied"


class Throttled(QAEngineError):
    """Too many tries; ``retry_after_s`` tells how long to wait."""

    code = "throttled"

    def __init__(self, message: str, *, retry_after_s: int, mend: str | None = None) -> None:
        super().__init__(message, mend=mend)
        self.retry_after_s = retry_after_s


def may(principal: Principal, scope: str) -> bool:
    """The role says what is allowed at most; scopes, where there are any, narrow it."""
    return scope in ALLOWED[principal.role] and (not principal.scopes or scope in principal.scopes)


def require(principal: Principal, scope: str) -> None:
    """Raises Forbidden."""
    if not may(principal, scope):
        raise Forbidden(f"role {principal.role} may not {scope} this", mend="ask an administrator")


def visible(principal: Principal) -> ColumnElement[bool]:
    """The interactions that the principal may see, as a condition on the table."""
    own = interactions.c.tenant == principal.tenant
    if not may(principal, READ):
        return false()
    if principal.role in TENANT_WIDE:
        return own
    limit = {
        UserRole.SUPERVISOR: (interactions.c.team, principal.team),
        UserRole.AGENT: (interactions.c.agent, principal.agent),
        UserRole.VENDOR_MANAGER: (interactions.c.vendor, principal.vendor),
    }.get(principal.role)
    if limit is None or not limit[1]:
        return false()
    return own & (limit[0] == limit[1])
