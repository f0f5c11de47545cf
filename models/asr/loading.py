"""Decides which Whisper is loaded: the packaged base, a folder, or any faster-whisper name; and what it is called."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from faster_whisper import WhisperModel

from models.pins import SILERO, WHISPER_BASE
from models.weights import ready, sha256_of
from qa_engine.errors import BadSetting, WeightsMissing
from qa_engine.settings import Settings

PACKAGED = "base"


def load_whisper(settings: Settings) -> WhisperModel:
    """The model of the settings. Raises WeightsMissing where files are not to be had, BadSetting for bad options."""
    ready(SILERO, settings.home)
    where = _place(settings)
    try:
        return WhisperModel(
            where,
            device=settings.asr_device,
            compute_type=settings.asr_compute_type,
            cpu_threads=settings.asr_threads,
        )
    except ValueError as error:
        raise BadSetting(
            f"recognition cannot start: {error}",
            where="QA_ENGINE_ASR_MODEL, QA_ENGINE_ASR_DEVICE, QA_ENGINE_ASR_COMPUTE_TYPE",
            mend="try asr_model=base, asr_device=cpu, asr_compute_type=int8",
        ) from error
    except Exception as error:
        raise WeightsMissing(
            f"the recogniser `{settings.asr_model}` cannot be loaded: {error}",
            where="QA_ENGINE_ASR_MODEL",
            mend="a name other than `base` needs the internet at its first use; give `base` or a folder",
        ) from error


def model_label(settings: Settings) -> str:
    """Name and the first 12 digits of the weights' SHA-256, as kept beside results; a hub's name stands for itself."""
    if settings.asr_model == PACKAGED:
        return f"base@{WHISPER_BASE.sha256[:12]}"
    weights = Path(settings.asr_model) / "model.bin"
    if weights.is_file():
        stat = weights.stat()
        return f"{Path(settings.asr_model).resolve().name}@{_digest(weights, stat.st_size, stat.st_mtime_ns)[:12]}"
    return settings.asr_model


def _place(settings: Settings) -> str:
    if settings.asr_model == PACKAGED:
        return str(ready(WHISPER_BASE, settings.home))
    folder = Path(settings.asr_model)
    if folder.is_dir() and not (folder / "model.bin").is_file():
        raise WeightsMissing(
            "no model.bin in the folder", where=str(folder), mend="give a CTranslate2 Whisper folder, or `base`"
        )
    return settings.asr_model


@lru_cache(maxsize=8)
def _digest(weights: Path, _size: int, _mtime_ns: int) -> str:
    return sha256_of(weights)
