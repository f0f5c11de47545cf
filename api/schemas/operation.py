"""What health endpoints answer."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class Alive(BaseModel):
    """The process is there."""

    status: Literal["ok"] = "ok"
    version: str = Field(examples=["0.1.0"])


class Ready(BaseModel):
    """``storage`` is ok or the code of what is away or full; ``redis`` is ok, away or embedded."""

    ready: bool
    storage: str = Field(examples=["ok"])
    redis: str = Field(examples=["ok"])
