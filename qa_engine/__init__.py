"""QA Engine: the judgement of every call and chat; it knows no weights, no web and no queue."""

__version__ = "0.1.0"
