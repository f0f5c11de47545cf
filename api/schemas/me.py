"""How someone who asks is told who they are."""

from __future__ import annotations

from pydantic import BaseModel, Field

from qa_engine.domain import Principal, UserRole
from qa_engine.storage.access import SCOPES, may


class Me(BaseModel):
    """``may`` is what role and scopes together allow."""

    id: str
    name: str
    role: UserRole
    tenant: str
    team: str | None = None
    agent: str | None = None
    vendor: str | None = None
    may: list[str] = Field(examples=[["read", "write"]])

    @classmethod
    def of(cls, principal: Principal) -> Me:
        allowed = sorted(scope for scope in SCOPES if may(principal, scope))
        return cls(
            id=principal.id, name=principal.name, role=principal.role, tenant=principal.tenant, team=principal.team,
            agent=principal.agent, vendor=principal.vendor, may=allowed,
        )  # fmt: skip
