"""The one frozen thing that a checker may see."""

from __future__ import annotations

from dataclasses import dataclass

from qa_engine.domain.interaction import Interaction
from qa_engine.domain.signals import Signals
from qa_engine.domain.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Dossier:
    """An interaction with its transcript and signals; a chat is a dossier without acoustics."""

    interaction: Interaction
    transcript: Transcript
    signals: Signals
