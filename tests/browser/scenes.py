"""Calls and chats as a contact center has them, written down as turns and verdicts for the seeded console."""

# ruff: noqa: E501 - what people say is not folded

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

TITLES: dict[str, tuple[str, str, float]] = {
    "opening": ("开场问候", "Opening", 5),
    "identity_check": ("身份核验", "Identity check", 6),
    "needs_diagnosis": ("需求确认", "Needs diagnosis", 8),
    "script_accuracy": ("话术准确性", "Script accuracy", 10),
    "listening": ("倾听", "Listening", 8),
    "tone": ("语音语调", "Tone", 6),
    "speech_rate": ("语速", "Speech rate", 4),
    "courtesy": ("服务用语", "Courtesy", 8),
    "empathy": ("共情安抚", "Empathy", 8),
    "dispute_handling": ("纠纷处理", "Dispute handling", 8),
    "resolution": ("问题解决完整性", "Resolution", 12),
    "handling_time": ("处理时效", "Handling time", 6),
    "follow_up": ("承诺跟进", "Follow-up", 6),
    "closing": ("结束语", "Closing", 5),
    "forbidden_words": ("服务禁语", "Forbidden words", 0),
    "data_disclosure": ("信息泄露", "Data disclosure", 0),
    "unverified_business": ("未核身即办理", "Unverified business", 0),
    "improper_promise": ("违规承诺", "Improper promise", 0),
    "agent_hangup": ("主动挂机", "Agent hang-up", 0),
}


@dataclass(frozen=True)
class Verdict:
    """An outcome other than MET, with its reason in both languages and where to look: turn and words."""

    outcome: str
    zh: str
    en: str
    evidence: tuple[tuple[int, str], ...] = ()
    confidence: float = 0.9


@dataclass(frozen=True)
class Scene:
    """``lines``: role, start in seconds (None: right after), text; ``«»`` holds words heard badly.

    ``kinds`` turns lines of a chat into other messages by their index. ``moods``: label, valence and confidence of
    lines that are not neutral, where a model read them; the ``risk`` is shown by the last of these.
    """

    source: str
    kind: str
    language: str
    lines: tuple[tuple[str, float | None, str], ...]
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    notices: tuple[tuple[str, str, str], ...] = ()
    age: timedelta = timedelta(hours=1)
    flags: tuple[str, ...] = ()
    mono: bool = False
    moods: dict[int, tuple[str, float, float]] = field(default_factory=dict)
    risk: float | None = None


REFUND = Scene(
    source="20261121-0915-8842.wav", kind="call", language="zh", age=timedelta(minutes=34),
    about={"external_id": "C-20261121-8842", "agent": "A017 林晓", "team": "售后一组", "vendor": "华信外包",
           "customer_ref": "U-55210", "ticket": "T-20931", "direction": "inbound",
           "metadata": {"queue": "退款", "industry": "retail", "hung_up_by": "customer"}},
    risk=0.86, moods={1: ("disappointment", -0.8, 0.7), 5: ("anxiety", -0.6, 0.8), 6: ("anger", -1.0, 0.45),
                      7: ("anger", -1.0, 0.93), 9: ("disappointment", -0.8, 0.96)},
    lines=(
        ("agent", 0.6, "您好，悦购商城客服，工号零一七，请问有什么可以帮您？"),
        ("customer", 5.4, "我上周申请的退款到现在都没到账，我都打了三次电话了！"),
        ("agent", 11.2, "嗯，您报一下订单号。"),
        ("customer", 13.4, "«四七二九» 八八零一五三，我上次就说过了。"),
        ("agent", 18.6, "您稍等，我看一下。"),
        ("customer", 34.1, "喂？还在吗？"),
        ("agent", 35.6, "在的，系统显示已经提交了，是银行那边慢，这个不归我们管。"),
        ("customer", 40.2, "那你们总得给我个说法吧，我每次打来都是这样，我要投"),
        ("agent", 43.0, "您放心，我保证您今天一定到账，百分百没问题。"),
        ("customer", 48.9, "你确定吗？上次也是这么说的，真让人失望。"),
        ("agent", 52.8, "确定的，我给您 «催促» 一下财务，请您保持电话畅通。"),
        ("customer", 58.0, "行吧，那我再等等，今天不到我就去投诉。"),
        ("agent", 62.0, "好的，感谢您的来电，再见。"),
    ),
    verdicts={
        "identity_check": Verdict("PARTIAL", "核对了订单号，但未核对姓名或手机号。", "Asked for the order number only; no name or phone number.", ((2, "您报一下订单号"),), 0.86),
        "listening": Verdict("PARTIAL", "抢话 2 次，客户提到“上次就说过了”。", "Spoke over the customer twice; the customer had to repeat.", ((3, "我上次就说过了"), (8, "您放心")), 0.81),
        "tone": Verdict("UNDETERMINED", "客服语音过短，无法判断音高变化。", "Too little agent speech to judge the pitch variation.", (), 0.42),
        "empathy": Verdict("NOT_MET", "客户表示失望后，接下来两句客服没有安抚。", "The customer was disappointed and the next two agent turns did not respond to it.", ((9, "真让人失望"), (10, "确定的")), 0.78),
        "dispute_handling": Verdict("NOT_MET", "把责任推给银行，没有给出渠道或方案。", "Shifted the blame to the bank without a remedy or a channel.", ((6, "这个不归我们管"), (7, "我要投")), 0.88),
        "handling_time": Verdict("PARTIAL", "未告知的静默 1 次，12.9 秒。", "One silence of 12.9 s.", ((5, "还在吗"),), 0.97),
        "follow_up": Verdict("PARTIAL", "说明了催促财务，但没有说明完成时间。", "Says what happens next, but not by when.", ((10, "我给您 催促 一下财务"),), 0.64),
        "resolution": Verdict("PARTIAL", "未解决，但说明了下一步。", "Not solved, but a next step was set.", ((10, "一下财务"),), 0.7),
        "improper_promise": Verdict("NOT_MET", "承诺了无法保证的到账时间：“保证……百分百”。", "Guarantees a time that the agent cannot guarantee.", ((8, "我保证您今天一定到账，百分百没问题"),), 0.95),
        "script_accuracy": Verdict("UNDETERMINED", "退款时效与知识库条目不一致，需人工核对。", "The refund time contradicts the knowledge entry; a person should check.", ((8, "今天一定到账"),), 0.5),
        "closing": Verdict("PARTIAL", "有致谢和道别，但未询问是否还有其他需要。", "Thanks and goodbye, but no offer of further help.", ((12, "感谢您的来电，再见"),), 0.92),
    },
    flags=("customer_at_risk",),
)  # fmt: skip

