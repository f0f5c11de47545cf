"""Reads a URL that somebody else wrote: one strict spelling of scheme, host, port and target, or a refusal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote, urlsplit

from qa_engine.errors import BadInput
from qa_engine.net.addresses import Address, refusal

LONGEST = 2000
"""Characters of a whole URL."""
PORTS = {"https": 443, "http": 80}
FIRST_FREE_PORT = 1024
"""Below it only the scheme's own port: nobody serves HTTPS to the world where mail, SSH and databases listen."""

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)
_UNSEEN = re.compile(r"[\x00-\x20\x7f\\\ud800-\udfff]")
_INSIDE = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home.arpa", "onion")
_KEPT = "/%:@!$&'()*+,;=~-._?[]"


@dataclass(frozen=True, slots=True)
class Url:
    """``literal`` is the host where it is an address itself; ``target`` is path and query, ASCII only."""

    scheme: str
    host: str
    port: int
    target: str
    literal: Address | None = None

    @property
    def authority(self) -> str:
        """Host and, unless it is the scheme's own, port: what the Host header says."""
        host = f"[{self.host}]" if isinstance(self.literal, IPv6Address) else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def name(self) -> str:
        """The last part of the path, for people; the host where there is none."""
        return self.target.partition("?")[0].rpartition("/")[2] or self.host

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def read_url(text: str, *, loopback_http: bool = False, where: str = "url") -> Url:
    """The URL, its host not yet looked up. Raises BadInput at ``where``.

    ``loopback_http`` (for development) also allows http, and then only to this machine.
    """
    if len(text) > LONGEST:
        raise BadInput(f"a URL is at most {LONGEST} characters long", where=where)
    if _UNSEEN.search(text):
        raise BadInput("blanks, backslashes and control characters have no place in a URL", where=where)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise BadInput(f"not a URL: {error}", where=where, mend="send https://HOST/PATH") from None
    if parts.scheme not in ("https", "http") or not parts.netloc:
        raise BadInput("not an https URL", where=where, mend="send https://HOST/PATH")
    if "@" in parts.netloc:
        raise BadInput("a URL with a user name in it is not taken", where=where, mend="use a signed URL instead")
    host, literal = _host(parts.netloc, parts.hostname or "", where)
    _check(parts.scheme, host, literal, loopback_http, where)
    port = PORTS[parts.scheme] if port is None else port
    if port != PORTS[parts.scheme] and port < FIRST_FREE_PORT:
        mend = f"use {PORTS[parts.scheme]} or {FIRST_FREE_PORT} and above"
        raise BadInput(f"port {port} is not gone to", where=where, mend=mend)
    query = f"?{parts.query}" if parts.query else ""
    return Url(parts.scheme, host, port, quote((parts.path or "/") + query, safe=_KEPT), literal)


def _host(netloc: str, host: str, where: str) -> tuple[str, Address | None]:
    """The host, and the address that it is if it is one; octal, hexadecimal and shortened addresses are refused."""
    if not host.isascii():
        mend = "write the host in its ASCII form, which begins with xn--"
        raise BadInput("the host is not ASCII", where=where, mend=mend)
    if netloc.startswith("["):
        return _literal(IPv6Address, host, where)
    host = host.removesuffix(".")
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _literal(IPv4Address, host, where)
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadInput("not the name of a host", where=where, mend="send https://HOST/PATH")
    return host, None


def _literal(kind: type[IPv4Address | IPv6Address], host: str, where: str) -> tuple[str, Address]:
    try:
        address = kind(host)
    except ValueError:
        mend = "write an address in full: four decimal numbers, or IPv6 in brackets without a zone"
        raise BadInput("not an address", where=where, mend=mend) from None
    if getattr(address, "scope_id", None) is not None:
        raise BadInput("an address with a zone is of an inside network", where=where)
    return str(address), address


def _check(scheme: str, host: str, literal: Address | None, loopback_http: bool, where: str) -> None:
    here = host == "localhost" or (literal is not None and literal.is_loopback)
    if here and loopback_http:
        return
    if scheme == "http":
        raise BadInput("only https is gone to", where=where, mend="send https://HOST/PATH")
    if literal is not None:
        why = refusal(literal)
        if why is not None:
            raise BadInput(f"{host} is not gone to: {why}", where=where, mend="use a public address")
    elif "." not in host or host.endswith(tuple(f".{name}" for name in _INSIDE)):
        raise BadInput(f"{host} is a name of an inside network", where=where, mend="use a public name")
