"""What an egress process tells Prometheus; labels are few: streams, providers, outcomes."""

from collections import Counter as Tally
from collections import OrderedDict
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from mailcore.delivery.accept.submission import Stream
from mailcore.delivery.outcomes import Result
from mailcore.delivery.ports import Errand
from mailcore.protocol.providers import OTHER

#: Seconds; from what a person does not notice to the days of a retry.
BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400)
Throttles = Callable[[], Iterable[tuple[str, str]]]
#: Sites whose provider is remembered, to name it for what is queued for them.
MOST_SITES = 50_000


class Metrics:
    """The figures of one process; safe to ask from any thread."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._providers: OrderedDict[str, str] = OrderedDict()
        self._tries = Counter(
            "livery_tries",
            "Tries of recipients by what came of them; kind is that of a refusal.",
            ("stream", "provider", "outcome", "kind"),
            registry=self._registry,
        )
        self._doubts = Counter(
            "livery_maybe_delivered",
            "Tries that broke after the final dot.",
            ("stream",),
            registry=self._registry,
        )
        self._first = _histogram(
            self._registry, "livery_first_try_seconds", "From acceptance to the first try's begin."
        )
        self._delivered = _histogram(
            self._registry, "livery_delivered_seconds", "From acceptance to delivery."
        )
        self._waits = Counter(
            "livery_waits",
            "Jobs that had to wait; asked says for what: source, connection, limit.",
            ("stream", "provider", "asked"),
            registry=self._registry,
        )
        self.queued = Gauge(
            "livery_queue_recipients",
            "Recipients in the queue of this shard.",
            ("stream", "provider", "state"),
            registry=self._registry,
        )
        self.lateness = Gauge(
            "livery_queue_lateness_seconds",
            "For how long the oldest recipient has been due.",
            ("stream",),
            registry=self._registry,
        )

    def results(self, results: Iterable[Result]) -> None:
        """Results that are stored and counted, a batch at a time."""
        tries: Tally[tuple[str, ...]] = Tally()
        for result in results:
            tries[self._noted(result)] += 1
        for labels, count in tries.items():
            self._tries.labels(*labels).inc(count)

    def wait(self, errand: Errand, *, asked: str) -> None:
        """A job did not go at once."""
        self._waits.labels(errand.stream, errand.provider, asked).inc()

    def throttles(self, in_force: Throttles) -> None:
        """Count (provider, kind) of those in force whenever somebody reads."""
        self._registry.register(_ThrottleCollector(in_force))

    def provider_of(self, site: str) -> str:
        """Who answered for a site the last time; OTHER while nobody has."""
        return self._providers.get(site, OTHER)

    def render(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self._registry)

    def _noted(self, result: Result) -> tuple[str, ...]:
        """Its times are noted; the labels to count it under."""
        tried, claimed = result.tried, result.tried.claimed
        provider = tried.provider
        self._remember(claimed.site, provider)
        if tried.answer.maybe_delivered:
            self._doubts.labels(claimed.stream).inc()
        if claimed.attempts <= 1:
            began = (tried.started_at - claimed.accepted_at).total_seconds()
            self._first[claimed.stream].observe(began)
        if result.outcome == "delivered":
            took = (tried.ended_at - claimed.accepted_at).total_seconds()
            self._delivered[claimed.stream].observe(took)
        kind = result.meaning.kind if result.meaning else ""
        return (claimed.stream, provider, result.outcome, kind)

    def _remember(self, site: str, provider: str) -> None:
        self._providers[site] = provider
        self._providers.move_to_end(site)
        if len(self._providers) > MOST_SITES:
            self._providers.popitem(last=False)


class _ThrottleCollector(Collector):
    def __init__(self, in_force: Throttles) -> None:
        self._in_force = in_force

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Called by the registry."""
        family = GaugeMetricFamily(
            "livery_throttles",
            "Suspensions and cuts that hold now; each process tells those of all workers.",
            labels=("provider", "kind"),
        )
        for labels, count in Tally(self._in_force()).items():
            family.add_metric(labels, count)
        return [family]


def _histogram(registry: CollectorRegistry, name: str, text: str) -> dict[str, Histogram]:
    """One for each stream, looked up once: they are asked for each result."""
    whole = Histogram(name, text, ("stream",), buckets=BUCKETS, registry=registry)
    return {stream: whole.labels(stream) for stream in Stream}
