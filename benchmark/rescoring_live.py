"""Rescores a seeded archive with archive workers that are killed on the way, and times live chats before and meanwhile.

make bench-rescoring (docs/rescoring.md). Looks at the database of the settings. The API, a score worker and the archive
workers are the product's own processes. A chat is posted every few seconds; its intake is what the request takes, its
score what lies between acceptance and its scorecard. At the end every interaction of the run's languages must have one
scorecard of the run, and some drawn at random must be what the interpreter says.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

import psutil
from sqlalchemy import func, select

from models.toolbox import build_tools
from qa_engine.checkers.base import Instruments
from qa_engine.domain import Dossier, Scorecard
from qa_engine.rubric import Rubric, load_rubric, read_rubric
from qa_engine.scoring import judge
from qa_engine.settings import get_settings
from qa_engine.storage import SYSTEM, Store
from qa_engine.storage.rescore_rows import Rescore
from qa_engine.storage.tables import interactions, scorecards

CLI = [sys.executable, "-c", "from workers.cli.main import main; main()"]
READY_S, PATIENCE_S, LOOK_S = 300.0, 120.0, 0.02
SAID = (
    "您好，请问有什么可以帮您？",
    "我的订单还没有发货",
    "您稍等，我查一下",
    "好的",
    "明天就会发出，感谢您的来电，再见",
)


@dataclass
class Live:
    """Posts chats one after another at a steady pace, and waits for each to be scored."""

    store: Store
    port: int
    key: str
    every_s: float
    intake: list[float] = field(default_factory=list)
    score: list[float] = field(default_factory=list)
    sent: int = 0
    lost: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        waiting: list[threading.Thread] = []
        due = time.monotonic()
        while not self.over.wait(max(0.0, due - time.monotonic())):
            due += self.every_s
            waiting.append(one := threading.Thread(target=self._chat, args=(self.sent,)))
            self.sent += 1
            one.start()
        for one in waiting:
            one.join()

    def _chat(self, n: int) -> None:
        roles = ("agent", "customer")
        said = [{"role": roles[k % 2], "text": f"{text}（{os.getpid()}-{n}）"} for k, text in enumerate(SAID)]
        body = json.dumps({"id": f"live-{time.time_ns()}", "messages": said}).encode()
        told = {"X-API-Key": self.key, "Content-Type": "application/json"}
        url = f"http://127.0.0.1:{self.port}/v1/interactions"
        began = time.monotonic()
        with urllib.request.urlopen(urllib.request.Request(url, body, told), timeout=PATIENCE_S) as answer:
            taken = str(json.load(answer)["id"])
        accepted = time.monotonic()
        self.intake.append(accepted - began)
        while time.monotonic() < accepted + PATIENCE_S:
            if self.store.interaction(SYSTEM, taken).scored_at is not None:
                self.score.append(time.monotonic() - accepted)
                return
            time.sleep(LOOK_S)
        self.lost += 1

    def cut(self) -> str:
        """What was measured since the last cut."""
        intake, score = self.intake[:], self.score[:]
        del self.intake[: len(intake)], self.score[: len(score)]
        told = (f"{name} p50 {share(took, 0.5):.2f} p95 {share(took, 0.95):.2f} max {max(took):.2f} s"
                for name, took in (("intake", intake), ("acceptance to score", score)) if took)  # fmt: skip
        return f"{len(score)} chats: {', '.join(told)}; not scored {self.lost}"


def share(values: Sequence[float], part: float) -> float:
    """The value that ``part`` of all do not pass."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


