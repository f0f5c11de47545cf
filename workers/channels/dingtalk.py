"""钉钉 group robot: markdown, signed in the query where the robot asks for it (加签)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from workers.channels.answers import Codes
from workers.channels.wecom import fitting
from workers.channels.wording import Wording

MOST_BYTES = 18_000
"""Of the text; the whole message may have 20,000."""
CODES = Codes(
    code=("errcode",), message=("errmsg",), busy=(130101, 90018, 90030, 302033), wrong=(310000, 300001, 300005, 400102)
)


def address(url: str, secret: str | None, now: datetime) -> str:
    """With ``timestamp`` in milliseconds and ``sign`` (HMAC-SHA256 of timestamp, line feed, secret; keyed by it)."""
    if not secret:
        return url
    stamp = int(now.timestamp() * 1000)
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}timestamp={stamp}&sign={quote_plus(base64.b64encode(digest))}"


def body(said: Wording, _secret: str | None, _now: datetime) -> dict[str, Any]:
    lines = [f"### {said.title}", *(f"- {label}：{text}" if label else f"- {text}" for label, text in said.lines)]
    end = f"\n\n[{said.button}]({said.link})" if said.link else ""
    return {"msgtype": "markdown", "markdown": {"title": said.title, "text": fitting(lines, MOST_BYTES, end)}}
