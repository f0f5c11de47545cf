"""The words by which agents and customers are told apart, each weighed by the log-odds of an agent saying it."""

from __future__ import annotations

ZH: tuple[tuple[str, float], ...] = (
    # what agents say
    (r"很?高兴(为|能为)[您你]服务|为您服务", 3.0),
    (r"(请问)?(您)?(还)?有什么(问题)?(可以|能|需要|要)(够)?(帮|为您|协助|咨询)|需要(什么|我)?帮", 3.0),
    (r"(请问)?还有(其他|其它|别的|什么).{0,6}(吗|问题|帮)", 2.5),
    (r"(这里|我这里|这边)是.{0,12}(客服|中心|热线|公司|银行|服务|专员)|工号|客服专员", 2.5),
    (r"欢迎(致电|光临|您|咨询|再次)|感谢[您你](的)?(来电|致电|耐心|等待|等候|理解|支持|配合|反馈|关注|咨询)", 3.0),
    (r"祝[您你]|生活愉快|满意度|(做个|给个|进行|邀请).{0,6}评价", 2.5),
    (
        r"(为|帮|给|替)[您你](这边|那边)?(查|办|处理|核实|登记|转|反馈|提供|开|看|申请|安排|记录|催|退|解决|联系|操作|备注)",
        2.6,
    ),
    (r"(请|麻烦)(您)?(稍等|稍候|稍后|耐心|等一下)|[您你]稍等|稍等(一下|片刻|哦|哈)", 1.8),
    (
        r"请(您|你)?(提供|核对|保持|注意|留意|登录|点击|描述|告知|私信|放心|问您?贵姓|尽快|关注|参考|尝试|拨打)|私信",
        1.6,
    ),
    (r"(非常|十分|实在|很|真的)(的)?(抱歉|对不起|不好意思)|给[您你]带来|抱歉(给|让|呢|哦|哈)|深表歉意", 2.2),
    (r"建议[您你]|[您你](可以|需要|放心|看|先)|[您你]的(问题|情况|心情|意见|反馈|来电|号码|手机|订单|名字|姓名)", 1.6),
    (r"核实(一下|到|过)|系统(显示|里|查)|(这边|我们)(会|将|为|帮|看|查|给|已经|可以|建议)|专员|相关(部门|人员)", 1.6),
    (r"小时(内|之内)|工作日|亲|小妹|小[京东米二]|妹子(来|为)|不客气|应该的|请谅解|敬请", 1.6),
    (r"您(?!好)", 1.6),
    (r"贵姓|怎么称呼|(身份证|手机|联系|电话)号?码?(是多少|报一下|方便)|(是|请问)本人", 0.8),
    # what customers say
    (r"我(就)?(是)?(想|要|来)(问|查|咨询|了解|办|退|换|投诉|取消|找|买|知道|看看|反映|举报|一个|订|预订)", -1.8),
    (
        r"我(的|家|们家)?(订单|快递|手机|电脑|卡|套餐|话费|宽带|号码|账号|账户|钱|包裹|东西|货|电视|盒子|流量|网|发票|手机号)",
        -1.0,
    ),
    (r"你们", -1.8),
    (r"我(昨天|前天|上周|今天|刚|才|已经|都|买|收到|打了|交了|充|下单|现在|这个|用的)", -1.5),
    (r"怎么(还|回事|办|没|不|又|这么|那么|搞)|为什么|为啥|凭什么|什么(情况|意思|时候|鬼)|咋", -1.4),
    (r"能不能|可不可以|行不行|是不是|有没有|多少钱|可以吗|行吗|还有多久|多久", -0.5),
    (r"(好的?|行|嗯|哦)[，, ]?(谢谢|多谢)|^谢谢|谢谢(你|啊|了|哈)?[。！]?$|麻烦你|帮我|给我", -1.2),
    (r"投诉|骗|坑|垃圾|太(慢|差|坑|贵|烂)|忽悠|无语|恶心|呵呵|差评|工商|消协|人工|消费者", -1.2),
    (r"在吗|在不在|有人吗|没人|没有?收到|不想要|不要了|算了|我不|我没|我是", -0.8),
    (
        r"^(嗯+|哦+|啊|对(的|啊)?|是(的|啊)?|好(吧|嘞|了)?|行(吧)?|没(有|了|事)(了)?|知道了|明白了|可以|好的)[。！，]?$",
        -0.8,
    ),
)

