"""The trained model of dialogue acts: its numbers, how they are loaded, and the sentences it was made from."""

from models.acts.store import load

__all__ = ["load"]
