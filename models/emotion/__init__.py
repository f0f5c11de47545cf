"""Emotion models behind the EmotionModel port."""
