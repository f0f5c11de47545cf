"""Decides the language of a call: told with it, fixed by setting, or detected on its speech, once."""

from __future__ import annotations

from collections.abc import Sequence

from models.asr.packing import Window
from models.asr.recognizer import Recognizer
from qa_engine.domain import Interaction, Recording
from qa_engine.errors import BadInput
from qa_engine.settings import Settings

AUTO = "auto"
WINDOWS = 3
UNKNOWN = "und"
"""ISO 639 for undetermined: nobody speaks."""


def choose_language(
    interaction: Interaction,
    settings: Settings,
    recognizer: Recognizer,
    recording: Recording,
    windows: Sequence[Window],
) -> str:
    """A Whisper language code. Detection hears the windows with most speech of all channels. Raises BadInput."""
    told = interaction.language or settings.language
    if told and told != AUTO:
        return _known(told, recognizer) if windows else _plain(told)
    if not windows:
        return UNKNOWN
    fullest = sorted(windows, key=lambda window: -window.speech_s)[:WINDOWS]
    code, _ = recognizer.detect([window.sound(recording) for window in fullest])
    return code


def _plain(told: str) -> str:
    return told.strip().lower().replace("_", "-").split("-")[0]


def _known(told: str, recognizer: Recognizer) -> str:
    code = _plain(told)
    if code not in recognizer.languages():
        raise BadInput(
            f"the recogniser does not know the language `{told}`", where="language", mend="give zh, en ... or auto"
        )
    return code
