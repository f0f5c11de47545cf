"""A mail server on the loopback: it says what a real one says, asks for STARTTLS and a login, and keeps what it got."""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import trustme


@dataclass
class PostOffice:
    """``refuses``: what RCPT is answered with instead of 250. ``logins``: user and password, as they came."""

    port: int = 0
    ca: trustme.CA = field(default_factory=trustme.CA)
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)
    refuses: str = ""

    @property
    def trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        self.ca.configure_trust(context)
        return context

    def certified(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert("127.0.0.1").configure_cert(context)
        return context


class _Visit(socketserver.BaseRequestHandler):
    office: PostOffice

    def handle(self) -> None:
        self.stream, self.secure = self.request, False
        self.file = self.stream.makefile("rb")
        self.say("220 office ESMTP")
        while line := self.file.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            if not getattr(self, f"on_{verb.lower()}", self.on_other)(rest):
                return

    def say(self, *lines: str) -> bool:
        self.stream.sendall("".join(f"{line}\r\n" for line in lines).encode())
        return True

    def on_ehlo(self, _rest: str) -> bool:
        return self.say("250-office", *([] if self.secure else ["250-STARTTLS"]), "250 AUTH PLAIN")

    def on_starttls(self, _rest: str) -> bool:
        self.say("220 go on")
        self.stream = self.office.certified().wrap_socket(self.stream, server_side=True)
        self.file, self.secure = self.stream.makefile("rb"), True
        return True

    def on_auth(self, rest: str) -> bool:
        _, user, password = base64.b64decode(rest.split()[1]).decode().split("\0")
        self.office.logins.append((user, password))
        return self.say("235 welcome" if password == "right" else "535 5.7.8 wrong password")

    def on_mail(self, _rest: str) -> bool:
        return self.say("250 fine")

    def on_rcpt(self, rest: str) -> bool:
        self.office.recipients.append(rest.partition("<")[2].partition(">")[0])
        return self.say(self.office.refuses or "250 fine")

    def on_data(self, _rest: str) -> bool:
        self.say("354 go on")
        lines: list[bytes] = []
        while (line := self.file.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        found: Any = message_from_bytes(b"".join(lines), policy=policy.default)
        self.office.letters.append(found)
        self.office.secured.append(self.secure)
        return self.say("250 kept")

    def on_rset(self, _rest: str) -> bool:
        return self.say("250 fine")

    def on_quit(self, _rest: str) -> bool:
        self.say("221 bye")
        return False

    def on_other(self, _rest: str) -> bool:
        return self.say("502 what?")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None: ...  # hang-ups are part of the game


@contextmanager
def post_office(**told: Any) -> Iterator[PostOffice]:
    office = PostOffice(**told)
    server = _Server(("127.0.0.1", 0), type("Visit", (_Visit,), {"office": office}))
    office.port = int(server.server_address[1])
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield office
    finally:
        server.shutdown()
        server.server_close()
