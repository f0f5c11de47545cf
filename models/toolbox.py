"""Builds the tools of the pipeline from settings; each loads its weights at its first use, so building is cheap."""

from __future__ import annotations

from qa_engine.pipeline import Tools
from qa_engine.ports import EmotionModel, VoiceEmotionModel
from qa_engine.settings import Settings

OWN_EMOTION = "own"
NO_EMOTION = ("none", "")


def build_tools(settings: Settings) -> Tools:
    """Recogniser, sound detector, embedder, acts and, where set, emotion models and judge; shared by the process."""
    from models.acts import load as load_acts  # noqa: PLC0415
    from models.asr import WhisperTranscriber  # noqa: PLC0415 - seconds of imports that a listing does not need
    from models.embeddings import E5Embedder  # noqa: PLC0415
    from models.judge import OpenAIJudge  # noqa: PLC0415
    from models.risk import load as load_risk  # noqa: PLC0415
    from models.sound import OmniSound  # noqa: PLC0415

    return Tools(
        transcriber=WhisperTranscriber(settings),
        detector=OmniSound(settings.home),
        embedder=E5Embedder(settings.home),
        emotion=emotion_model(settings.emotion_model),
        voice=voice_model(settings),
        voice_share=settings.voice_emotion_share,
        acts=load_acts(),
        risk=load_risk,
        judge=OpenAIJudge(settings) if settings.judge_url else None,
    )


def voice_model(settings: Settings) -> VoiceEmotionModel | None:
    """That of a hub or folder, where one is set. Raises BadSetting for a mapping of labels that cannot be read."""
    if settings.voice_emotion_model in NO_EMOTION:
        return None
    from models.voice.hf import HuggingFaceVoice  # noqa: PLC0415
    from models.voice.labels import mapping_of  # noqa: PLC0415

    return HuggingFaceVoice(settings.voice_emotion_model, mapping_of(settings.voice_emotion_labels))


def emotion_model(name: str) -> EmotionModel | None:
    """Ours by its name, none, or that of a hub."""
    if name in NO_EMOTION:
        return None
    if name == OWN_EMOTION:
        from models.emotion.own import OwnEmotion  # noqa: PLC0415

        return OwnEmotion()
    from models.emotion.hf import HuggingFaceEmotion  # noqa: PLC0415

    return HuggingFaceEmotion(name)
