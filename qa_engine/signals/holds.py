"""Hold of the call as a whole: music and ringing of all channels put together."""

from __future__ import annotations

from collections.abc import Sequence

from qa_engine.domain import Span

CLOSE_S = 0.5


def merged(holds: Sequence[Sequence[Span]]) -> tuple[Span, ...]:
    """The union over channels; a stretch with several labels names them all."""
    out: list[Span] = []
    for span in sorted((s for channel in holds for s in channel), key=lambda s: (s.start, s.end)):
        if out and span.start <= out[-1].end + CLOSE_S:
            labels = dict.fromkeys(filter(None, [*out[-1].label.split("+"), span.label]))
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end), "+".join(labels))
        else:
            out.append(span)
    return tuple(out)
