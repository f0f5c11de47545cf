"""Writes the documents that are made from the code; the tests beside hold them true."""

from __future__ import annotations

from pathlib import Path

from api import document
from qa_engine.rubric.reference import operator_reference
from qa_engine.settings import Settings

ROOT = Path(__file__).resolve().parents[2]

SETTINGS_HEAD = """# Settings

Environment variables, or lines of a `.env` file in the working folder. This page is made from the code (`make docs`).

| variable | default | meaning |
|---|---|---|
"""


def settings_page() -> str:
    """Every setting with its default and meaning."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, "") else f"`{field.default}`"
        rows.append(f"| `QA_ENGINE_{name.upper()}` | {default} | {field.description} |")
    return SETTINGS_HEAD + "\n".join(rows) + "\n"


OPERATORS_HEAD = """# Operators

What a condition of [a rubric](rubric-language.md) may ask. The examples are asked by the tests.
This page is made from the code (`make docs`).

"""


def operators_page() -> str:
    """Every operator with its fields and examples."""
    return OPERATORS_HEAD + operator_reference()


PAGES = {
    "docs/settings.md": settings_page,
    "docs/openapi.json": document.text,
    "docs/rubric-operators.md": operators_page,
}


def main() -> None:
    for path, make in PAGES.items():
        (ROOT / path).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
