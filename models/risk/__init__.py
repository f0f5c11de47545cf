"""The trained customer-risk model: its numbers, how they are loaded, and how they were made."""

from models.risk.store import load

__all__ = ["load"]
