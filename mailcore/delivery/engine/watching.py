"""The deciders of a process whose figures somebody reads."""

from dataclasses import replace
from functools import partial

from mailcore.delivery.egress_settings import EgressSettings
from mailcore.delivery.engine.deciders import Deciders, Work
from mailcore.delivery.engine.store import Pool
from mailcore.delivery.reporting import exposition
from mailcore.delivery.reporting.depth import QueueDepth
from mailcore.delivery.reporting.metrics import Metrics
from mailcore.delivery.reporting.watched import WatchedShaper, WatchedSources


def watched(
    deciders: Deciders, *, settings: EgressSettings, pool: Pool, metrics: Metrics
) -> Deciders:
    """The same, with their waits counted, and the figures kept and shown beside the loop."""
    if settings.metrics is None:
        return deciders
    host, port = settings.metrics
    metrics.throttles(deciders.throttles)
    depth = QueueDepth(pool, settings=settings, metrics=metrics)
    beside: dict[str, Work] = {
        **deciders.beside,
        "queue depth": depth.run,
        # One port for each shard: the processes of a node stand side by side.
        "figures": partial(exposition.serve, (host, port + settings.shard), render=metrics.render),
    }
    return replace(
        deciders,
        sources=WatchedSources(deciders.sources, metrics=metrics),
        shaper=WatchedShaper(deciders.shaper, metrics=metrics),
        beside=beside,
    )
