"""Which of the two languages a request prefers: ``lang``, then Accept-Language, then the console's default."""

from __future__ import annotations

from starlette.requests import Request

from qa_engine.domain import Lang


def language_of(request: Request) -> Lang:
    """``zh`` or ``en``; unknown languages fall back to the installation's default."""
    asked = request.query_params.get("lang", "")
    for told in [asked, *_by_preference(request.headers.get("accept-language", ""))]:
        if told.lower().startswith(("zh", "en")):
            return "zh" if told.lower().startswith("zh") else "en"
    settings = getattr(request.app.state, "settings", None)
    default: Lang = settings.console_language if settings is not None else "en"
    return default


def _by_preference(header: str) -> list[str]:
    """Language tags of an Accept-Language header, most wanted first; what is malformed counts as not wanted."""
    weighed = []
    for position, part in enumerate(header.split(",")[:20]):
        tag, _, weight = part.strip().partition(";q=")
        weighed.append((-_weight(weight), position, tag))
    return [tag for minus, _, tag in sorted(weighed) if minus < 0]


def _weight(text: str) -> float:
    try:
        return min(float(text), 1.0) if text else 1.0
    except ValueError:
        return 0.0
