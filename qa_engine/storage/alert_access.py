"""Who may follow alerts and who may see to them; which ones is a matter of the interactions that they may see."""

from __future__ import annotations

from qa_engine.domain import Principal, UserRole
from qa_engine.errors import Forbidden
from qa_engine.storage.access import READ, WRITE, require

HANDLERS = frozenset({UserRole.ADMIN, UserRole.QA_LEAD, UserRole.SUPERVISOR, UserRole.VENDOR_MANAGER})
"""Alerts are theirs: also of those who may change nothing else."""
FOLLOWERS = HANDLERS | {UserRole.SERVICE}


def follows(principal: Principal) -> None:
    """Raises Forbidden for whoever may not see alerts: agents are talked to by people, not by a board."""
    require(principal, READ)
    if principal.role not in FOLLOWERS:
        raise Forbidden(f"role {principal.role} may not see alerts", mend="ask your supervisor")


def may_handle(principal: Principal) -> bool:
    """A key with scopes needs that of writing."""
    return principal.role in HANDLERS and (not principal.scopes or WRITE in principal.scopes)


def handles(principal: Principal) -> None:
    """Raises Forbidden."""
    follows(principal)
    if not may_handle(principal):
        raise Forbidden("you may not see to alerts", mend="ask a supervisor or QA lead")
