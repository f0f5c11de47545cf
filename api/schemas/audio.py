"""What the sound's endpoints answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field


class AudioLink(BaseModel):
    """A link that carries its own credentials for a short while."""

    href: str = Field(examples=["/v1/interactions/01KAKQ6ZQ1R2T3Y4V5W6X7Y8Z9/audio?token=..."])
    expires_at: datetime


_SOUND: dict[str, Any] = {"audio/*": {"schema": {"type": "string", "format": "binary"}}}
AUDIO_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The whole recording", "content": _SOUND},
    206: {"description": "The one range that was asked for", "content": _SOUND},
}
