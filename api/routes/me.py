"""Who asks, and what they may do."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import CREDENTIALS, Asker
from api.openapi import problems
from api.schemas.me import Me

router = APIRouter(prefix="/v1/me", tags=["account"], dependencies=CREDENTIALS)


@router.get("", responses=problems(), summary="Who you are")
def get_me(principal: Asker) -> Me:
    """The user or API key of this request, and what it may do."""
    return Me.of(principal)
