"""Tables of rubric versions: in which state each is for a tenant, and who brought it there."""

from __future__ import annotations
