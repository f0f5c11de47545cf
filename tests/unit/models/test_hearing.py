"""Silent loss, loops and doubt are noticed, and what failed is heard again by other means."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from models.asr.hearing import Heard, Hearing
from models.asr.options import HearingOptions, PackOptions
from models.asr.packing import pack
from models.asr.recognizer import Decoded, How, TimedToken, compression_ratio
from qa_engine.domain import SAMPLE_RATE, Recording, Span
from qa_engine.ports import Floats

OPTIONS = HearingOptions(pack=PackOptions(roomy_pad_s=0.0))
SPEECH = [Span(1.0, 4.0, "speech"), Span(8.0, 12.0, "speech")]


def recording(seconds: float = 20.0) -> Recording:
    pcm = np.zeros((1, round(seconds * SAMPLE_RATE)), dtype=np.int16)
    return Recording(pcm=pcm, source_rate=8000, codec="x", container="x")


def answer(
    text: str, *, at: float = 1.0, each: float = 0.25, log_prob: float = -0.2, no_speech: float = 0.0
) -> Decoded:
    words = tuple(TimedToken(c, at + i * each, at + (i + 1) * each, 0.9) for i, c in enumerate(text))
    return Decoded(
        text=text, tokens=(1,), log_prob=log_prob, no_speech=no_speech, compression=compression_ratio(text), words=words
    )


class Scripted:
    """Answers calls in turn: one list of answers per batch; remembers how it was asked."""

    def __init__(self, *batches: list[Decoded]) -> None:
        self.batches = list(batches)
        self.asked: list[tuple[int, How]] = []

    def decode(self, sounds: Sequence[Floats], how: How) -> list[Decoded]:
        self.asked.append((len(sounds), how))
        answers = self.batches.pop(0)
        assert len(answers) == len(sounds)
        return answers


def hear(script: Scripted, speech: list[Span] = SPEECH) -> list[Heard]:
    hearing = Hearing(script, recording(), How(language="zh"), OPTIONS)  # type: ignore[arg-type]
    return hearing.hear(pack(speech, 0, 20.0, OPTIONS.speech.pad_s, OPTIONS.pack), lambda done: None)


def said(heard: list[Heard]) -> str:
    return "".join(word.text for one in heard for word in one.words)


FULL = "请问有什么可以帮您我想查一下订单在哪里了谢谢"
LONG = "".join(chr(0x4E00 + i) for i in range(70))


def test_it_takes_a_full_answer_as_it_is() -> None:
    script = Scripted([answer(FULL, each=0.38)])
    assert said(hear(script)) == FULL
    assert len(script.asked) == 1


def test_it_maps_word_times_back_to_the_recording() -> None:
    (heard,) = hear(Scripted([answer(FULL, each=0.38)]))
    assert heard.words[0].start == pytest.approx(1.0 + (1.0 - OPTIONS.speech.pad_s) - OPTIONS.pack.lead_s)
    assert 8.0 - OPTIONS.speech.pad_s <= heard.words[-1].start <= 12.0 + OPTIONS.speech.pad_s


def test_it_hears_the_parts_alone_where_too_little_came_back() -> None:
    script = Scripted([answer("请问")], [answer("请问有什么可以帮您"), answer("我想查一下我的订单在哪里")])
    assert said(hear(script)) == "请问有什么可以帮您我想查一下我的订单在哪里"
    assert script.asked[1][0] == 2
    assert script.asked[1][1].beam == OPTIONS.decode.retry_beam


def test_it_hears_a_span_alone_in_which_no_word_was_found() -> None:
    script = Scripted([answer("请问有什么可以帮您的吗请问您说", each=0.2)], [answer("我想查一下我的订单在哪里")])
    assert said(hear(script)).endswith("我想查一下我的订单在哪里")
    assert len(script.asked) == 2


@pytest.mark.parametrize(
    ("log_prob", "no_speech", "taken"), [(-1.2, 0.1, True), (-1.9, 0.1, False), (-1.2, 0.9, False)]
)
def test_what_was_lost_may_come_back_unsure_but_not_doubted(log_prob: float, no_speech: float, taken: bool) -> None:
    found = answer("我想查一下我的订单在哪里", log_prob=log_prob, no_speech=no_speech)
    script = Scripted([answer("请问有什么可以帮您的吗请问您说", each=0.2)], [found])
    assert said(hear(script)).endswith("在哪里") is taken


def test_it_hears_a_loop_again() -> None:
    script = Scripted([answer("试" * 60, each=0.1)], [answer("请问有什么可以帮您"), answer("我想查一下我的订单在哪里")])
    assert "试" not in said(hear(script))


def test_it_hears_nothing_where_the_model_doubts_every_time() -> None:
    doubt = answer("嗯", log_prob=-1.6, no_speech=0.9)
    tries = len(OPTIONS.decode.retry_temperatures)
    assert said(hear(Scripted([doubt], *[[doubt]] * tries), SPEECH[:1])) == ""


def test_it_takes_the_likeliest_of_several_poor_answers() -> None:
    poor = [answer("你好吗", log_prob=p) for p in (-1.9, -1.4, -1.7)]
    poor[1] = replace(poor[1], text="您好", words=poor[1].words[:2])
    assert said(hear(Scripted([poor[0]], [poor[1]], [poor[2]]), SPEECH[:1])) == "你好"


def test_it_tells_how_many_windows_are_done() -> None:
    told: list[int] = []
    spans = [Span(float(i * 30), i * 30 + 20.0) for i in range(10)]
    script = Scripted([answer(LONG)] * 8, [answer(LONG)] * 2)
    hearing = Hearing(script, recording(310), How(language="zh"), OPTIONS)  # type: ignore[arg-type]
    hearing.hear(pack(spans, 0, 310.0, 0.2, OPTIONS.pack), told.append)
    assert told == [8, 10]
