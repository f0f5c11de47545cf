"""企业微信 group robot: markdown of at most 4,096 bytes; its URL is its only secret."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from qa_engine.alerts import Grade
from workers.channels.answers import Codes
from workers.channels.wording import Wording

MOST_BYTES = 4096
CODES = Codes(code=("errcode",), message=("errmsg",), busy=(45009, 45033), wrong=(93000, 93008, 40008, 40058))
_COLOURS = {Grade.GENERAL: "info", Grade.SERIOUS: "warning", Grade.MAJOR: "warning"}


def address(url: str, _secret: str | None, _now: datetime) -> str:
    return url


def body(said: Wording, _secret: str | None, _now: datetime) -> dict[str, Any]:
    lines = [f'### <font color="{_COLOURS[said.grade]}">{said.title}</font>']
    lines += [f"> {label}：{text}" if label else f"> {text}" for label, text in said.lines]
    end = f"\n[{said.button}]({said.link})" if said.link else ""
    return {"msgtype": "markdown", "markdown": {"content": fitting(lines, MOST_BYTES, end)}}


def fitting(lines: list[str], most: int, end: str = "", joint: str = "\n") -> str:
    """As many whole lines as fit, in UTF-8, with the end."""
    kept, left = lines[:1], most - len((lines[0] + end).encode())
    for line in lines[1:]:
        left -= len((joint + line).encode())
        if left < 0:
            break
        kept.append(line)
    return joint.join(kept) + end
