"""Decides who must know now: strategies as data over the facts of one interaction, with grades and deadlines."""

from qa_engine.alerts.domain import Alert, AlertState, Facts, Grade, Mood, Per, Step

__all__ = ["Alert", "AlertState", "Facts", "Grade", "Mood", "Per", "Step"]
