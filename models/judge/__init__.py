"""A language model behind an OpenAI-compatible endpoint, asked for second opinions (docs/judge.md)."""

from models.judge.judge import OpenAIJudge

__all__ = ["OpenAIJudge"]