EN: tuple[tuple[str, float], ...] = (
    # what agents say
    (r"thank(s| you) (so much )?for (calling|contacting|your (patience|call|time)|holding|waiting|choosing)", 3.0),
    (r"how (may|can|could) (i|we) (help|assist)|what can i (do|help)", 3.0),
    (r"(is|was) there anything else|anything else (i|we|that) (can|could)", 3.0),
    (r"(my name is|this is) \w+.{0,30}(how|help|speaking|from|with)|you('ve| have) reached|speaking with", 1.6),
    (r"(may|can|could) i (please )?(have|get|ask|know|verify|confirm|grab)", 2.0),
    (
        r"(what'?s|what is|confirm|verify|provide|give me|have) (your|the) .{0,20}"
        r"(name|account|order|phone|number|policy|birth|address|email|zip|make|model|vin|mileage)",
        1.8,
    ),
    (
        r"let me (just )?(check|look|see|pull|transfer|get|find|go ahead|put|take)|"
        r"i('ll| will) (go ahead|check|look|pull)",
        1.4,
    ),
    (r"one moment|just a moment|bear with me|please hold|hold on (one|a|just)|put you on hold|brief hold", 1.5),
    (
        r"(i|we) (do )?apologi[sz]e|sorry (for|about) (the|any|that|your)|i understand|"
        r"i('d| would) be (more than )?happy to",
        1.5,
    ),
    (
        r"i can (certainly|definitely|absolutely|help|schedule|offer|get|see|assist)|"
        r"we('ll| will| can| have| do| offer)\b",
        0.9,
    ),
    (r"\b(ma'?am|sir|mister|mr|mrs|ms)\b|you('re| are) (very |most )?welcome|for you\b|perfect|great question", 0.7),
    (r"have a (great|nice|good|wonderful) (day|one|rest|weekend|evening)|would you like|do you (prefer|happen)", 1.0),
    (r"\byour (car|vehicle|order|account|card|flight|package|bill|plan|payment|appointment|claim|policy)", 0.8),
    # what customers say
    (
        r"i('m| am| was) calling (about|because|to|in|for)|i was wondering|i('m| am) having|"
        r"i('d| would) like to|i want(ed)? to",
        -1.8,
    ),
    (
        r"\bi (need|have (a|an|been|this|some)|got|bought|ordered|received|paid|lost|tried|just)\b|"
        r"\bi (can't|cannot|didn't|don't)\b",
        -1.2,
    ),
    (
        r"\bmy (car|vehicle|order|account|card|phone|bill|name|flight|package|insurance|wife|husband|son|house)|"
        r"\bmy internet",
        -1.2,
    ),
    (
        r"you guys|how much|how long|do you (have|guys|know|think|offer)|can you (tell|help|check|please|give)|are you",
        -1.0,
    ),
    (
        r"(okay|great|alright|oh),? thank(s| you)|thank you (so|very) much|thanks a lot|appreciate (it|that|your help)",
        -0.9,
    ),
    (r"ridiculous|unacceptable|complain|refund|waste|never (got|received)|still (not|haven't|waiting)|cancel", -0.8),
    (
        r"^(yes|yeah|yep|no|nope|okay|ok|sure|right|uh-?huh|correct|"
        r"that'?s (right|correct|fine|great)|all ?right)[.!,]?$",
        -0.4,
    ),
)

CUES = {"zh": ZH, "yue": ZH, "en": EN}
QUESTION = {
    "zh": r"[?？][\s。]*$|(吗|呢|么|多少|什么|哪里|几号)[？?。]?$",
    "en": r"[?？]\s*$",
}
BACK_CHANNEL = {
    "zh": r"^(嗯+|哦+|啊|对(的|啊)?|是(的|啊)?|好(的|吧|嘞)?|行|可以|喂)"
    r"([，。！ ]*(嗯+|哦+|啊|对|是|好(的)?|行))*[，。！？]?$",
    "en": r"^(yes|yeah|yep|no|okay|ok|sure|right|uh-?huh|mm-?hmm|correct|all ?right|hello|hi)[.!,?]?$",
}
