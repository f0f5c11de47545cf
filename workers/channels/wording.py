"""What a message about alerts says, before any way out gives it its form: few words, masked, with a link."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from models.judge.masking import shown
from qa_engine.alerts import Alert, Grade
from qa_engine.domain import Lang, Role, Text
from qa_engine.settings import Settings
from qa_engine.storage.alert_sends import Envelope

MOST_LISTED = 12
"""Alerts of a digest that are named one by one."""
LONGEST = 200
_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|\"[^\"]*\"")
GRADES: Mapping[Grade, Text] = {
    Grade.GENERAL: Text("一般", "General"),
    Grade.SERIOUS: Text("严重", "Serious"),
    Grade.MAJOR: Text("重大", "Major"),
}
_WHY: Mapping[str, Text] = {
    "raised": Text("", ""),
    "again": Text("再次发生", "again"),
    "escalated": Text("无人确认，升级", "not acknowledged: escalated"),
    "overdue": Text("处理超时", "overdue"),
}
_ROLES = {Role.CUSTOMER: Text("客户", "Customer"), Role.AGENT: Text("客服", "Agent")}


@dataclass(frozen=True, slots=True)
class Wording:
    """``lines`` are label and text, the label may be empty; ``grade`` is the gravest of those told of."""

    title: str
    grade: Grade
    lines: tuple[tuple[str, str], ...]
    link: str | None
    button: str
    language: Lang


def wording(envelope: Envelope, settings: Settings) -> Wording:
    """Of one alert, of several put together, or of none: a trial."""
    if not envelope.alerts:
        return _trial(envelope, settings)
    return _single(envelope, settings) if len(envelope.alerts) == 1 else _digest(envelope, settings)


def _trial(envelope: Envelope, settings: Settings) -> Wording:
    said = Text("质检预警：通道测试", "Quality alerts: a trial of this channel").said_in(envelope.language)
    line = Text("收到此消息说明通道可用。", "This message shows that the channel works.").said_in(envelope.language)
    return Wording(said, Grade.GENERAL, (("", line),), _link(settings, ""), _button(envelope), envelope.language)


def _single(envelope: Envelope, settings: Settings) -> Wording:
    [(alert, why)], lang = envelope.alerts, envelope.language
    until = _moment(alert.acknowledge_by, settings)
    told = [
        (Text("原因", "Why"), _words(alert.reason.said_in(lang), envelope)),
        (Text("对象", "About"), _whom(alert, lang)),
        *(_quotes(alert, lang) if envelope.quotes else ()),
        (Text("次数", "Times"), str(alert.count) if alert.count > 1 else ""),
        (Text("请在此前确认", "Acknowledge by"), until if why != "overdue" else ""),
    ]
    lines = tuple((label.said_in(lang), text) for label, text in told if text)
    return Wording(
        _headed(alert, why, lang), alert.grade, lines, _link(settings, f"/{alert.id}"), _button(envelope), lang
    )


def _digest(envelope: Envelope, settings: Settings) -> Wording:
    lang = envelope.language
    many = Counter(alert.grade for alert, _ in envelope.alerts)
    parts = [f"{GRADES[grade].said_in(lang)} {many[grade]}" for grade in reversed(Grade) if many[grade]]
    title = Text(f"{len(envelope.alerts)} 条预警：", f"{len(envelope.alerts)} alerts: ").said_in(lang) + " · ".join(
        parts
    )
    named = [
        (_headed(alert, why, lang), _words(alert.reason.said_in(lang), envelope))
        for alert, why in envelope.alerts[:MOST_LISTED]
    ]
    if (more := len(envelope.alerts) - MOST_LISTED) > 0:
        named.append(("", Text(f"另有 {more} 条", f"and {more} more").said_in(lang)))
    return Wording(title, max(many, key=lambda g: g.rank), tuple(named), _link(settings, ""), _button(envelope), lang)


def _headed(alert: Alert, why: str, lang: Lang) -> str:
    head = f"【{GRADES[alert.grade].zh}】" if lang == "zh" else f"[{GRADES[alert.grade].en}] "
    said = _WHY[why].said_in(lang)
    return head + alert.title.said_in(lang) + (f"（{said}）" if said and lang == "zh" else f" ({said})" if said else "")


def _whom(alert: Alert, lang: Lang) -> str:
    told = [(Text("客服", "agent"), alert.agent), (Text("班组", "team"), alert.team),
            (Text("客户", "customer"), alert.customer_ref)]  # fmt: skip
    return " · ".join(f"{label.said_in(lang)} {shown(value)}" for label, value in told if value)


def _quotes(alert: Alert, lang: Lang) -> list[tuple[Text, str]]:
    said: list[tuple[Text, str]] = []
    for place in alert.evidence[:2]:
        who = _ROLES.get(place.role) if place.role else None
        at = "" if place.start is None else f"{int(place.start) // 60}:{int(place.start) % 60:02d} "
        speaker = f"{who.said_in(lang)}: " if who else ""
        said.append((Text("原话", "Said"), f"{at}{speaker}{_cut(shown(place.quote))}"))
    return said


def _words(reason: str, envelope: Envelope) -> str:
    """The reason; where no words of the conversation may leave, without what it quotes."""
    return _cut(shown(reason if envelope.quotes else _QUOTED.sub("…", reason)))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _moment(at: datetime, settings: Settings) -> str:
    return f"{at.astimezone(ZoneInfo(settings.time_zone)):%m-%d %H:%M}"


def _link(settings: Settings, path: str) -> str | None:
    return f"{settings.console_url.rstrip('/')}/alerts{path}" if settings.console_url else None


def _button(envelope: Envelope) -> str:
    return Text("打开并处理", "Open").said_in(envelope.language)