CLEAN = Scene(
    source="20261121-0902-8837.wav", kind="call", language="zh", age=timedelta(minutes=51),
    about={"external_id": "C-20261121-8837", "agent": "A021 周晴", "team": "售后一组", "vendor": "华信外包",
           "customer_ref": "U-10377", "direction": "inbound"},
    lines=(
        ("agent", 0.5, "您好，悦购商城客服周晴，很高兴为您服务，请问有什么可以帮您？"),
        ("customer", 6.4, "你好，我想改一下收货地址。"),
        ("agent", 9.2, "好的，请您提供一下订单号和收件人姓名，我帮您核对。"),
        ("customer", 13.8, "订单号五五二零一七三，收件人王敏。"),
        ("agent", 18.4, "核对无误，请问新的收货地址是哪里？"),
        ("customer", 21.5, "改到公司，滨江路十八号。"),
        ("agent", 25.2, "已经帮您修改好了，预计明天下午送达，请问还有其他可以帮您的吗？"),
        ("customer", 31.0, "没有了，谢谢。"),
        ("agent", 32.9, "不客气，感谢您的来电，祝您生活愉快，再见。"),
    ),
    verdicts={
        "empathy": Verdict("NOT_APPLICABLE", "客户没有表现出负面情绪。", "The customer showed no negative feeling."),
        "dispute_handling": Verdict("NOT_APPLICABLE", "没有纠纷。", "There was no dispute."),
        "follow_up": Verdict("NOT_APPLICABLE", "当场解决。", "Solved at once."),
    },
)  # fmt: skip

BILLING = Scene(
    source="call_44_billing.flac", kind="call", language="en", age=timedelta(hours=2, minutes=8),
    about={"external_id": "US-77120", "agent": "M. Alvarez", "team": "Billing EN", "vendor": "BrightCall",
           "direction": "inbound"},
    mono=True,
    notices=(("roles_guessed", "单声道录音：角色根据话语推断，可信度 84%。",
              "Mono recording: the roles were told from the words, 84% sure."),),
    lines=(
        ("agent", 0.4, "Thank you for calling Northwind Mobile, this is Maria, how may I help you?"),
        ("customer", 5.0, "Hi, I was charged twice for last month and I am quite upset about it."),
        ("agent", 10.2, "I am sorry about that. May I have your account number and your name, please?"),
        ("customer", 15.0, "It is four four seven one two, Daniel Price."),
        ("agent", 19.2, "Thank you, Mr Price. I see both charges here, one moment please."),
        ("customer", 31.0, "Sure."),
        ("agent", 32.2, "The second one is reversed, you will see it within five working days."),
        ("customer", 37.5, "Okay, thanks."),
        ("agent", 39.0, "Thank you for calling, goodbye."),
    ),
    verdicts={
        "courtesy": Verdict("PARTIAL", "礼貌但略显生硬。", "Correct but bare.", ((4, "one moment please"),), 0.66),
        "needs_diagnosis": Verdict("PARTIAL", "没有复述客户的问题。", "The problem was not restated.", ((2, "May I have your account number"),), 0.6),
        "tone": Verdict("PARTIAL", "部分时段语调单一。", "Monotone in part.", ((6, "The second one is reversed"),), 0.72),
        "closing": Verdict("PARTIAL", "没有询问是否还有其他需要。", "No offer of further help.", ((8, "Thank you for calling, goodbye."),), 0.9),
        "script_accuracy": Verdict("PARTIAL", "缺少录音告知。", "The recording notice is missing.", ((0, "Thank you for calling"),), 0.75),
        "handling_time": Verdict("PARTIAL", "静默 1 次。", "One breach.", ((4, "one moment please"),), 0.9),
        "dispute_handling": Verdict("NOT_APPLICABLE", "没有纠纷。", "There was no dispute."),
        "follow_up": Verdict("MET", "说明了完成时间。", "Says what happens by when.", ((6, "within five working days"),), 0.93),
    },
)  # fmt: skip

