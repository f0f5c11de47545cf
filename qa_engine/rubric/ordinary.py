"""Ordinary sentences of service dialogues: an entry that matches most of them tells nothing apart."""

from __future__ import annotations

ZH = (
    "您好，请问有什么可以帮您", "我的快递到哪里了", "麻烦您提供一下订单号", "好的，我帮您查一下", "请稍等片刻",
    "这个月的账单怎么多了二十块", "已经为您登记了", "我想改一下收货地址", "您的手机号尾号是多少", "昨天就说会回电话",
    "系统显示今天上午已经发货", "大概三天左右能到", "那我再等等吧", "不好意思给您添麻烦了", "退款会原路返回您的银行卡",
    "为什么一直打不通", "这边帮您转接到技术部门", "套餐下个月一号生效", "我不太明白你的意思", "可以开发票吗",
    "您是本人办理吗", "宽带昨晚断了一次", "师傅明天下午上门", "谢谢你啊", "不客气，祝您生活愉快", "还有其他问题吗",
    "没有了，再见", "我要投诉", "这个颜色还有货吗", "优惠券过期了能补吗", "密码忘记了怎么办", "请您核对一下姓名",
    "已经重启过了还是不行", "费用一共是八十六元", "酒店不能提前入住吗", "航班改到了晚上九点", "我们会尽快处理",
    "你刚才说的我没听清", "稍后发短信给您", "行吧，就这样",
)  # fmt: skip
EN = (
    "hello, how may I help you today", "where is my parcel", "could you give me the order number, please",
    "let me look that up for you", "one moment, please", "my bill is twenty dollars higher this month",
    "I have noted that down", "I need to change the delivery address", "what are the last four digits of your phone",
    "someone promised to call me back yesterday", "it shipped this morning", "it should arrive in about three days",
    "then I will wait", "sorry for the trouble", "the refund goes back to your card", "why can nobody pick up",
    "I will put you through to the technical team", "the new plan starts on the first", "I do not follow",
    "can I get an invoice", "are you the account holder", "the internet went down last night",
    "the engineer comes tomorrow afternoon", "thank you so much", "you are welcome, have a nice day",
    "is there anything else", "no, goodbye", "I want to complain", "do you have it in blue",
    "my coupon has expired", "I forgot my password", "please confirm your name", "I restarted it and it still fails",
    "that makes eighty six in total", "can I check in early", "the flight was moved to nine in the evening",
    "we will take care of it", "I did not catch that", "I will text you the link", "all right then",
)  # fmt: skip


def ordinary(language: str) -> tuple[str, ...]:
    """Sentences of that language (a code such as zh or en); of both where we have none of it."""
    code = language.lower()[:2]
    return ZH if code in ("zh", "yu") else EN if code == "en" else ZH + EN
