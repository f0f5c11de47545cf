"""Tables of alerts: strategies, alerts with their events, channels and what left by them."""

from __future__ import annotations