@contextmanager
def running(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command of ours, as a service of its own; told to stop at the end."""
    log = get_settings().home / f"bench-{words[0]}-{words[1].strip('-')}.log"
    with log.open("ab") as out:
        process = subprocess.Popen([*CLI, *words], stdout=out, stderr=subprocess.STDOUT, start_new_session=True)  # noqa: S603 - our own
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def workers_of(services: Sequence[subprocess.Popen[bytes]]) -> Iterator[int]:
    for service in services:
        with suppress(psutil.NoSuchProcess):
            family = psutil.Process(service.pid).children(recursive=True)
            yield from (one.pid for one in family if "workers.worker" in one.cmdline())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def changed(rubric: Rubric) -> Rubric:
    """The rubric with two points more for its first item, so that what lists show changes."""
    text = re.sub(r"\bpoints: (\d+)", lambda m: f"points: {int(m[1]) + 2}", rubric.text, count=1)
    return read_rubric(text, "changed.yaml")


def follow(
    store: Store, run: Rescore, services: Sequence[subprocess.Popen[bytes]], kills: int, limit_s: float
) -> Rescore:
    """Until it is done or time is up; archive workers die on the way, when so much of it is done."""
    began, blows, told = time.monotonic(), [(k + 1) / (kills + 1) for k in range(kills)], 0.0
    while (now := store.rescore_run(SYSTEM, run.id)).state.is_open and time.monotonic() - began < limit_s:
        if blows and now.planned and now.share >= blows[0]:
            blows.pop(0)
            for victim in random.sample(pids := list(workers_of(services)), min(1, len(pids))):
                os.kill(victim, signal.SIGKILL)
                print(f"killed an archive worker at {now.done} of {now.total}", flush=True)
        if time.monotonic() - told > 60:
            told = time.monotonic()
            eta = f"{now.eta_s:.0f} s left" if now.eta_s else "time left not known"
            print(f"{told - began:6.0f} s  {now.done} of {now.total}, {now.per_second:.0f} a second, {eta}", flush=True)
        time.sleep(0.5)
    return now


def check(store: Store, run: Rescore, rubric: Rubric, sample: int, *, whole: bool) -> None:
    """Prints how many scorecards are doubled, lacking, and other than the interpreter's."""
    table = scorecards.c
    mine = table.run_id == run.id
    with store.db.read() as connection:
        cards, each = connection.execute(
            select(func.count(), func.count(table.interaction_id.distinct())).where(mine)
        ).one()
        drawn = select(table.interaction_id).where(mine).order_by(func.random()).limit(sample)
        ids = list(connection.execute(drawn).scalars())
        spoken = interactions.c.language.in_(rubric.languages) & (interactions.c.id <= run.id)
        there = connection.execute(select(func.count()).select_from(interactions).where(spoken)).scalar_one()
    print(f"scorecards {cards}, doubled {cards - each}" + (f", lacking {there - each} of {there}" if whole else ""))
    tools = build_tools(store.settings)
    other = sum(not same(store, one, rubric, Instruments(tools.embedder, tools.acts)) for one in ids)
    print(f"of {len(ids)} drawn at random {other} are not what the interpreter says")


def same(store: Store, interaction_id: str, rubric: Rubric, instruments: Instruments) -> bool:
    kept = store.scorecard(SYSTEM, interaction_id, rubric.sha256)
    transcript, signals = store.transcript(SYSTEM, interaction_id), store.signals(SYSTEM, interaction_id)
    if kept is None or transcript is None or signals is None:
        return False
    interaction = store.interaction(SYSTEM, interaction_id).interaction
    return said(kept.scorecard) == said(judge(Dossier(interaction, transcript, signals), rubric, instruments))


def said(card: Scorecard) -> object:
    items = tuple((item.id, item.outcome, item.points, item.confidence) for item in card.items)
    return card.score, card.band, set(card.fatal), set(card.flags), card.judged_share, items


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rubric", default="general-zh")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--every", type=float, default=3.0, help="seconds between two chats")
    parser.add_argument("--before", type=float, default=120.0, help="seconds that chats are timed before the run")
    parser.add_argument("--limit", type=float, default=6 * 3600.0, help="seconds after which it is stopped")
    parser.add_argument("--sample", type=int, default=200)
    asked = parser.parse_args()
    store = Store.open(get_settings())
    rubric = changed(load_rubric(asked.rubric))
    store.keep_rubric(rubric)
    key, _ = store.create_key(SYSTEM, f"bench-{os.getpid()}")
    port = free_port()
    live = Live(store, port, key, asked.every)
    with ExitStack() as stack:
        stack.enter_context(running("serve", "--only", "api", "--port", str(port)))
        stack.enter_context(running("work", "score"))
        services = [stack.enter_context(running("work", "archive")) for _ in range(asked.workers)]
        _wait_for(port)
        posting = threading.Thread(target=live.run)
        posting.start()
        try:
            time.sleep(30.0)  # models load with the first chat
            live.cut()
            time.sleep(asked.before)
            print(f"before:    {live.cut()}", flush=True)
            run, began = store.start_rescore(SYSTEM, rubric, writes=True, shows=True), time.monotonic()
            done = follow(store, run, services, asked.kills, asked.limit)
            took = time.monotonic() - began
            print(f"meanwhile: {live.cut()}", flush=True)
        finally:
            live.over.set()
            posting.join()
    print(f"{done.state}: {done.done} of {done.total} in {took:.0f} s, {done.done / took:.0f} a second", flush=True)
    check(store, done, rubric, asked.sample, whole=not done.state.is_open)


def _wait_for(port: int) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
            return
        time.sleep(0.5)
    raise SystemExit("the API does not answer")


if __name__ == "__main__":
    main()
