"""The words that timing and overlap listen for, in Chinese and English: one place, data only."""

from __future__ import annotations

import re

# The agent excuses a wait that is about to begin.
EXCUSES = (
    r"稍等", r"稍候", r"[请您]稍后(?!再|联系|回|给|致)", r"等一[下会]", r"等[我您]?一?下", r"等我", r"等等",
    r"等片刻", r"片刻",
    r"(?:不要|别|请勿)挂",
    r"(?:帮|给|为|替)[您你]\s*(?:先|再|马上|立即|这边|去)?(?:查|看|核|问|处理|登记|记录|转|申请|确认|操作|调|开通|办)",

    r"我\s*(?:先|再|来|去|这边|这里|马上)*\s*(?:查|看|核实|核对|确认|问|登记|记录|操作|处理|翻)(?:一?下|看|询|查)",
    r"正在(?:查|为|帮|给|处理|核)",
    r"(?:转接|接通)(?:中|过去|一下)", r"系统.{0,4}(?:慢|卡|反应)",
    r"\b(?:one|just a|a|give me a) (?:moment|second|sec|minute)\b", r"\bhold on\b", r"\bhang on\b",
    r"\bbear with me\b", r"\bplease hold\b",
    r"\b(?:let me|i'll|i will|i'm going to|i am going to|i'm|allow me to) (?:just |quickly |go ahead and )*"
    r"(?:check|checking|look|looking|see|pull|pulling|find|verify|transfer|put you|get that|search|searching)",
    r"\bon hold\b", r"\bstay on the line\b", r"\bwhile i\b", r"\bdon't hang up\b",
)  # fmt: skip

# The customer excuses it: then the customer is due.
CUSTOMER_EXCUSES = (
    r"稍等", r"等一[下会]", r"等[我您]?一?下", r"等等", r"我(?:找|看|翻|查|拿|想)(?:一?下|找|看|想)",
    r"我去?拿", r"\bhold on\b", r"\bhang on\b",
    r"\blet me (?:check|look|see|find|get|grab|think)\b",
    r"\b(?:one|just a|give me a) (?:moment|second|sec|minute)\b",
)  # fmt: skip

# A question: the other side is due.
QUESTIONS = (
    r"[?？]\s*$", r"(?:吗|呢|么|没有|是不是|对不对|好不好|行不行|可以吗|是吧|对吧|好吧)[。.，,!！~～\s]*$",
    r"(?:什么|多少|哪[个里儿位些]?|几[点号位个]|怎么|谁|何时)[^。！!]{0,12}[。.\s]*$",
    r"请(?:问|说|讲|提供|报|告诉)", r"麻烦[您你].{0,4}(?:提供|报|说)",
    r"\b(?:can|could|may|would|will|do|did|are|is|was|what|which|when|where|who|how|why)\b[^.!]{0,80}\?\s*$",
    r"\b(?:may i have|can i have|can i get|could you|can you) (?:your|the|please|tell|give|provide|spell|confirm)\b",
)  # fmt: skip

# Said to show that one listens; never content, never an interruption.
BACK_CHANNELS = (
    "嗯", "嗯哼", "哦", "噢", "喔", "啊", "呃", "额", "唉", "哎", "诶", "欸", "哈", "呵", "嘿", "唔", "对",
    "对的", "对啊", "对呀", "是", "是的", "是啊", "是呀", "是吗", "没错",
    "好", "好的", "好嘞", "好咧", "好吧", "好呀", "好啊", "行", "行吧", "可以", "可以的", "明白", "明白了",
    "知道", "知道了", "了解", "了解了", "清楚", "清楚了", "没事", "没关系",
    "这样", "这样啊", "这样子", "原来如此", "ok", "okay", "okey", "k", "yeah", "yes", "yep", "yup", "ya", "uh",
    "um", "uhm", "er", "erm", "hm", "hmm", "mm", "mhm", "mmhm", "mmhmm",
    "uhhuh", "huh", "ah", "aha", "oh", "right", "sure", "alright", "i see", "got it", "gotcha", "great",
    "good", "fine", "really", "wow", "of course", "no problem", "all right",
)  # fmt: skip
FILLERS = "嗯哦噢喔啊呃额唉哎诶欸哈呵唔"


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE)


EXCUSE, CUSTOMER_EXCUSE, QUESTION = _any(EXCUSES), _any(CUSTOMER_EXCUSES), _any(QUESTIONS)
_ORDERED = sorted(BACK_CHANNELS, key=len, reverse=True)
ONLY_BACK_CHANNEL = re.compile(
    rf"(?:{'|'.join(re.escape(w) if not w.isascii() else rf'{re.escape(w)}(?![a-z])' for w in _ORDERED)}|\s)+",
    re.IGNORECASE,
)
LEADING_FILLERS = re.compile(rf"^[{FILLERS}\s]+")
