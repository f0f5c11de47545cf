"""What Prometheus reads: requests by route, the process, and the work that waits and is done."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from qa_engine.errors import QAEngineError
from qa_engine.storage import Figures, Store

CONTENT_TYPE = CONTENT_TYPE_LATEST
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class RequestMetrics:
    """Durations of requests, by method, route template (never the raw path) and status."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=self.registry)
        self._seconds = Histogram(
            "qa_engine_http_request_seconds", "Seconds from a request to the end of its answer",
            ["method", "route", "status"], buckets=BUCKETS, registry=self.registry,
        )  # fmt: skip

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        self._seconds.labels(method, route, str(status)).observe(seconds)


def render(requests: RequestMetrics, store: Store) -> bytes:
    """The exposition text. A storage that is away is a figure too, not a failed scrape."""
    registry = CollectorRegistry()
    registry.register(_Work(store))
    return generate_latest(requests.registry) + generate_latest(registry)


class _Work(Collector):
    def __init__(self, store: Store) -> None:
        self.store = store

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            figures = self.store.figures()
        except QAEngineError:
            yield GaugeMetricFamily("qa_engine_storage_up", "1 when storage answers", value=0)
            return
        yield GaugeMetricFamily("qa_engine_storage_up", "1 when storage answers", value=1)
        yield from _queues(figures)
        states = GaugeMetricFamily("qa_engine_interactions", "Interactions by state", labels=["state"])
        for state, count in figures.interactions.items():
            states.add_metric([state], count)
        yield states
        yield GaugeMetricFamily("qa_engine_outbox", "Messages that wait to be sent", value=figures.outbox)


def _queues(figures: Figures) -> Iterator[Metric]:
    jobs = GaugeMetricFamily("qa_engine_jobs", "Jobs by stage and state", labels=["stage", "state"])
    oldest = GaugeMetricFamily("qa_engine_oldest_job_seconds", "Seconds that the oldest job waits", labels=["stage"])
    done = GaugeMetricFamily("qa_engine_jobs_done_last_hour", "Jobs finished within an hour", labels=["stage"])
    for queue in figures.queues:
        for state in ("queued", "leased", "parked", "failed"):
            jobs.add_metric([queue.stage, state], getattr(queue, state))
        oldest.add_metric([queue.stage], queue.oldest_s)
        done.add_metric([queue.stage], queue.done_last_hour)
    yield from (jobs, oldest, done)
