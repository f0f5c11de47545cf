"""What people say that has a form of its own: amounts, dates, numbers of phones, cards, papers and orders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Kind = Literal[
    "amount", "percent", "date", "time", "period", "mobile", "landline", "resident_id", "bank_card", "email", "plate",
    "order_number", "digits",
]  # fmt: skip

_N = "(?:[0-9][0-9,]*(?:\\.[0-9]+)?|[零〇一二两三四五六七八九十百千万]+)"
_D = "[0-9零〇洞一幺二两三四五六七八九]"
PATTERNS: Mapping[Kind, tuple[str, ...]] = {
    "amount": (f"/{_N} ?(?:元|块|角|毛|万元|rmb|yuan|dollars?|usd)/", "/[¥$] ?[0-9][0-9,]*(?:\\.[0-9]+)?/"),
    "percent": ("/[0-9]+(?:\\.[0-9]+)? ?(?:%|percent\\b)/", "/百分之[零一二两三四五六七八九十百点]+/"),
    "date": (
        "/(?:19|20)[0-9]{2}[-年.\\/][0-9]{1,2}(?:[-月.\\/][0-9]{1,2}日?)?/",
        "/[0-9一二三四五六七八九十]{1,3}月[0-9一二三四五六七八九十]{1,3}[日号]/",
        "/今天|明天|后天|昨天|前天|(?:这|本|下|上)?(?:周|星期|礼拜)[一二三四五六日天]/",
        "/\\b(?:today|tomorrow|yesterday|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\\b/",
    ),
    "time": ("/[0-9]{1,2}:[0-9]{2}|[0-9一二两三四五六七八九十]{1,3}点(?:半|[0-9一二三四五六七八九十]{1,3}分?)?/",),
    "period": (
        f"/{_N} ?(?:个)?(?:工作日|小时|分钟|天|周|星期|月|年)/",
        "/[0-9]+ (?:working |business )?(?:minutes?|hours?|days?|weeks?|months?)\\b/",
    ),
    "mobile": (
        "/(?:^|[^0-9])1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?:$|[^0-9])/",
        f"/[一幺][三四五六七八九]{_D}{{9}}/",
    ),
    "landline": ("/(?:^|[^0-9])0[0-9]{2,3}-?[0-9]{7,8}(?:$|[^0-9])/",),
    "resident_id": ("/(?:^|[^0-9])[1-9][0-9]{5}(?:19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}[0-9x](?:$|[^0-9])/",),
    "bank_card": ("/(?:^|[^0-9])[3-6][0-9]{3}(?:[ -]?[0-9]{4}){3}(?:[ -]?[0-9]{1,3})?(?:$|[^0-9])/",),
    "email": ("/[a-z0-9._%+-]+@[a-z0-9-]+(?:\\.[a-z0-9-]+)+/",),
    "plate": ("/[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z][·. ]?[a-z0-9]{5,6}/",),
    "order_number": ("/(?:订单|单号|运单|工单|编号|order|ticket|case)[^0-9a-z]{0,8}#?[a-z]{0,4}[0-9][0-9a-z-]{4,}/",),
    "digits": (f"/{_D}{{4,}}/",),
}
"""RE2 patterns over normalised text."""

_SPOKEN = str.maketrans("零〇洞一幺二两三四五六七八九", "0001122" + "3456789")
_KEPT = re.compile(r"[0-9a-z@.]")


def value_of(text: str) -> str:
    """An entity without its dress: spoken digits as digits, no spaces or marks, so that two mentions compare."""
    return "".join(_KEPT.findall(text.translate(_SPOKEN)))


def fits_check_digit(kind: Kind, text: str) -> bool:
    """Whether a bank card's (Luhn) or resident's (GB 11643) last digit fits the others; True for kinds without one."""
    digits = value_of(text)
    if kind == "bank_card":
        return _luhn(digits)
    return _gb11643(digits) if kind == "resident_id" else True


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (1 + n % 2) for n, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _gb11643(digits: str) -> bool:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    if len(digits) != len(weights) + 1 or not digits[:-1].isdigit():
        return False
    return "10x98765432"[sum(w * int(d) for w, d in zip(weights, digits, strict=False)) % 11] == digits[-1]
