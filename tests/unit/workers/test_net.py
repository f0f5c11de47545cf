"""The client that goes out: speaks only to addresses it has checked, and never longer than allowed."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_engine.errors import BadInput
from qa_engine.net.patience import Patience
from tests.unit.workers.world import OTHER_PUBLIC, PUBLIC, Site, Visit, World, by_path, ok, redirect, small_world
from workers.net import Away, ForbiddenAddress, Outside, header

HERE = "https://calls.example.com"


@pytest.fixture
def world() -> Iterator[World]:
    with small_world() as made:
        yield made


@pytest.fixture(scope="module")
def babbler() -> Iterator[tuple[Site, dict[str, bytes]]]:
    """A server that says what it is told to, whatever it is asked."""
    says = {"raw": b""}
    with small_world() as made:
        yield made.plain_site(lambda visit: visit.raw(says["raw"])), says


def get(outside: Outside, text: str = f"{HERE}/a", patience: Patience | None = None) -> tuple[int, bytes]:
    with outside.get(outside.read_url(text), patience or Patience(5, idle_s=5)) as answer:
        return answer.status, b"".join(answer.iter_stream())


def test_it_fetches_what_is_there(world: World) -> None:
    site = world.site(ok(b"sound"))
    assert get(world.outside(), f"{HERE}/a%20b?x=1") == (200, b"sound")
    [visit] = site.seen
    assert visit.path == "/a%20b?x=1"
    assert visit.headers["host"] == "calls.example.com"
    assert visit.headers["accept-encoding"] == "identity"
    assert {name.lower() for name in visit.headers} == {"host", "user-agent", "accept-encoding", "connection"}


def test_it_speaks_to_the_very_address_that_it_checked(world: World) -> None:
    world.site(ok(b"sound"))
    world.names["calls.example.com"] = [[PUBLIC], ["127.0.0.1"]]
    assert get(world.outside()) == (200, b"sound")
    assert world.dialed == [PUBLIC] and world.asked == ["calls.example.com"]
    with pytest.raises(ForbiddenAddress):
        get(world.outside())
    assert world.dialed == [PUBLIC]


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:93.184.216.34", "fe80::1"]
)
@pytest.mark.parametrize("place", [0, 1])
def test_one_inside_address_among_a_hosts_is_enough_to_refuse_it(world: World, inside: str, place: int) -> None:
    world.site(ok())
    addresses = [PUBLIC]
    addresses.insert(place, inside)
    world.names["calls.example.com"] = [addresses]
    with pytest.raises(ForbiddenAddress, match=r"calls\.example\.com is not gone to"):
        get(world.outside())
    assert world.dialed == []


def test_it_tries_a_hosts_other_address(world: World) -> None:
    world.site(ok(b"sound"))
    world.names["calls.example.com"] = [[OTHER_PUBLIC, PUBLIC]]
    assert get(world.outside()) == (200, b"sound")
    assert world.dialed == [OTHER_PUBLIC, PUBLIC]


def test_it_follows_three_redirects_and_looks_each_host_up_anew(world: World) -> None:
    hops = {"/a": redirect("/b"), "/b": redirect("c?d", 307), "/c?d": redirect("https://store.example.com/e", 308)}
    world.site(by_path(hops))
    world.site(ok(b"sound"), "store.example.com", OTHER_PUBLIC)
    assert get(world.outside()) == (200, b"sound")
    assert world.dialed == [PUBLIC, PUBLIC, PUBLIC, OTHER_PUBLIC]


def test_it_does_not_follow_a_fourth(world: World) -> None:
    site = world.site(redirect("/a"))
    with pytest.raises(BadInput, match="more than 3 redirects"):
        get(world.outside())
    assert len(site.seen) == 4


@pytest.mark.parametrize(
    "to",
    [
        "http://calls.example.com/a", "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest",
        "file:///etc/passwd", "https://inside.example.com/", "https://user:word@calls.example.com/", "https://db.local/",
        "https://[", "https://[x]/", "//[::1]/", "/a b", "\\\\10.0.0.1\\a", "a" * 3000,
        "//10.0.0.1/a", "https://2130706433/", "gopher://calls.example.com/", "https://calls.example.com:22/",
    ],
)  # fmt: skip
def test_no_redirect_leads_inside(world: World, to: str) -> None:
    world.site(redirect(to))
    world.names["inside.example.com"] = [["192.168.1.1"]]
    with pytest.raises(BadInput):
        get(world.outside())
    assert world.dialed == [PUBLIC]


def test_a_post_follows_none(world: World) -> None:
    site = world.site(redirect("/b"))
    outside = world.outside()
    with outside.ask("POST", outside.read_url(f"{HERE}/a"), Patience(5, idle_s=5), body=b"{}") as answer:
        assert (answer.status, header(answer, "Location")) == (302, "/b")
    assert [visit.body for visit in site.seen] == [b"{}"]


def test_it_believes_only_a_certificate_for_that_name(world: World) -> None:
    world.site(ok(), "other.example.com")
    world.names["calls.example.com"] = [[PUBLIC]]
    with pytest.raises(Away, match=r"(?i)certificate"):
        get(world.outside())
    assert get(world.outside(), "https://other.example.com/") == (200, b"")
    with pytest.raises(Away, match=r"(?i)certificate"):
        get(world.outside(trust=None), "https://other.example.com/")


def test_http_is_only_for_this_machine_and_only_when_told(world: World) -> None:
    site = world.plain_site(ok(b"sound"))
    here = f"http://127.0.0.1:{site.port}/"
    open_house = Outside(loopback_http=True)
    assert get(open_house, here) == (200, b"sound")
    with pytest.raises(BadInput):
        get(Outside(), here)
    world.names["localhost"] = [[PUBLIC]]
    with pytest.raises(ForbiddenAddress, match="http only to this machine"):
        get(world.outside(loopback_http=True), "http://localhost:8080/")
    assert world.dialed == []


def test_what_it_is_told_by_the_environment_does_not_matter(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    world.site(ok(b"sound"))
    assert get(world.outside()) == (200, b"sound")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsound",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nsound",
    ],
    ids=["nothing", "another protocol", "cut off", "chunks cut off", "endless headers", "two lengths"],
)
def test_an_answer_that_is_none_is_a_fault_that_may_pass(world: World, raw: bytes) -> None:
    world.site(lambda visit: visit.raw(raw))
    with pytest.raises(Away) as away:
        get(world.outside())
    assert away.value.where == "calls.example.com"


def test_a_name_that_is_not_known_is_a_fault_that_may_pass(world: World) -> None:
    with pytest.raises(Away, match="not known"):
        get(world.outside())


def test_a_resolver_that_hangs_holds_it_no_longer_than_allowed(world: World) -> None:
    hold = threading.Event()
    outside = world.outside(resolve=lambda *_: [PUBLIC] if hold.wait(20) else [])
    began = time.monotonic()
    with pytest.raises(Away, match="not resolved in time"):
        get(outside, patience=Patience(0.3, idle_s=5))
    assert time.monotonic() - began < 4
    hold.set()


def test_a_server_that_accepts_and_says_nothing_holds_it_no_longer_than_allowed(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        world.names["calls.example.com"], world.hosts[PUBLIC] = [[PUBLIC]], silent.getsockname()[1]
        began = time.monotonic()
        with pytest.raises(Away, match="in time"):
            get(world.outside(), patience=Patience(5, idle_s=0.3))
        assert time.monotonic() - began < 4


SLOWLY = [b"HTTP/1.1 200 OK\r\nX: ", *[b"a"] * 100]
SLOW_BODY = [b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", *[b"a"] * 100]


@pytest.mark.parametrize("pieces", [SLOWLY, SLOW_BODY], ids=["headers", "body"])
def test_a_byte_now_and_then_does_not_stretch_the_time(world: World, pieces: list[bytes]) -> None:
    world.site(lambda visit: visit.raw(*pieces, rest_s=0.05))
    began = time.monotonic()
    with pytest.raises(Away, match="in time"):
        get(world.outside(), patience=Patience(0.6, idle_s=0.4))
    assert time.monotonic() - began < 4


def test_a_large_body_may_take_long_while_it_comes_fast_enough(world: World) -> None:
    def steadily(visit: Visit) -> None:
        visit.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", *[bytes(2500)] * 40, rest_s=0.05)

    world.site(steadily)
    _, body = get(world.outside(), patience=Patience(1, idle_s=5, rate=10_000, longest_s=60))
    assert len(body) == 100_000
    with pytest.raises(Away):
        get(world.outside(), patience=Patience(1, idle_s=5, rate=1_000_000, longest_s=60))
    with pytest.raises(Away):
        get(world.outside(), patience=Patience(1, idle_s=5, rate=10_000, longest_s=1))


def test_what_comes_packed_stays_packed(world: World) -> None:
    bomb = gzip.compress(bytes(10_000_000))
    world.site(ok(bomb, Content_Encoding="gzip"))
    assert get(world.outside()) == (200, bomb)


NAMES = ("Content-Length", "Transfer-Encoding", "Location", "Content-Encoding", "Connection", "Upgrade", "X")
WORDS = ("chunked", "0", "5", "-1", "9" * 30, "/", "//[", "gzip", "é")
LINES = st.tuples(st.sampled_from(NAMES), st.sampled_from(WORDS))
HEADS = (
    "HTTP/1.1 200 OK",
    "HTTP/1.1 302 x",
    "HTTP/1.0 200",
    "HTTP/1.1 999 ?",
    "HTTP/1.1 103 x",
    "HTTP/2 200",
    "ICY 200",
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(HEADS), st.lists(LINES, max_size=5), st.binary(max_size=60))
def test_whatever_is_answered_it_is_an_answer_a_fault_or_a_refusal(
    babbler: tuple[Site, dict[str, bytes]], first: str, lines: list[tuple[str, str]], body: bytes
) -> None:
    site, says = babbler
    head = "\r\n".join([first, *(f"{name}: {value}" for name, value in lines)]) + "\r\n\r\n"
    says["raw"] = head.encode() + body
    with suppress(Away, BadInput):
        get(Outside(loopback_http=True), f"http://127.0.0.1:{site.port}/", Patience(2, idle_s=2))
