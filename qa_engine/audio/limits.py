"""What a recording may cost: caps on time, channels and bytes, counted while it is decoded."""

from __future__ import annotations

from dataclasses import dataclass

from qa_engine.settings import Settings


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps of one recording.

    ``max_seconds`` is decoded sound, ``max_bytes`` the file. The decoder may hold ``address_space`` bytes and work for
    ``work_seconds`` of processor time and, twice over, of wall clock (a busy machine is no fault of the file):
    ``grace_seconds`` and a fiftieth of the longest recording.
    """

    max_seconds: float
    max_bytes: int
    max_channels: int = 2
    address_space: int = 2 << 30
    min_rate: int = 4_000
    max_rate: int = 192_000
    grace_seconds: int = 30

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        return cls(max_seconds=settings.max_audio_hours * 3600, max_bytes=settings.max_upload_mb << 20)

    @property
    def work_seconds(self) -> int:
        return self.grace_seconds + round(self.max_seconds * 0.02)
