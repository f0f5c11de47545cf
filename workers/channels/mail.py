"""Sends a message by e-mail, as plain text and as HTML, through the installation's own SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from html import escape

from qa_engine.alerts import Grade
from qa_engine.settings import Settings
from qa_engine.storage import clock
from qa_engine.storage.alert_sends import Envelope
from workers.channels.answers import Answer
from workers.channels.wording import Wording

TRY_S = 15.0
_PRIORITY = {Grade.MAJOR: "1", Grade.SERIOUS: "2", Grade.GENERAL: "3"}


def post(envelope: Envelope, said: Wording, settings: Settings, trust: ssl.SSLContext | None = None) -> Answer:
    """One try. ``trust``: certificates that are believed; None takes the system's."""
    if not settings.smtp_host:
        return Answer("no mail server is set (QA_ENGINE_SMTP_HOST)", refused=True)
    try:
        with _connected(settings, trust or ssl.create_default_context()) as server:
            if settings.smtp_user and settings.smtp_password is not None:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(letter(envelope, said, settings))
        return Answer()
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as error:
        return Answer(_told(error), refused=_for_good(error))
    except (smtplib.SMTPException, OSError) as error:
        return Answer(_told(error))


def letter(envelope: Envelope, said: Wording, settings: Settings) -> EmailMessage:
    """Its Message-ID is that of the message, so that a mailbox that gets it twice can tell."""
    mail = EmailMessage()
    mail["Subject"] = " ".join(said.title.split())
    mail["From"] = settings.smtp_from or settings.smtp_user
    mail["To"] = ", ".join(envelope.address.split(","))
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = make_msgid(envelope.id, domain="qa-engine.invalid")
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Priority"] = _PRIORITY[said.grade]
    lines = [f"{label}: {text}" if label else text for label, text in said.lines]
    mail.set_content("\n".join([said.title, "", *lines, *([said.link] if said.link else [])]) + "\n")
    mail.add_alternative(_html(said), subtype="html")
    return mail


def _html(said: Wording) -> str:
    rows = "".join(
        f'<tr><th align="left" valign="top">{escape(label)}</th><td>{escape(text)}</td></tr>'
        for label, text in said.lines
    )
    link = f'<p><a href="{escape(said.link, quote=True)}">{escape(said.button)}</a></p>' if said.link else ""
    return (
        f'<!doctype html><html lang="{said.language}"><meta charset="utf-8"><body>'
        f"<h2>{escape(said.title)}</h2><table>{rows}</table>{link}</body></html>"
    )


def _connected(settings: Settings, trust: ssl.SSLContext) -> smtplib.SMTP:
    where = (settings.smtp_host, settings.smtp_port)
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(*where, timeout=TRY_S, context=trust)
    server = smtplib.SMTP(*where, timeout=TRY_S)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=trust)
        except (smtplib.SMTPException, OSError):
            server.close()
            raise
    return server


def _for_good(error: smtplib.SMTPException) -> bool:
    """Codes from 500 up stay as they are until someone mends the settings."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
