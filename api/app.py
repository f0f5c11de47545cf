"""The web process: intake, results and the console over one store; it loads no model and never waits for Redis."""

from __future__ import annotations

import importlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import anyio.to_thread
import structlog
from fastapi import FastAPI
from fastapi.routing import APIRoute

from api import problems
from api.board import Board
from api.document import document
from api.lent import Lent
from api.links import Links, key_in
from api.metrics import RequestMetrics
from api.middleware.context import RequestContext
from api.middleware.limits import BodyLimit
from api.routes import (
    agents,
    alerts,
    audio,
    channels,
    interactions,
    me,
    messages,
    operation,
    parts,
    queue,
    reports,
    rescores,
    rubrics,
    strategies,
    webhooks,
)
from api.sight import Sight
from api.throttle import Buckets
from api.workbench import Workbench
from qa_engine import __version__
from qa_engine.errors import QAEngineError
from qa_engine.rubric import list_packs, load_rubric
from qa_engine.settings import Settings, get_settings
from qa_engine.storage import Store

log = structlog.get_logger("api")
THREADS = 30
"""Requests worked on at once: as many as the store has connections, so that none waits for one in vain."""


def create_app(
    settings: Settings | None = None, store: Store | None = None, *, pages: bool = True, lent: Lent | None = None
) -> FastAPI:
    """The application. Without a store it opens, and closes, its own; without loans it sends and asks nothing."""
    settings = settings or get_settings()
    _log_without_secrets()
    app = FastAPI(
        title="QA Engine", version=__version__, docs_url=None, redoc_url=None, lifespan=_lifespan,
        generate_unique_id_function=_operation_id,
    )  # fmt: skip
    app.state.settings = settings
    app.state.metrics = RequestMetrics()
    app.state.sight = Sight()
    app.state.board = Board(lambda: app.state.store)
    app.state.lent = lent or Lent()
    app.state.workbench = Workbench(app.state.lent.instruments)
    app.state.buckets = Buckets(settings.uploads_per_minute)
    app.state.links = Links(key_in(settings.home))
    if store is not None:
        app.state.store = store
    app.openapi = partial(document, app)  # type: ignore[method-assign]
    problems.install(app)
    app.add_middleware(BodyLimit, settings=settings)
    app.add_middleware(RequestContext, metrics=app.state.metrics)
    judged = (interactions, messages, agents, parts, audio, reports, rubrics, rescores)
    for room in (*judged, webhooks, channels, strategies, alerts, queue, me, operation):
        app.include_router(room.router)
    if pages:
        console = importlib.import_module("api.console")
        console.mount(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    own = not hasattr(app.state, "store")
    if own:
        app.state.store = await anyio.to_thread.run_sync(Store.open, app.state.settings)
    await anyio.to_thread.run_sync(_keep_packs, app.state.store)
    yield
    app.state.board.close()
    if own:
        app.state.store.close()


def _log_without_secrets() -> None:
    """Where nobody has set up logging, tracebacks come without local variables: they hold keys and spoken words."""
    if not structlog.is_configured():
        plain = structlog.dev.ConsoleRenderer(
            colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
        structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])


def _keep_packs(store: Store) -> None:
    """The rubrics that come with the product are listed before they have judged anything."""
    for name in list_packs():
        try:
            store.keep_rubric(load_rubric(name))
        except QAEngineError as error:
            log.warning("rubric_not_kept", rubric=name, error=str(error))


def _operation_id(route: APIRoute) -> str:
    return route.name
