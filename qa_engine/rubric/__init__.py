"""The rubric language: packs of judgement as data, read, checked and hashed."""

from qa_engine.rubric.finding import Finding
from qa_engine.rubric.library import list_packs, load_rubric, read_rubric
from qa_engine.rubric.lint import lint
from qa_engine.rubric.schema import json_schema
from qa_engine.rubric.spec import Item, Rubric

__all__ = ["Finding", "Item", "Rubric", "json_schema", "lint", "list_packs", "load_rubric", "read_rubric"]
