"""Builds the tools of the pipeline from settings; each loads its weights at its first use, so building is cheap."""

from __future__ import annotations

from qa_engine.pipeline import Tools
from qa_engine.settings import Settings


def build_tools(settings: Settings) -> Tools:
    """Recogniser, sound detector, embedder, acts and, where set, emotion model and judge; shared by the process."""
    from models.acts import load as load_acts  # noqa: PLC0415
    from models.asr import WhisperTranscriber  # noqa: PLC0415 - seconds of imports that a listing does not need
    from models.embeddings import E5Embedder  # noqa: PLC0415
    from models.emotion.hf import HuggingFaceEmotion  # noqa: PLC0415
    from models.judge import OpenAIJudge  # noqa: PLC0415
    from models.risk import load as load_risk  # noqa: PLC0415
    from models.sound import OmniSound  # noqa: PLC0415

    return Tools(
        transcriber=WhisperTranscriber(settings),
        detector=OmniSound(settings.home),
        embedder=E5Embedder(settings.home),
        emotion=HuggingFaceEmotion(settings.emotion_model) if settings.emotion_model else None,
        acts=load_acts(),
        risk=load_risk,
        judge=OpenAIJudge(settings) if settings.judge_url else None,
    )
