"""Who is asking: every read and write of kept things carries one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class UserRole(StrEnum):
    ADMIN = "admin"
    QA_LEAD = "qa_lead"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    VENDOR_MANAGER = "vendor_manager"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A user, API key or process. A supervisor sees ``team``, an agent ``agent``, a vendor manager ``vendor``."""

    id: str
    tenant: str
    role: UserRole
    name: str = ""
    team: str | None = None
    agent: str | None = None
    vendor: str | None = None
    scopes: frozenset[str] = frozenset()
