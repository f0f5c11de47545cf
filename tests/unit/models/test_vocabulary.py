"""Business words are single terms; sentences are refused because they make the recogniser lose text."""

from pathlib import Path

import pytest

from models.asr.vocabulary import read_vocabulary
from qa_engine.errors import BadSetting


def test_it_reads_terms_in_order_without_comments_and_doubles(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("\ufeff# goods\n宽带\n携号转网  # 业务\n\n宽带\nPlatinum Motors of the North West\n", "utf-8")
    assert read_vocabulary(path).terms == ("宽带", "携号转网", "Platinum Motors of the North West")


def test_its_digest_follows_the_terms(tmp_path: Path) -> None:
    one, two = tmp_path / "1.txt", tmp_path / "2.txt"
    one.write_text("宽带\n# note\n", "utf-8")
    two.write_text("宽带", "utf-8")
    assert read_vocabulary(one).sha256 == read_vocabulary(two).sha256 != read_vocabulary(None).sha256


def test_it_refuses_a_sentence_and_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "v.txt"
    path.write_text("宽带\n您好请问有什么可以帮您的吗先生您请说吧\n", "utf-8")
    with pytest.raises(BadSetting) as caught:
        read_vocabulary(path)
    assert caught.value.where == f"{path}:2"


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xff"])
def test_it_refuses_what_it_cannot_read(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "v.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadSetting, match="cannot be read"):
        read_vocabulary(path)
