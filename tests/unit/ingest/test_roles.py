"""Role words, near misses, and names settled from the rest."""

from __future__ import annotations

import pytest

from qa_engine.domain import Role
from qa_engine.ingest import read_chats
from qa_engine.ingest.roles import role_of

AGENT, CUSTOMER, SYSTEM = (Role.AGENT, False), (Role.CUSTOMER, False), (Role.SYSTEM, True)
BOT = (Role.AGENT, True)


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("客服", AGENT),
        ("坐席", AGENT),
        ("坐席001", AGENT),
        ("客服-小王", AGENT),
        ("在线客服小李", AGENT),
        ("agent", AGENT),
        ("Agent 12", AGENT),
        ("Agent Smith", AGENT),
        ("STAFF", AGENT),
        ("assistant", AGENT),
        ("【客服】", AGENT),
        ("用户", CUSTOMER),
        ("客户", CUSTOMER),
        ("顾客", CUSTOMER),
        ("访客8823", CUSTOMER),
        ("user", CUSTOMER),
        ("visitor", CUSTOMER),
        ("Customer:", CUSTOMER),
        ("客户经理", AGENT),
        ("系统", SYSTEM),
        ("system", SYSTEM),
        ("机器人", BOT),
        ("bot", BOT),
        ("智能客服", BOT),
        ("客服机器人", BOT),
        ("小王", None),
        ("Robert", None),
        ("Usher", None),
        ("地址", None),
        ("", None),
        ("Abbott", None),
        ("agenta", None),
    ],
)
def test_it_knows_role_words_and_their_near_misses(label: str, role: tuple[Role, bool] | None) -> None:
    assert role_of(label) == role


def roles(text: str) -> tuple[list[Role], float, set[str]]:
    chat = read_chats(text.encode(), "chat.txt")[0]
    return [t.role for t in chat.transcript.turns], chat.transcript.role_confidence, {n.code for n in chat.notices}


def test_a_name_beside_the_customer_is_the_agent() -> None:
    assert roles("小王：您好\n客户：我要退货\n小王：好的") == ([Role.AGENT, Role.CUSTOMER, Role.AGENT], 0.95, set())


def test_two_names_are_told_by_what_they_say_and_that_is_said() -> None:
    found, sure, notices = roles("张三：我的快递呢\n李四：您好，很高兴为您服务，请您稍等\n张三：快点")
    assert found == [Role.CUSTOMER, Role.AGENT, Role.CUSTOMER]
    assert sure < 0.9 and notices == {"roles_guessed"}


def test_two_names_that_say_nothing_typical_stay_unknown() -> None:
    found, sure, notices = roles("张三：在\n李四：哦\n张三：好")
    assert set(found) == {Role.UNKNOWN} and sure == 0.0 and "roles_unknown" in notices
