"""Recognition by faster-whisper: one adapter behind ports.Transcriber."""

from models.asr.transcriber import WhisperTranscriber

__all__ = ["WhisperTranscriber"]
