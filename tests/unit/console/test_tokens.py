"""Every pair of colours that text is set in reaches WCAG AA, in the light and in the dark."""

from __future__ import annotations

import re

import pytest

from api.console.assets import STATIC

SOFT = ("good", "warn", "bad", "person", "na")
PAIRS = [
    *[(ink, on) for ink in ("ink", "ink-2", "ink-3") for on in ("bg", "surface", "sunken")],
    *[(name, f"{name}-soft") for name in SOFT],
    *[(name, "surface") for name in (*SOFT, "accent", "agent", "customer")],
    ("accent-ink", "accent"), ("fatal-ink", "fatal"), ("accent", "bg"), ("accent", "sunken"), ("accent", "accent-soft"),
    ("agent", "agent-soft"), ("customer", "customer-soft"), ("ink", "agent-soft"), ("ink", "customer-soft"),
    ("ink-3", "agent-soft"), ("ink-3", "customer-soft"), ("ink", "accent-soft"), ("highlight-ink", "highlight"),
    ("ink-2", "accent-soft"),
]  # fmt: skip
EDGES = [("line-strong", "surface"), ("focus", "surface"), ("focus", "bg"), ("agent", "sunken"), ("customer", "sunken")]


def tokens(scheme: str) -> dict[str, str]:
    text = (STATIC / "tokens.css").read_text("utf-8")
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", light))
    return found | (dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", dark)) if scheme == "dark" else {})


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself_is_right() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "on"), PAIRS)
def test_text_can_be_read(ink: str, on: str, scheme: str) -> None:
    found = tokens(scheme)
    assert contrast(found[ink], found[on]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "on"), EDGES)
def test_edges_and_marks_can_be_seen(edge: str, on: str, scheme: str) -> None:
    found = tokens(scheme)
    assert contrast(found[edge], found[on]) >= 3


def test_both_schemes_name_the_same_colours() -> None:
    text = (STATIC / "tokens.css").read_text("utf-8")
    light, dark = text.split("@media (prefers-color-scheme: dark)")
    named = [set(re.findall(r"--([\w-]+):\s*#", part)) for part in (light, dark)]
    assert named[0] == named[1]


def test_no_other_sheet_brings_its_own_colour() -> None:
    for sheet in STATIC.glob("*.css"):
        if sheet.name != "tokens.css":
            assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", sheet.read_text("utf-8")) == [], sheet.name
