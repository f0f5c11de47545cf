"""No inside address is gone to, however it is spelled; public ones are."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.net import refusal


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.0", "100.100.100.200", "100.127.255.255",
        "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.169.254", "169.254.170.2", "172.16.0.1",
        "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255",
        "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a9fe:a9fe", "64:ff9b::808:808",
        "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "2002:7f00:1::",
        "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1",
        "ff02::1", "4000::1",
    ],
)  # fmt: skip
def test_it_refuses_what_lies_inside(address: str) -> None:
    assert refusal(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "93.184.216.34", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.1", "168.63.129.15", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0",
        "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2001:200::1",
        "2001:4860:4860::8888", "2003::1", "2400:3200::1", "2606:4700::1111",
    ],
)  # fmt: skip
def test_it_lets_public_addresses_be(address: str) -> None:
    assert refusal(ip_address(address)) is None


def test_it_allows_this_machine_only_when_told_and_nothing_else_with_it() -> None:
    for address in ("127.0.0.1", "127.9.9.9", "::1"):
        assert refusal(ip_address(address)) == "loopback"
        assert refusal(ip_address(address), loopback=True) is None
    for address in ("0.0.0.0", "10.0.0.1", "169.254.169.254", "::", "::ffff:10.0.0.1", "fe80::1"):
        assert refusal(ip_address(address), loopback=True)


PRIVATE = [ip_network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8")]


@given(st.integers(0, 2**32 - 1))
def test_it_is_at_least_as_strict_as_the_standard_library(number: int) -> None:
    address = ip_address(number)
    if not address.is_global or address.is_multicast or any(address in net for net in PRIVATE):
        assert refusal(address)
    assert refusal(ip_address(f"::ffff:{address}")) and refusal(ip_address((0x2002 << 112) | (number << 80)))
    assert refusal(ip_address((0x64FF9B << 96) | number))
