"""What each WeCom message type says, as words for the replay and a kind of turn."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from qa_engine.domain import TurnKind as K

QUOTE, QUOTE_END = "这是一条引用/回复消息", "------"


@dataclass(frozen=True, slots=True)
class Part:
    """One turn's worth: ``recalls`` is the id of the message taken back, ``aside`` what the sender only quotes."""

    text: str
    kind: K
    recalls: str | None = None
    aside: bool = False


def _get(*keys: str) -> Callable[[dict[str, Any]], str]:
    return lambda body: " ".join(str(body[k]) for k in keys if body.get(k) not in (None, ""))


def _seconds(body: dict[str, Any]) -> str:
    return f"{body['play_length']} 秒" if body.get("play_length") else ""


def _items(body: dict[str, Any]) -> str:
    inner = body.get("item")
    inner = inner if isinstance(inner, list) else []
    told = [_item_text(i) for i in inner if isinstance(i, dict)]
    return "\n".join(t for t in (str(body.get("title") or ""), *told) if t)


def _item_text(item: dict[str, Any]) -> str:
    content = _json(item.get("content"))
    if isinstance(content, dict) and content.get("content"):
        return str(content["content"])
    return _get("title", "description")(item) or f"[{item.get('type', '')}]"


def _questions(body: dict[str, Any]) -> str:
    details = body.get("details")
    asked = [str(d.get("ques", "")) for d in details if isinstance(d, dict)] if isinstance(details, list) else []
    return " ".join([str(body.get("title") or ""), *asked])


# msgtype: kind of turn, label for the replay, key of its body (the type's own name if empty), words in the body
TYPES: dict[str, tuple[K, str, str, Callable[[dict[str, Any]], str]]] = {
    "text": (K.TEXT, "", "", _get("content")),
    "markdown": (K.TEXT, "", "info", _get("content")),
    "image": (K.IMAGE, "图片", "", _get()),
    "voice": (K.VOICE, "语音", "", _seconds),
    "video": (K.VIDEO, "视频", "", _seconds),
    "emotion": (K.STICKER, "表情", "", _get()),
    "file": (K.FILE, "文件", "", _get("filename")),
    "voip_doc_share": (K.FILE, "音视频共享文档", "", _get("filename")),
    "link": (K.LINK, "链接", "", _get("title", "description", "link_url")),
    "weapp": (K.LINK, "小程序", "", _get("displayname", "title", "description")),
    "docmsg": (K.LINK, "在线文档", "doc", _get("title", "link_url")),
    "news": (K.LINK, "图文", "info", _items),
    "sphfeed": (K.VIDEO, "视频号", "", _get("sph_name", "feed_desc")),
    "location": (K.LOCATION, "位置", "", _get("title", "address")),
    "card": (K.CARD, "名片", "", _get("corpname", "userid")),
    "chatrecord": (K.OTHER, "聊天记录", "", _items),
    "collect": (K.OTHER, "填表", "", _questions),
    "vote": (K.OTHER, "投票", "", _get("votetitle")),
    "todo": (K.OTHER, "待办", "", _get("title", "content")),
    "redpacket": (K.EVENT, "红包", "", _get("wish")),
    "external_redpacket": (K.EVENT, "互通红包", "redpacket", _get("wish")),
    "meeting": (K.EVENT, "会议", "", _get("topic", "address")),
    "calendar": (K.EVENT, "日程", "", _get("title", "place")),
    "meeting_voice_call": (K.EVENT, "语音通话", "", _get()),
    "agree": (K.EVENT, "同意存档", "", _get("userid")),
    "disagree": (K.EVENT, "不同意存档", "", _get("userid")),
}


def said(message: dict[str, Any]) -> list[Part]:
    """The turns of one archive message: usually one; a quoted reply is the quote (aside) and the words."""
    kind = str(message.get("msgtype") or "")
    if message.get("action") == "switch":
        return [Part(f"[切换企业] {message.get('user', '')}".strip(), K.EVENT)]
    if kind == "revoke" or message.get("action") == "recall":
        before = _body(message, "revoke").get("pre_msgid")
        return [Part("[撤回一条消息]", K.EVENT, recalls=str(before) if before else None)]
    if kind == "mixed":
        return [_mixed(_body(message, "mixed"))]
    if kind not in TYPES:
        return [Part(f"[{kind or '未知类型'}]", K.OTHER)]
    turn, label, key, words = TYPES[kind]
    text = words(_body(message, key or kind))
    if turn is K.TEXT:
        return _quoted(text)
    if kind == "meeting_voice_call":
        text = _call_length(message)
    return [Part(f"[{label}] {text}".strip(), turn)]


def _body(message: dict[str, Any], key: str) -> dict[str, Any]:
    body = _json(message.get(key))
    return body if isinstance(body, dict) else {}


def _json(value: Any) -> Any:
    """Some archives hold a body as JSON in a string."""
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return {"content": value}
    return value


def _quoted(text: str) -> list[Part]:
    if not text.startswith(QUOTE) or f"\n{QUOTE_END}\n" not in text:
        return [Part(text, K.TEXT)]
    quote, _, reply = text.partition(f"\n{QUOTE_END}\n")
    words = quote.removeprefix(QUOTE).strip('：:"“”「」\n ')
    return [Part(f"[引用] {words}".strip(), K.OTHER, aside=True), Part(reply, K.TEXT)]


def _mixed(body: dict[str, Any]) -> Part:
    items = body.get("item")
    items = [i for i in items if isinstance(i, dict)] if isinstance(items, list) else []
    pieces: list[str] = []
    for item in items:
        turn, label, _, words = TYPES.get(str(item.get("type")), TYPES["chatrecord"])
        content = _json(item.get("content"))
        text = words(content) if isinstance(content, dict) else str(content or "")
        pieces.append(text if turn is K.TEXT else f"[{label}] {text}".strip())
    worded = any(str(i.get("type")) == "text" for i in items)
    return Part("\n".join(p.strip() for p in pieces if p.strip()), K.TEXT if worded or not items else K.IMAGE)


def _call_length(message: dict[str, Any]) -> str:
    end = _body(message, "meeting_voice_call").get("endtime")
    begun = message.get("msgtime")
    if isinstance(end, int) and isinstance(begun, int) and 0 < end - begun // 1000 < 86_400:
        return f"{end - begun // 1000} 秒"
    return ""
