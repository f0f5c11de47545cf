"""Loads a classifier of a hub or of a folder by transformers, and tells in one line why it cannot."""

from __future__ import annotations

from typing import Any

from qa_engine.errors import BadSetting


def classifier(task: str, model: str, setting: str) -> Any:
    """The pipeline of a task such as ``text-classification``. Raises BadSetting, which names the setting."""
    try:
        from transformers import pipeline  # noqa: PLC0415 - seconds to import, and an extra
        from transformers.utils import logging  # noqa: PLC0415
    except ImportError:
        raise BadSetting(
            "an emotion model is set, but torch and transformers are not installed",
            where=setting,
            mend="pip install 'qa-engine[hf]'",
        ) from None
    logging.disable_progress_bar()
    try:
        return pipeline(task, model=model)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        told = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise BadSetting(
            f"{model} cannot be loaded for {task}: {told}",
            where=setting,
            mend=f"name a {task} model of the hub that this machine reaches, or a folder with its files",
        ) from error
