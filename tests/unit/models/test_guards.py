"""Lines that nobody said are known; what people really say stays."""

import pytest

from models.asr.guards import cut_loops, is_phantom
from models.asr.options import GuardOptions
from models.asr.units import Unit
from qa_engine.domain import Word

OPTIONS = GuardOptions()
PROMPT = "以下是普通话客服通话的简体中文记录。"


def units(text: str, confidence: float = 0.9) -> list[Unit]:
    words = text.split() if " " in text or text.isascii() else list(text)
    return [Unit(Word(word, float(i), i + 0.5, confidence)) for i, word in enumerate(words)]


@pytest.mark.parametrize(
    ("text", "confidence", "phantom"),
    [
        ("中文字幕制作人", 0.9, True),
        ("谢谢观看", 0.9, True),
        ("请不吝点赞", 0.9, True),
        ("Thanks for watching", 0.9, True),
        ("以下是普通话客服通话的简体中文记录", 0.9, True),
        ("普通话客服通话", 0.9, True),
        ("You", 0.2, True),
        ("You", 0.9, False),
        ("谢谢", 0.3, True),
        ("谢谢", 0.8, False),
        ("电视的字幕调不出来怎么办", 0.6, False),
        ("客服通话", 0.9, False),
        ("我要投诉你们", 0.3, False),
        ("thank you for calling", 0.3, False),
        ("", 0.9, True),
    ],
)
def test_it_knows_lines_that_the_model_makes_up(text: str, confidence: float, phantom: bool) -> None:
    assert is_phantom(units(text, confidence), PROMPT, OPTIONS) is phantom


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("试" * 30, "试"),
        ("好的" * 12 + "再见", "好的再见"),
        ("对对对对", "对对对对"),
        ("好的好的好的", "好的好的好的"),
        ("八八八八六六六六", "八八八八六六六六"),
        ("我帮您查一下" * 6, "我帮您查一下"),
        ("", ""),
    ],
)
def test_it_cuts_endless_loops_and_leaves_what_people_repeat(said: str, kept: str) -> None:
    assert "".join(unit.text for unit in cut_loops(units(said), OPTIONS)) == kept
