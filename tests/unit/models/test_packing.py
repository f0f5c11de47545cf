"""Packing keeps every second of speech, fills windows no further than they reach, and finds the way back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.asr.options import PackOptions
from models.asr.packing import alone, pack
from qa_engine.domain import SAMPLE_RATE, Recording, Span

PAD = 0.2
OPTIONS = PackOptions(roomy_pad_s=PAD)


@st.composite
def speech(draw: st.DrawFn) -> list[Span]:
    spans, at = [], 0.0
    for _ in range(draw(st.integers(1, 30))):
        at += draw(st.floats(0.3, 20.0))
        end = at + draw(st.floats(0.1, 28.0))
        spans.append(Span(at, end, "speech"))
        at = end
    return spans


@given(speech())
def test_it_keeps_every_second_of_speech_once_and_in_order(spans: list[Span]) -> None:
    windows = pack(spans, 0, spans[-1].end + 1, PAD, OPTIONS)
    assert [span for window in windows for span in window.speech] == spans


@given(speech())
def test_it_never_fills_more_than_thirty_seconds(spans: list[Span]) -> None:
    for window in pack(spans, 0, spans[-1].end + 1, PAD, OPTIONS):
        assert window.length <= 30.0


@given(speech())
def test_it_leaves_silence_between_pieces_and_around_them(spans: list[Span]) -> None:
    for window in pack(spans, 0, spans[-1].end + 1, PAD, OPTIONS):
        assert window.pieces[0].offset == OPTIONS.lead_s
        for before, after in zip(window.pieces, window.pieces[1:], strict=False):
            assert after.offset - before.end == pytest.approx(OPTIONS.join_s)
            assert after.source >= before.source + before.length - 1e-6


@given(speech(), st.floats(0, 1))
def test_it_maps_any_moment_of_speech_back_to_where_it_was(spans: list[Span], share: float) -> None:
    for window in pack(spans, 0, spans[-1].end + 1, PAD, OPTIONS):
        for piece in window.pieces:
            speech_s = piece.speech[-1].end - piece.speech[0].start
            moment = piece.speech[0].start + share * speech_s
            inside = piece.offset + moment - piece.source
            start, end = window.to_source(inside, inside)
            assert start == end == pytest.approx(moment, abs=1e-6)


def test_a_word_that_the_aligner_began_before_the_join_belongs_after_it() -> None:
    (window,) = pack([Span(1, 2), Span(10, 11)], 0, 20, PAD, OPTIONS)
    first, second = window.pieces
    assert window.to_source(first.end - 0.5, second.offset + PAD + 0.3) == pytest.approx((9.9, 10.3))
    assert window.to_source(first.end - 0.5, first.end - PAD) == pytest.approx((1.7, 2.0))


def test_it_keeps_the_sound_between_close_spans() -> None:
    (window,) = pack([Span(1, 2), Span(2.25, 3)], 0, 20, PAD, OPTIONS)
    assert [(piece.source, round(piece.length, 2)) for piece in window.pieces] == [(0.8, 2.4)]


def test_it_cuts_the_sound_of_its_own_channel_only() -> None:
    pcm = np.stack([np.full(SAMPLE_RATE * 5, 8192), np.full(SAMPLE_RATE * 5, -8192)]).astype(np.int16)
    recording = Recording(pcm=pcm, source_rate=8000, codec="x", container="x", speaker_channels=(0, 1))
    sound = alone(Span(1, 2), 1, 5.0, PAD, OPTIONS).sound(recording)
    lead = round(OPTIONS.lead_s * SAMPLE_RATE)
    assert set(np.unique(sound[lead:-lead])) == {np.float32(-0.25)}
    assert not sound[:lead].any() and not sound[-lead:].any()
    assert len(sound) == round((1.4 + 2 * OPTIONS.lead_s) * SAMPLE_RATE)


def test_it_packs_nothing_from_nothing() -> None:
    assert pack([], 0, 10, PAD, OPTIONS) == []


def test_it_keeps_more_sound_around_speech_where_one_window_holds_it_all() -> None:
    (window,) = pack([Span(5, 9)], 0, 20, PAD, PackOptions(roomy_pad_s=0.7))
    assert (window.pieces[0].source, window.pieces[0].length) == pytest.approx((4.3, 5.4))
    many = pack([Span(n * 20, n * 20 + 9) for n in range(6)], 0, 120, PAD, PackOptions(roomy_pad_s=0.7))
    assert len(many) > 1
    assert many[1].pieces[0].length == pytest.approx(9 + 2 * PAD)
