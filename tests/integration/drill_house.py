"""A household of drill workers: embedded Redis, reconciler and N workers of the score queue, truly supervised."""

from __future__ import annotations

import sys
from dataclasses import replace

from qa_engine.settings import get_settings
from qa_engine.storage import Stage
from workers import household
from workers.logs import configure
from workers.supervisor import python


def main() -> None:
    settings = get_settings()
    configure(settings, "drill")
    workers = [
        replace(spec, argv=python("tests.integration.drill_worker", Stage.SCORE))
        for spec in household.workers(Stage.SCORE, int(sys.argv[1]), settings)
    ]
    specs = [*household.redis_if_needed(settings), household.reconciler(), *workers]
    household.supervise(specs, settings).run()


if __name__ == "__main__":
    main()
