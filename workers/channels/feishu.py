"""飞书 group robot: a card, signed in the body where the robot asks for it (签名校验)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any

from qa_engine.alerts import Grade
from workers.channels.answers import Codes
from workers.channels.wecom import fitting
from workers.channels.wording import Wording

MOST_BYTES = 15_000
"""Of the text; the whole message may have 20 KB."""
CODES = Codes(
    code=("code", "StatusCode"), message=("msg", "StatusMessage"), busy=(11232, 11233, 99991400),
    wrong=(19001, 19002, 19021, 19022, 19024, 19036),
)  # fmt: skip
_COLOURS = {Grade.GENERAL: "blue", Grade.SERIOUS: "orange", Grade.MAJOR: "red"}


def address(url: str, _secret: str | None, _now: datetime) -> str:
    return url


def body(said: Wording, secret: str | None, now: datetime) -> dict[str, Any]:
    lines = [f"**{label}** {text}" if label else text for label, text in said.lines]
    elements: list[dict[str, Any]] = [
        {"tag": "div", "text": {"tag": "lark_md", "content": fitting(lines, MOST_BYTES)}},
    ]
    if said.link:
        button = {"tag": "button", "text": {"tag": "plain_text", "content": said.button}, "type": "primary"}
        elements.append({"tag": "action", "actions": [{**button, "url": said.link}]})
    head = {"title": {"tag": "plain_text", "content": said.title}, "template": _COLOURS[said.grade]}
    card = {"config": {"wide_screen_mode": True}, "header": head, "elements": elements}
    return {**_signature(secret, now), "msg_type": "interactive", "card": card}


def _signature(secret: str | None, now: datetime) -> dict[str, str]:
    """HMAC-SHA256 of nothing, keyed by timestamp (seconds), line feed and secret."""
    if not secret:
        return {}
    stamp = str(int(now.timestamp()))
    digest = hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}
