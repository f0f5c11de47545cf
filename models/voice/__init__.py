"""Voice emotion models behind the VoiceEmotionModel port."""