CHAT = Scene(
    source="wecom-export.jsonl", kind="chat", language="zh", age=timedelta(hours=3, minutes=20),
    about={"external_id": "WX-9001-33", "agent": "A105 陈默", "team": "在线二组", "vendor": "自营",
           "customer_ref": "wmXk2", "metadata": {"authenticated": True}},
    lines=(
        ("system", 0, "您好，机器人小悦为您服务，正在为您转接人工客服……"),
        ("customer", 12, "在吗"),
        ("customer", 31, "你们家的锅用了两天就掉漆，怎么办"),
        ("customer", 40, "IMG_2041.jpg"),
        ("agent", 214, "亲，麻烦看一下订单号"),
        ("customer", 222, "订单 20261118-7781"),
        ("agent", 236, "这个是人为损坏，不在保修范围"),
        ("agent", 241, "抱歉刚才说错了，我帮您申请换新，快递明天上门取件，请您今晚 8 点前把锅打包好。"),
        ("customer", 262, "[强]"),
        ("customer", 268, "好的，换新地址见 https://example.com/a?b=1&c=2"),
        ("agent", 280, "收到，换新单号稍后短信发您，还有其他可以帮您的吗？感谢您的理解，再见~"),
    ),
    kinds={3: "image", 6: "recalled", 8: "sticker", 0: "auto"},
    verdicts={
        "tone": Verdict("NOT_APPLICABLE", "在线会话不评语调。", "Not judged in chats."),
        "speech_rate": Verdict("NOT_APPLICABLE", "在线会话不评语速。", "Not judged in chats."),
        "opening": Verdict("PARTIAL", "没有问候，只有称呼。", "A form of address but no greeting.", ((4, "亲，麻烦看一下订单号"),), 0.8),
        "handling_time": Verdict("NOT_MET", "客户等待 174 秒才得到回复，标准为 60 秒。", "The customer waited 174 s for an answer; the standard is 60 s.", ((4, "亲，麻烦看一下订单号"),), 0.99),
        "empathy": Verdict("UNDETERMINED", "客户是否不满无法确定，请人工判断。", "Whether the customer was annoyed is not clear.", ((2, "用了两天就掉漆，怎么办"),), 0.45),
        "script_accuracy": Verdict("PARTIAL", "先说错，后来更正。", "Wrong at first, corrected later.", ((6, "人为损坏"), (7, "抱歉刚才说错了")), 0.83),
    },
)  # fmt: skip

HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
XSS = Scene(
    source="\"><svg onload=document.title='owned'>.txt", kind="chat", language="en", age=timedelta(hours=5),
    about={"external_id": "<b>bold</b>&amp;'\"", "agent": HOSTILE, "team": "{{7*7}}", "metadata": {HOSTILE: HOSTILE}},
    lines=(
        ("customer", 0, HOSTILE),
        ("agent", 20, "</script><script>document.title='owned'</script> javascript:alert(1)"),
        ("customer", 30, "<a href=\"javascript:document.title='owned'\">click</a> {{ 7*7 }} ${7*7}"),
    ),
    verdicts={"closing": Verdict("NOT_MET", HOSTILE, HOSTILE, ((1, "</script><script>document.title='owned'</script>"),))},
)  # fmt: skip

OPEN_CHAT = (
    ("customer", "宽带坏了三天没人管"),
    ("agent", "请您耐心等待"),
    ("customer", "还等？我要投诉到工信部"),
)
"""Role and text of the messages so far."""

SCENES = {"refund": REFUND, "clean": CLEAN, "billing": BILLING, "chat": CHAT, "xss": XSS}
