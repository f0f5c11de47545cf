"""What Prometheus reads: requests by route, the process, and the work that waits and is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from qa_engine.errors import QAEngineError
from qa_engine.storage import Figures, Spread
from qa_engine.storage.alert_figures import AlertFigures

CONTENT_TYPE = CONTENT_TYPE_LATEST
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
REFUSALS = ("waiting", "rate", "space")
"""Why intake said no: too much waits, too many uploads a minute, too little room on a disk."""


class RequestMetrics:
    """Durations of requests, by method, route template (never the raw path) and status; and what intake refused."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=self.registry)
        self._seconds = Histogram(
            "qa_engine_http_request_seconds", "Seconds from a request to the end of its answer",
            ["method", "route", "status"], buckets=BUCKETS, registry=self.registry,
        )  # fmt: skip
        self._refused = Counter(
            "qa_engine_intake_refused", "Uploads that this process refused to protect the work there is",
            ["reason"], registry=self.registry,
        )  # fmt: skip
        for reason in REFUSALS:
            self._refused.labels(reason)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        self._seconds.labels(method, route, str(status)).observe(seconds)

    def refused(self, reason: str) -> None:
        self._refused.labels(reason).inc()


def render(
    requests: RequestMetrics, figures: Callable[[], Figures], alerts: Callable[[], AlertFigures] | None = None
) -> bytes:
    """The exposition text. A storage that is away is a figure too, not a failed scrape."""
    registry = CollectorRegistry()
    registry.register(_Work(figures))
    if alerts is not None:
        registry.register(_Alerts(alerts))
    return generate_latest(requests.registry) + generate_latest(registry)


class _Work(Collector):
    def __init__(self, figures: Callable[[], Figures]) -> None:
        self.figures = figures

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            figures = self.figures()
        except QAEngineError:
            yield GaugeMetricFamily("qa_engine_storage_up", "1 when storage answers", value=0)
            return
        yield GaugeMetricFamily("qa_engine_storage_up", "1 when storage answers", value=1)
        yield from _queues(figures)
        yield from _times(figures)
        states = GaugeMetricFamily("qa_engine_interactions", "Interactions by state", labels=["state"])
        for state, count in figures.interactions.items():
            states.add_metric([state], count)
        yield states
        yield GaugeMetricFamily("qa_engine_outbox", "Messages that wait to be sent", value=figures.outbox)
        waits = "Seconds that the first message waits to be sent"
        yield GaugeMetricFamily("qa_engine_outbox_oldest_seconds", waits, value=figures.outbox_oldest_s)


class _Alerts(Collector):
    def __init__(self, figures: Callable[[], AlertFigures]) -> None:
        self.figures = figures

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            figures = self.figures()
        except QAEngineError:  # told by qa_engine_storage_up
            return
        waiting = GaugeMetricFamily("qa_engine_alerts_open", "Alerts that nobody has acknowledged", labels=["grade"])
        for grade, many in figures.open.items():
            waiting.add_metric([grade], many)
        yield waiting
        meaning = "Seconds from an alert to its acknowledgement, of those acknowledged within a day"
        took = GaugeMetricFamily("qa_engine_alert_acknowledge_seconds", meaning, labels=["quantile"])
        if figures.acknowledge is not None:
            _add_spread(took, figures.acknowledge)
        yield took


def _queues(figures: Figures) -> Iterator[Metric]:
    jobs = GaugeMetricFamily("qa_engine_jobs", "Jobs that are not done, by queue and state", labels=["queue", "state"])
    told = {
        "oldest_s": _queue_gauge("oldest_job_seconds", "Seconds that the oldest job which can run has waited"),
        "done_last_hour": _queue_gauge("jobs_done_last_hour", "Jobs done within an hour"),
        "done_last_5_minutes": _queue_gauge("jobs_done_last_5_minutes", "Jobs done within five minutes"),
        "retried": _queue_gauge("jobs_retried_last_hour", "Jobs that ended within an hour after several attempts"),
        "died": _queue_gauge("jobs_died_last_hour", "Jobs parked within an hour because their worker died on them"),
    }
    drain = _queue_gauge("drain_seconds", "Seconds until nothing waits at the present pace; absent when nothing moves")
    for queue in figures.queues:
        for state in ("queued", "resting", "leased", "parked", "failed"):
            jobs.add_metric([queue.queue, state], getattr(queue, state))
        for name, gauge in told.items():
            gauge.add_metric([queue.queue], getattr(queue, name))
        if queue.drain_s is not None:
            drain.add_metric([queue.queue], queue.drain_s)
    yield from (jobs, *told.values(), drain)


def _queue_gauge(name: str, meaning: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"qa_engine_{name}", meaning, labels=["queue"])


def _times(figures: Figures) -> Iterator[Metric]:
    stages = GaugeMetricFamily(
        "qa_engine_stage_seconds", "Seconds of a job from its first start to its end", labels=["stage", "quantile"]
    )
    for stage, took in figures.stages.items():
        _add_spread(stages, took, stage)
    whole = GaugeMetricFamily(
        "qa_engine_interaction_seconds", "Seconds from acceptance to the first score", labels=["quantile"]
    )
    if figures.whole is not None:
        _add_spread(whole, figures.whole)
    yield from (stages, whole)
    if figures.realtime_factor is not None:
        meaning = "Seconds of recognition on a second of sound"
        yield GaugeMetricFamily("qa_engine_realtime_factor", meaning, value=figures.realtime_factor)


def _add_spread(family: GaugeMetricFamily, took: Spread, *labels: str) -> None:
    family.add_metric([*labels, "0.5"], took.p50)
    family.add_metric([*labels, "0.95"], took.p95)
