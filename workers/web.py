"""The API process as `serve` starts it: our logging, then uvicorn over the application's factory."""

from __future__ import annotations

import argparse

import uvicorn

from qa_engine.settings import get_settings
from workers.logs import configure
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
        "api.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=LAST_REQUESTS_S,
    )


if __name__ == "__main__":
    main()
