"""What of the words leaves the house: runs of digits, e-mails and plates become #, and nothing can pose as markup.

For the time being, until redaction proper: names and addresses still go out. Every text keeps its length, so that a
place in what was sent is the same place in what was said.
"""

from __future__ import annotations

import re
import unicodedata

MASK = "#"
_NUMERAL = r"[\d零〇○一二三四五六七八九十百千万亿两幺壹贰叁肆伍陆柒捌玖拾佰仟]"
_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_SPOKEN = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)"
_PRIVATE = re.compile(
    rf"{_NUMERAL}(?:[ \-－—、]?{_NUMERAL}){{3,}}"
    rf"|\b{_SPOKEN}(?:[ ,\-]{{1,2}}{_SPOKEN}){{3,}}\b"
    r"|[A-Za-z0-9._%+\-]{1,64}[@＠][A-Za-z0-9.\-]{1,190}"
    rf"|[{_PROVINCE}][A-HJ-NP-Z][ ·•]?[A-HJ-NP-Z0-9]{{4,5}}[A-HJ-NP-Z0-9挂学警港澳]",
    re.IGNORECASE,
)
_MARKUP = str.maketrans("<>[]{}|`", "＜＞［］｛｝｜｀")
"""Full width: a reader sees the same, but no delimiter, tag or template token can be said."""


def masked(text: str) -> str:
    """Of the same length."""
    return _PRIVATE.sub(lambda found: MASK * len(found[0]), text)


def harmless(text: str) -> str:
    """Of the same length: no markup, and no control or invisible characters."""
    plain = "".join(
        " " if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs", "Co") else char for char in text
    )
    return plain.translate(_MARKUP)


def shown(text: str) -> str:
    """The text as it is sent."""
    return masked(harmless(text))
