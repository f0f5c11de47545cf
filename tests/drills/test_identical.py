"""A hundred people send the very same thing at the very same moment: it is one interaction."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from qa_engine.storage import SYSTEM, Store
from tests.databases import BOTH, clean_store
from tests.drills.conftest import Tell
from tests.drills.server import Answer, Client, form, run, served
from tests.drills.tally import Tally
from tests.unit.workers.test_stages import sound

pytestmark = pytest.mark.drill  # in `make test` tests/integration/test_api_live.py does the same, smaller
AT_ONCE, ROUNDS = 100, 3
MULTIPART = "multipart/form-data; boundary=b"
SOUNDS = [sound(0.2, seed=n) for n in range(ROUNDS)]


async def same_key(client: Client, n: int) -> Answer:
    return await client.post("", MULTIPART, form(SOUNDS[n], agent="key"), Idempotency_Key=f"key-{n}")


async def same_external_id(client: Client, n: int) -> Answer:
    return await client.call(f"external-{n}", SOUNDS[n])


async def same_content(client: Client, n: int) -> Answer:
    return await client.post("", MULTIPART, form(SOUNDS[n]))


async def same_chat(client: Client, n: int) -> Answer:
    return await client.chat(f"chat-{n}", "您好")


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with clean_store(request.param, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("post", [same_key, same_external_id, same_content, same_chat])
def test_a_hundred_identical_posts_make_one_interaction(
    store: Store, post: Callable[[Client, int], Awaitable[Answer]], tell: Tell
) -> None:
    with served(store) as api:
        client = Client(api.port, api.key)
        rounds = run(_rounds(client, post))
    tally = Tally(f"100 at once: {post.__name__[5:]}", store.db.engine.dialect.name)
    ids = [{answer.id for answer in answers if answer.status < 300} for answers in rounds]
    told = Counter(answer.status for answers in rounds for answer in answers)
    tally.jobs = ROUNDS
    tally.lost = sum(not found for found in ids)
    tally.doubled = sum(len(found) - 1 for found in ids if found)
    tally.doubled += len(store.interactions(SYSTEM, limit=500).rows) - ROUNDS
    tally.more = f"answers {dict(told)}"
    tell(tally)
    assert set(told) <= ({202, 409} if post is same_key else {200, 202})
    assert post is same_key or told[202] == ROUNDS


async def _rounds(client: Client, post: Callable[[Client, int], Awaitable[Answer]]) -> list[list[Answer]]:
    rounds = [await asyncio.gather(*(post(client, n) for _ in range(AT_ONCE))) for n in range(ROUNDS)]
    await client.close()
    return rounds
