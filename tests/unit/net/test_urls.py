"""One spelling of a URL is read; every trick with it is refused before a name is looked up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_engine.errors import BadInput
from qa_engine.net import Url, read_url, refusal


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("https://calls.example.com/a.wav", "https://calls.example.com/a.wav"),
        ("HTTPS://Calls.Example.COM./a.wav", "https://calls.example.com/a.wav"),
        ("https://calls.example.com", "https://calls.example.com/"),
        ("https://calls.example.com?x=1", "https://calls.example.com/?x=1"),
        ("https://calls.example.com:443/", "https://calls.example.com/"),
        ("https://calls.example.com:/", "https://calls.example.com/"),
        ("https://calls.example.com:8443/", "https://calls.example.com:8443/"),
        ("https://calls.example.com/a#part", "https://calls.example.com/a"),
        ("https://s3.example.com/b/k?X-Sig=a%2Fb%3D&e=1", "https://s3.example.com/b/k?X-Sig=a%2Fb%3D&e=1"),
        ("https://calls.example.com/录音.wav", "https://calls.example.com/%E5%BD%95%E9%9F%B3.wav"),
        ("https://xn--fiqs8s.example.com/", "https://xn--fiqs8s.example.com/"),
        ("https://93.184.216.34/", "https://93.184.216.34/"),
        ("https://[2606:4700::1111]:8443/", "https://[2606:4700::1111]:8443/"),
        ("https://under_score.example.com/", "https://under_score.example.com/"),
    ],
)
def test_it_reads_public_https_urls(text: str, read: str) -> None:
    assert str(read_url(text)) == read


@pytest.mark.parametrize(
    "text",
    [
        "", "calls.example.com/a.wav", "//calls.example.com/", "https:///a", "https://", "https:a.example.com",
        "http://calls.example.com/", "ftp://calls.example.com/", "file:///etc/passwd", "gopher://a.example.com/",
        "javascript:alert(1)", "data:audio/wav;base64,UklGRg==", "unix:///run/docker.sock",
        "https://user@calls.example.com/", "https://user:word@calls.example.com/", "https://@calls.example.com/",
        "https://calls.example.com\\@10.0.0.1/", "https://calls.example.com/ a", " https://calls.example.com/",
        "https://calls.example.com/\r\nHost: x", "https://calls.exam\tple.com/", "https://calls.example.com/\x00",
        "https://calls.example.com/\ud800", "https://calls.example.com/" + "a" * 2000,
        "https://录音.example.com/", "https://calls。example.com/", "https://ⓔxample.com/", "https://１２７.0.0.1/",
        "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/", "https://017700000001/", "https://127.1/",
        "https://0177.0.0.1/", "https://127.0.0.1./", "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data/",
        "https://100.100.100.200/", "https://0/", "https://0.0.0.0/", "https://255.255.255.255/", "https://1.2.3.4.5/",
        "https://[::1]/", "https://[::]/", "https://[::ffff:10.0.0.1]/", "https://[::ffff:8.8.8.8]/",
        "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[fe80::1%25eth0]/", "https://[fe80::1%eth0]/",
        "https://[2606:4700::1111%251]/", "https://[::1", "https://[v1.x]/", "https://::1/",
        "https://calls.example.com:0/", "https://calls.example.com:22/", "https://calls.example.com:25/",
        "https://calls.example.com:80/", "https://calls.example.com:1023/", "https://calls.example.com:65536/",
        "https://calls.example.com:-1/", "https://calls.example.com:4a3/", "https://calls.example.com:４４３/",
        "https://localhost/", "https://LOCALHOST./", "https://a.localhost/", "https://db.local/", "https://db/",
        "https://metadata.google.internal/", "https://router.lan/", "https://x.onion/", "https://x.home.arpa/",
        "https://-a.example.com/", "https://a-.example.com/", "https://a..example.com/", "https://.example.com/",
        "https://a%2eexample.com/", "https://" + "a" * 64 + ".example.com/", "https://" + "a." * 130 + "com/",
        "http://127.0.0.1/", "http://localhost/",
    ],
)  # fmt: skip
def test_it_refuses_everything_else(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_url(text, where="form: url")
    assert refused.value.where == "form: url"


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:8000/",
        "http://127.0.0.2/",
        "http://[::1]:9000/",
        "http://localhost:3000/",
        "https://localhost/",
    ],
)
def test_it_reads_urls_of_this_machine_only_when_told(text: str) -> None:
    with pytest.raises(BadInput):
        read_url(text)
    assert read_url(text, loopback_http=True)


@pytest.mark.parametrize(
    "text",
    [
        "http://calls.example.com/", "http://10.0.0.1/", "https://10.0.0.1/", "http://0.0.0.0/", "http://127.0.0.1:22/",
        "http://2130706433/", "http://[::ffff:127.0.0.1]/", "http://localhost.example.com/", "http://a.localhost/",
    ],
)  # fmt: skip
def test_this_machine_is_all_that_it_then_reads_besides(text: str) -> None:
    with pytest.raises(BadInput):
        read_url(text, loopback_http=True)


@given(st.text(max_size=80), st.sampled_from(["", "https://", "https://a.example.com", "https://[", "http://127."]))
def test_whatever_is_written_it_is_read_or_refused(text: str, begin: str) -> None:
    try:
        url = read_url(begin + text)
    except BadInput:
        return
    assert isinstance(url, Url) and url.scheme == "https" and url.host.isascii() and url.target.startswith("/")
    assert str(url).isascii() and str(url).isprintable() and " " not in str(url)
    assert url.literal is None or refusal(url.literal) is None
    assert str(read_url(str(url))) == str(url)
