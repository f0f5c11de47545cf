"""The emotion report of a day as tables, in the language of who reads it."""

from __future__ import annotations

from qa_engine.domain import Lang, Text
from qa_engine.emotion.domain import LEVELS
from qa_engine.reports.emotion_day import Case, Count, EmotionDay
from qa_engine.reports.sheets import Cell, Table
from qa_engine.risk.domain import Cause
from qa_engine.risk.reasons import MESSAGES

GROUP_NAMES = {"team": Text("班组", "team"), "agent": Text("客服", "agent"), "vendor": Text("供应商", "vendor")}
_COUNT = (Text("会话数", "interactions"), Text("高风险数", "at risk"), Text("高风险占比", "share at risk"))
_CASES = (
    Text("会话", "interaction"), Text("时间", "received"), Text("风险", "risk"), Text("客户", "customer"),
    Text("班组", "team"), Text("客服", "agent"), Text("供应商", "vendor"), Text("情绪峰值", "peak emotion"),
    Text("是否平复", "recovered"), Text("原因", "reasons"), Text("原话", "words"),
)  # fmt: skip
_YES, _NO = Text("是", "yes"), Text("否", "no")


def tables(report: EmotionDay, lang: Lang) -> list[Table]:
    """Summary, hours, each group, customers and cases."""
    whole = [_summary(report, lang), _hours(report, lang), *_groups(report, lang)]
    return [*whole, _customers(report, lang), cases(report, lang)]


def _summary(report: EmotionDay, lang: Lang) -> Table:
    days = (
        (Text(f"{report.day}", f"{report.day}"), report.count),
        (Text("前一日", "the day before"), report.before),
        (Text("此前七日", "the seven days before"), report.usual),
    )
    rows: list[list[Cell]] = [[name.said_in(lang), *_counted(count)] for name, count in days]
    causes: list[list[Cell]] = [[MESSAGES[Cause(code)].said_in(lang), n, None, None] for code, n in report.causes]
    return Table(Text("概览", "summary").said_in(lang), ["", *_said(_COUNT, lang)], [*rows, *causes])


def _hours(report: EmotionDay, lang: Lang) -> Table:
    header = [Text("时段", "hour").said_in(lang), *_said(_COUNT, lang), Text("异常", "unusual").said_in(lang)]
    rows = [[f"{h.hour:02}:00", *_counted(h.count), (_YES if h.unusual else _NO).said_in(lang)] for h in report.hours]
    return Table(Text("时段", "hours").said_in(lang), header, rows)


def _groups(report: EmotionDay, lang: Lang) -> list[Table]:
    return [
        Table(
            GROUP_NAMES[group].said_in(lang),
            [GROUP_NAMES[group].said_in(lang), *_said(_COUNT, lang)],
            [[name, *_counted(count)] for name, count in members],
        )
        for group, members in report.groups.items()
    ]


def _customers(report: EmotionDay, lang: Lang) -> Table:
    header = (Text("客户", "customer"), Text("当日联系", "contacts"), Text("风险", "risk"), Text("会话", "interaction"))
    rows: list[list[Cell]] = [[c.ref, c.contacts, round(c.risk, 3), c.interaction] for c in report.customers]
    return Table(Text("敏感客户", "customers").said_in(lang), _said(header, lang), rows)


def cases(report: EmotionDay, lang: Lang) -> Table:
    rows = [_case(case, report, lang) for case in report.cases]
    return Table(Text("案例", "cases").said_in(lang), _said(_CASES, lang), rows)


def _case(case: Case, report: EmotionDay, lang: Lang) -> list[Cell]:
    contact, course = case.contact, case.course
    reasons = case.risk.reasons if case.risk else ()
    quotes = [evidence.quote for reason in reasons for evidence in reason.evidence]
    recovered = None if course is None or course.recovered is None else (_YES if course.recovered else _NO)
    return [
        contact.id,
        f"{contact.received_at.astimezone(report.zone):%Y-%m-%d %H:%M}",
        round(contact.risk, 3),
        contact.customer_ref,
        contact.team,
        contact.agent,
        contact.vendor,
        LEVELS[course.peak].said_in(lang) if course else None,
        recovered.said_in(lang) if recovered else None,
        "; ".join(reason.message.said_in(lang) for reason in reasons),
        " / ".join(dict.fromkeys(quotes)),
    ]


def _counted(count: Count) -> list[Cell]:
    return [count.told, count.at_risk, None if count.share is None else round(count.share, 4)]


def _said(texts: tuple[Text, ...], lang: Lang) -> list[str]:
    return [text.said_in(lang) for text in texts]
