"""Kept JSON text is read in one go, to the same objects that reading it step by step gives."""

from __future__ import annotations

import pytest

from qa_engine.domain import Signals, Transcript
from qa_engine.domain.codec import dump, load, load_text
from qa_engine.errors import BadInput
from qa_engine.signals import measure
from qa_engine.storage.types import json_text
from tests.unit.storage.cast import chat

TOLD = chat("您好", '{"v":1}', '\\","v":1}', "😀")


def test_text_gives_what_its_object_gives() -> None:
    for value in (TOLD, measure(TOLD, None)):
        text = json_text(dump(value)).encode()
        assert load_text(type(value), text) == load(type(value), dump(value)) == value


@pytest.mark.parametrize("more", [{}, {"voice": "said later"}, {"zz": 1}])
def test_what_a_later_version_added_does_not_disturb(more: dict[str, object]) -> None:
    assert load_text(Transcript, json_text({**dump(TOLD), **more}).encode()) == TOLD


@pytest.mark.parametrize("version", [2, 11, 21])
def test_a_later_form_is_refused(version: int) -> None:
    with pytest.raises(BadInput, match="newer version"):
        load_text(Transcript, json_text({**dump(TOLD), "v": version}).encode())


def test_what_is_no_such_object_is_refused() -> None:
    with pytest.raises(ValueError, match="validation error"):
        load_text(Signals, b'{"turns":7,"v":1}')
