"""The words by which exports name roles, kinds of message and columns, in one place."""

from __future__ import annotations

from qa_engine.domain import Role, TurnKind

AGENT_WORDS = (
    "客服", "人工客服", "在线客服", "坐席", "座席", "话务员", "接线员", "客服代表", "客服专员", "专员", "顾问",
    "员工", "商家", "卖家", "店小二", "服务人员",
    "客户经理", "工作人员", "agent", "agents", "staff", "assistant", "support", "operator", "rep", "representative",
    "advisor", "employee", "admin", "teammate", "seller",
    "customer service", "customer_service", "service", "csr", "speaker 1", "agent side", "商家客服",
    "接待人员", "接待", "团队",
)  # fmt: skip
CUSTOMER_WORDS = (
    "客户", "用户", "顾客", "访客", "买家", "来电人", "来电者", "主叫", "消费者", "会员", "乘客", "旅客",
    "患者", "家长", "网友", "user",
    "customer", "client", "visitor",
    "caller", "guest", "buyer", "consumer", "contact", "lead", "end-user", "end_user", "enduser", "requester",
    "member", "speaker 2", "human",
)  # fmt: skip
SYSTEM_WORDS = (
    "系统", "系统消息", "系统提示", "系统通知", "通知", "提示", "system", "notice", "notification", "action", "event",
)  # fmt: skip
BOT_WORDS = (
    "机器人", "智能客服", "智能助手", "智能助理", "机器人客服", "自动回复", "自动客服", "小助手", "bot",
    "robot", "chatbot", "auto", "ivr",
    "virtual agent", "virtual assistant",
    "auto reply", "auto-reply", "autoreply", "ai",
)  # fmt: skip

ROLES: dict[str, tuple[Role, bool]] = {
    **dict.fromkeys(AGENT_WORDS, (Role.AGENT, False)),
    **dict.fromkeys(CUSTOMER_WORDS, (Role.CUSTOMER, False)),
    **dict.fromkeys(SYSTEM_WORDS, (Role.SYSTEM, True)),
    **dict.fromkeys(BOT_WORDS, (Role.AGENT, True)),
}

KINDS: dict[str, TurnKind] = {
    **{kind.value: kind for kind in TurnKind},
    "文本": TurnKind.TEXT, "文字": TurnKind.TEXT, "txt": TurnKind.TEXT, "markdown": TurnKind.TEXT,
    "message": TurnKind.TEXT,
    "comment": TurnKind.TEXT, "语音": TurnKind.VOICE, "audio": TurnKind.VOICE, "图片": TurnKind.IMAGE,
    "picture": TurnKind.IMAGE,
    "photo": TurnKind.IMAGE, "img": TurnKind.IMAGE, "视频": TurnKind.VIDEO, "文件": TurnKind.FILE,
    "attachment": TurnKind.FILE,
    "链接": TurnKind.LINK, "url": TurnKind.LINK, "位置": TurnKind.LOCATION, "定位": TurnKind.LOCATION,
    "名片": TurnKind.CARD,
    "卡片": TurnKind.CARD, "表情": TurnKind.STICKER, "emotion": TurnKind.STICKER, "emoji": TurnKind.STICKER,
    "事件": TurnKind.EVENT,
    "系统": TurnKind.EVENT, "system": TurnKind.EVENT, "撤回": TurnKind.RECALLED, "revoked": TurnKind.RECALLED,
    "deleted": TurnKind.RECALLED,
    "说话": TurnKind.SPEECH, "utterance": TurnKind.SPEECH,
}  # fmt: skip

# What mostly agents say: used only where a file names both sides by names alone.
AGENT_PHRASES = (
    "很高兴为您服务", "为您服务", "请问有什么可以帮", "有什么可以帮", "请问您", "请您", "稍等", "为您查询",
    "帮您查", "工号", "给您带来不便", "感谢您的来电", "感谢您的",
    "亲，", "亲亲", "祝您", "how can i help", "how may i help", "thank you for calling", "thanks for contacting",
    "my name is", "let me check", "one moment",
    "is there anything else", "can i have your", "may i have your", "sorry for the inconvenience", "bear with me",
)  # fmt: skip

COLUMNS: dict[str, tuple[str, ...]] = {
    "conversation": (
        "conversation", "conversation_id", "conversationid", "session", "session_id", "sessionid", "chat_id",
        "chat", "dialog_id", "dialogue_id", "call_id", "thread_id",
        "会话", "会话id", "会话编号", "会话号", "会话标识", "对话", "对话id", "对话编号", "通话id", "通话编号",
        "通话流水号", "咨询id", "咨询编号",
        "聊天id", "流水号",
    ),
    "time": (
        "time", "timestamp", "datetime", "date_time", "sent_at", "created_at", "send_time", "msgtime",
        "message_time", "时间", "发送时间", "消息时间", "聊天时间", "日期时间",
        "创建时间", "对话时间", "发言时间",
    ),
    "date": ("date", "日期"),
    "seconds": ("seconds", "offset", "start", "start_s", "offset_s", "秒", "偏移秒", "开始秒", "起始秒"),
    "end": ("end", "end_s", "结束秒"),
    "role": (
        "role", "sender_type", "sendertype", "author_type", "from_type", "speaker_role", "角色", "身份", "发送方",
        "发送者类型", "发送人类型", "消息方", "说话方", "说话人角色",
        "发言角色", "发送者角色",
    ),
    "speaker": (
        "speaker", "sender", "sender_name", "from", "name", "author", "nickname", "user", "发送人", "发送者", "昵称",
        "姓名", "说话人", "发言人", "发送人姓名", "发言者",
    ),
    "text": (
        "text", "content", "message", "body", "utterance", "msg", "transcript", "内容", "文本", "消息", "消息内容",
        "聊天内容", "发言内容", "对话内容", "文字", "原文",
    ),
    "kind": ("kind", "type", "msgtype", "message_type", "msg_type", "content_type", "类型", "消息类型", "内容类型"),
    "automatic": ("automatic", "auto", "is_auto", "is_bot", "自动", "是否自动", "自动消息", "是否机器人"),
    "agent": (
        "agent", "agent_id", "agent_name", "agentid", "坐席", "座席", "客服", "工号", "客服工号", "坐席工号",
        "客服姓名", "客服id",
        "坐席id", "客服账号",
    ),
    "customer": (
        "customer", "customer_id", "customer_ref", "user_id", "客户", "客户id", "客户号", "客户编号", "用户id",
        "买家",
        "买家id", "顾客", "访客id",
    ),
    "team": ("team", "group", "班组", "团队", "小组", "技能组"),
    "vendor": ("vendor", "supplier", "供应商", "外包商", "外包公司", "职场"),
    "ticket": ("ticket", "ticket_id", "order_ticket", "工单", "工单号", "工单编号"),
    "language": ("language", "lang", "语言", "语种"),
}  # fmt: skip
