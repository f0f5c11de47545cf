"""What all drills share: a store on each database, and a line that is printed whether they pass or not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.drills.tally import Tally

Tell = Callable[[Tally], None]


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Print the drill's line, captured or not; then hold it to nothing lost and nothing doubled."""
    capture = request.config.pluginmanager.get_plugin("capturemanager")

    def told(tally: Tally) -> None:
        with capture.global_and_fixture_disabled():
            print(f"\n{tally.line}", end=" ", flush=True)
        assert (tally.lost, tally.doubled) == (0, 0), tally.line

    return told
