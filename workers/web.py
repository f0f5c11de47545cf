"""The API process as `serve` starts it: our logging, then uvicorn over the application with what we lend to it."""

from __future__ import annotations

import argparse
from functools import lru_cache

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.lent import Lent
from qa_engine.checkers.base import Instruments
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
    from models.acts import load  # noqa: PLC0415 - many an API process never previews a rubric
    from models.embeddings import E5Embedder  # noqa: PLC0415

    return Instruments(E5Embedder(settings.home), load())


if __name__ == "__main__":
    main()
