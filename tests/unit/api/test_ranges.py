"""Which bytes a Range asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.problems import RangeNotSatisfiable
from api.ranges import asked_range

WHOLE = None


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, WHOLE),
        ("", WHOLE),
        ("bytes=0-0", (0, 0)),
        ("bytes=0-", (0, 99)),
        ("bytes=10-19", (10, 19)),
        ("bytes=90-500", (90, 99)),
        ("bytes=-10", (90, 99)),
        ("bytes=-500", (0, 99)),
        ("BYTES = 1 - 2 ", (1, 2)),
        ("bytes=99-99", (99, 99)),
        # near misses: ignored, the whole file comes
        ("bytes=0-1,5-6", WHOLE),
        ("bytes=-", WHOLE),
        ("bytes=5-4", WHOLE),
        ("bytes=a-b", WHOLE),
        ("bytes=+1-2", WHOLE),
        ("bytes=1.0-2", WHOLE),
        ("items=0-1", WHOLE),
        ("bytes", WHOLE),
        ("bytes=--5", WHOLE),
        ("bytes=0x0-0x5", WHOLE),
        ("bytes=٠-٩", WHOLE),
        ("bytes=" + "9" * 400 + "-", WHOLE),
    ],
)
def test_it_reads_one_range_or_none(header: str | None, wanted: tuple[int, int] | None) -> None:
    assert asked_range(header, 100) == wanted


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999-"])
def test_it_refuses_bytes_beyond_the_end(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable) as refused:
        asked_range(header, 100)
    assert refused.value.size == 100


@given(st.text(alphabet="bytes=-0123456789, \t", max_size=30) | st.text(max_size=30), st.integers(0, 10**12))
def test_whatever_comes_the_answer_lies_within_the_file(header: str, size: int) -> None:
    try:
        found = asked_range(header, size)
    except RangeNotSatisfiable:
        return
    assert found is None or 0 <= found[0] <= found[1] < size
