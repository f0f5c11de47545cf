"""Which addresses the house goes out to: public ones, never those of an inside network, in whatever spelling."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

Address = IPv4Address | IPv6Address

_REFUSED = {
    "unspecified": ("0.0.0.0/8", "::/128"),
    "loopback": ("127.0.0.0/8", "::1/128"),
    "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"),
    "shared by a carrier (CGNAT)": ("100.64.0.0/10",),
    "link-local, where clouds keep their metadata": ("169.254.0.0/16", "fe80::/10"),
    "a cloud's inside service": ("168.63.129.16/32",),
    "multicast": ("224.0.0.0/4", "ff00::/8"),
    "reserved": ("192.0.0.0/24", "240.0.0.0/4", "2001::/23"),
    "for documents and tests": (
        "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20",
    ),
    "an IPv4 address in IPv6 clothes": ("::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16"),
    "a relay between IPv4 and IPv6": ("192.88.99.0/24",),
}  # fmt: skip
"""By the registries of special-purpose addresses (RFC 6890), and 168.63.129.16, which Azure answers from inside."""

_NETWORKS = [(ip_network(network), why) for why, networks in _REFUSED.items() for network in networks]
_GLOBAL_UNICAST = ip_network("2000::/3")


def refusal(address: Address, *, loopback: bool = False) -> str | None:
    """Why nobody goes there; None for a public address, and for this machine's own when ``loopback`` allows it."""
    if loopback and address.is_loopback:
        return None
    for network, why in _NETWORKS:
        if address.version == network.version and address in network:
            return why
    if address.version == 6 and address not in _GLOBAL_UNICAST:
        return "not a public address"
    return None
