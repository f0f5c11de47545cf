"""A small pack without a fault, to change one thing of."""

from __future__ import annotations

SMALL = """id: small
version: "1"
title: {zh: 小, en: small}
languages: zh
thresholds: {turns: 2}
words:
  hello: [您好, 你好]
facts:
  greets: {says: {words: [$hello], first_turns: $turns}}
items:
  - id: opening
    title: {zh: 开场, en: opening}
    explain: {zh: 问候客户, en: greets the customer}
    points: 100
    ladder:
      - MET: greets
        because: {zh: 有问候, en: greeted}
    otherwise: {outcome: NOT_MET, because: {zh: 没有问候, en: no greeting}}
    tests:
      - {expect: MET, dialogue: ["A: 您好"]}
      - {expect: NOT_MET, dialogue: ["A: 什么事"]}
"""


def small(version: str = "1", *, name: str = "small", languages: str = "zh", hello: str = "您好, 你好") -> str:
    """The pack under another version, name or languages, or with other greetings."""
    changes = {'version: "1"': f'version: "{version}"', "id: small": f"id: {name}",
               "languages: zh": f"languages: {languages}", "[您好, 你好]": f"[{hello}]"}  # fmt: skip
    text = SMALL
    for old, new in changes.items():
        text = text.replace(old, new, 1)
    return text
