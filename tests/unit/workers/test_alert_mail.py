"""Alerts leave by e-mail as text and as HTML, over a connection that is secured and to people who are named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import trustme
from pydantic import SecretStr

from qa_engine.settings import Settings
from qa_engine.storage.alert_channels import ChannelKind
from qa_engine.storage.alert_sends import Envelope
from tests.unit.workers.post_office import PostOffice, post_office
from workers.channels import mail
from workers.channels.wording import Wording, wording


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def office(ca: trustme.CA) -> Iterator[PostOffice]:
    with post_office(ca=ca) as opened:
        yield opened


def told(office: PostOffice, **more: Any) -> Settings:
    smtp = {"smtp_host": "127.0.0.1", "smtp_port": office.port, "smtp_from": "qa@shop.example"}
    login = {"smtp_user": "qa", "smtp_password": SecretStr("right")}
    return Settings(_env_file=None, **{**smtp, **login, "console_url": "https://qa.shop.example/", **more})


ENVELOPE = Envelope(
    id="m1", channel_id="c1", name="mail", kind=ChannelKind.EMAIL, address="mei@shop.example,lei@shop.example",
    secret=None, language="zh", quotes=False, alerts=(),
)  # fmt: skip


def said(settings: Settings) -> Wording:
    return wording(ENVELOPE, settings)


def test_it_arrives_as_text_and_as_html_over_starttls_with_a_login(office: PostOffice) -> None:
    settings = told(office)
    assert mail.post(ENVELOPE, said(settings), settings, office.trust).error is None
    [letter] = office.letters
    assert office.secured == [True] and office.logins == [("qa", "right")]
    assert office.recipients == ["mei@shop.example", "lei@shop.example"]
    assert letter["Subject"] == "质检预警：通道测试" and letter["From"] == "qa@shop.example"
    assert letter["Message-ID"] and letter["Auto-Submitted"] == "auto-generated"
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None and html is not None
    assert "https://qa.shop.example/alerts" in text.get_content()
    assert '<a href="https://qa.shop.example/alerts">' in html.get_content()


def test_what_is_said_is_text_in_the_html(office: PostOffice) -> None:
    settings = told(office)
    nasty = Wording("<b>x</b>\r\nBcc: evil@example.com", said(settings).grade, (("<i>", "<script>"),), None, "", "zh")
    assert mail.post(ENVELOPE, nasty, settings, office.trust).error is None
    [letter] = office.letters
    html = letter.get_body(("html",))
    assert html is not None and "<script>" not in html.get_content() and letter["Bcc"] is None


@pytest.mark.parametrize(
    ("settings", "refuses", "refused", "why"),
    [
        ({"smtp_password": SecretStr("wrong")}, "", True, "535"),
        ({}, "550 no such person", True, "550"),
        ({}, "450 try later", False, "450"),
        ({"smtp_port": 1}, "", False, "refused"),
        ({"smtp_host": ""}, "", True, "QA_ENGINE_SMTP_HOST"),
    ],
)
def test_it_tells_what_will_not_work_from_what_may_later(
    office: PostOffice, settings: dict[str, Any], refuses: str, refused: bool, why: str
) -> None:
    office.refuses = refuses
    set_up = told(office, **settings)
    answer = mail.post(ENVELOPE, said(set_up), set_up, office.trust)
    assert answer.error is not None and why in answer.error and answer.refused is refused


def test_it_does_not_log_in_where_the_certificate_is_not_believed(office: PostOffice) -> None:
    settings = told(office)
    answer = mail.post(ENVELOPE, said(settings), settings, trust=None)
    assert answer.error is not None and "certificate" in answer.error.lower()
    assert office.logins == [] and office.letters == []


def test_it_may_be_told_not_to_secure_what_never_leaves_the_machine(office: PostOffice) -> None:
    settings = told(office, smtp_security="none", smtp_user="")
    assert mail.post(ENVELOPE, said(settings), settings).error is None
    assert office.secured == [False] and office.logins == []
