"""The curve of emotion is drawn over the seconds of a call and the messages of a chat, with its turning points."""

from __future__ import annotations

from api.console.view.mood import Picture, picture
from qa_engine.domain import Role
from qa_engine.emotion import trace
from tests.unit.emotion.moods import talk

LINES = ("c.请问", "a.您好", "c!你们就是骗子", "a!那你别买", "c!我要投诉", "a.对不起")


def drawn(*lines: str, duration_s: float | None = 30.0) -> Picture:
    transcript, signals = talk(*lines)
    emotion = trace(transcript, signals)
    assert emotion is not None
    return picture(emotion, transcript, "zh", duration_s)


def test_each_side_has_its_line_over_the_seconds() -> None:
    found = drawn(*LINES)
    assert found.timed and [line.role for line in found.lines] == [Role.CUSTOMER, Role.AGENT]
    assert [point.split(",")[0] for point in found.lines[0].points.split()] == ["0", "333.3", "666.7"]
    heights = [float(point.split(",")[1]) for point in found.lines[0].points.split()]
    assert heights[0] == 100 and heights == sorted(heights, reverse=True), "worse is higher"


def test_a_chat_is_drawn_over_its_messages() -> None:
    found = drawn(*LINES, duration_s=None)
    assert not found.timed and [x for x, _ in found.stops] == [0, 200, 400, 600, 800, 1000]
    assert all(spot.seek is None for spot in found.spots)


def test_turning_points_lie_on_their_line_in_the_order_of_the_conversation() -> None:
    found = drawn(*LINES)
    assert [(spot.turning.role, spot.turning.turn) for spot in found.spots] == [
        (Role.CUSTOMER, 2),
        (Role.AGENT, 3),
        (Role.AGENT, 5),
    ]
    assert f"{found.spots[0].x:g},{found.spots[0].y:g}" in found.lines[0].points
    assert found.spots[0].seek == 10.0


def test_a_single_turn_is_still_seen() -> None:
    assert len(drawn("c!喂").lines[0].points.split()) == 2


def test_sides_are_told_in_words() -> None:
    customer, agent = drawn(*LINES).sides
    assert (customer.start, customer.peak, customer.recovered) == ("平静", "激动", False)
    assert agent.recovered is True
