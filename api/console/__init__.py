"""The console: pages for people, served by the same process as the API and drawn on the server."""

from __future__ import annotations

from fastapi import FastAPI

from api.console import assets
from api.console.pages import (
    agents,
    alerts,
    channels,
    errors,
    interaction,
    interactions,
    login,
    queue,
    reports,
    rescores,
    rubric_edit,
    rubrics,
    strategies,
    webhooks,
)


def mount(app: FastAPI) -> None:
    """Add the pages; ``app.state`` holds ``store`` and ``settings``."""
    rooms = (
        assets, login, interactions, interaction, agents, channels, webhooks, strategies, alerts, rubric_edit, rubrics,
        rescores, queue, reports,
    )  # fmt: skip
    for part in rooms:
        app.include_router(part.router)
    app.state.error_page = errors.error_page
