"""Operators that are answered for a whole batch at once. Every other operator is asked of the interpreter."""

from qa_engine.checkers.operators.not_says import NotSays
from qa_engine.checkers.operators.says import Says
from qa_engine.scoring.bulk.forms import words
from qa_engine.scoring.bulk.sheet import Form

FORMS: dict[type, Form] = {Says: words.says, NotSays: words.not_says}
"""By the operator's class; a class derived from one of these has no form of its own until it is written here."""

__all__ = ["FORMS"]
