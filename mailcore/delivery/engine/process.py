"""The parts of an egress process, put together inside its loop."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from random import Random

from mailcore.delivery.egress_settings import EgressSettings
from mailcore.delivery.engine import shards
from mailcore.delivery.engine.courier import Courier
from mailcore.delivery.engine.deciders import Deciders, open_deciders
from mailcore.delivery.engine.fence import Fence
from mailcore.delivery.engine.gate import Gate
from mailcore.delivery.engine.journal import Journal
from mailcore.delivery.engine.loop import ShardLoop
from mailcore.delivery.engine.recorder import Recorder
from mailcore.delivery.engine.returns import Returns
from mailcore.delivery.engine.store import Pool, Store, open_pool
from mailcore.delivery.engine.watching import watched
from mailcore.delivery.keyring import Keyring
from mailcore.delivery.local import LocalDelivery
from mailcore.delivery.notifications import Notifier
from mailcore.delivery.remote import RemoteDelivery
from mailcore.delivery.reporting.metrics import Metrics
from mailcore.delivery.resolver import MailResolver
from mailcore.delivery.signing import SigningKeys
from mailcore.delivery.smtp.pool import SessionPool
from mailcore.delivery.transport.opening import open_ways


async def run(
    settings: EgressSettings, *, stop: asyncio.Event, resolver: MailResolver | None = None
) -> None:
    """Run a shard of the node that is free, until `stop` is set or it has another owner."""
    async with shards.free_shard(settings, stop=stop) as taken:
        if taken is not None:
            mine = replace(settings, shard=taken.shard)
            await _run(mine, is_alone=taken.is_alone, stop=stop, resolver=resolver)


async def _run(
    settings: EgressSettings, *, is_alone: bool, stop: asyncio.Event, resolver: MailResolver | None
) -> None:
    async with AsyncExitStack() as stack:
        journal = Journal(settings.journal / f"{settings.node}-{settings.shard}.journal")
        stack.callback(journal.close)
        delivery = await _open(stack, settings.delivery_dsn, name="delivery", size=6)
        signer = await _open(stack, settings.signer_dsn, name="signer", size=1)
        sessions = SessionPool(timeouts=settings.timeouts)
        local = LocalDelivery(settings, sessions=sessions)
        stack.push_async_callback(local.close)
        ways = await open_ways(stack, settings, pool=delivery, resolver=resolver)
        remote = RemoteDelivery(settings, ways=ways, sessions=sessions)
        metrics = Metrics()
        deciders = await open_deciders(stack, settings, pool=delivery)
        deciders = watched(deciders, settings=settings, pool=delivery, metrics=metrics)
        loop = _assemble(
            settings, delivery, signer, journal, sessions, remote, local, deciders, metrics
        )
        passing_on = asyncio.create_task(_pass_on(stop, loop))
        stack.callback(passing_on.cancel)
        await loop.run(is_alone=is_alone)


def _assemble(
    settings: EgressSettings,
    delivery: Pool,
    signer: Pool,
    journal: Journal,
    sessions: SessionPool,
    remote: RemoteDelivery,
    local: LocalDelivery,
    deciders: Deciders,
    metrics: Metrics,
) -> ShardLoop:
    keyring, wake_up = Keyring(master=settings.master_key), asyncio.Event()
    random = Random()  # noqa: S311 - spreads load, hides nothing
    store = Store(delivery, settings)
    recorder = Recorder(
        store,
        journal=journal,
        notifier=Notifier(infra_domain=settings.infra_domain, keyring=keyring),
        queued=wake_up.set,
        seen=metrics.results,
    )
    fence = Fence(store, seconds=settings.session_lease)
    returns = Returns(store)
    gate = Gate(
        sources=deciders.sources,
        shaper=deciders.shaper,
        at_home=settings.connections_per_site,
    )
    courier = Courier(
        settings,
        store=store,
        fence=fence,
        keyring=keyring,
        signing=SigningKeys(signer, keyring=keyring),
        remote=remote,
        local=local,
        journal=journal,
        recorder=recorder,
        returns=returns,
        gate=gate,
        random=random,
    )
    return ShardLoop(
        settings,
        store=store,
        courier=courier,
        fence=fence,
        recorder=recorder,
        returns=returns,
        journal=journal,
        sessions=sessions,
        beside=deciders.beside,
        wake_up=wake_up,
        random=random,
    )


async def _open(stack: AsyncExitStack, dsn: str, *, name: str, size: int) -> Pool:
    pool = open_pool(dsn, name=name, size=size)
    await pool.open()
    stack.push_async_callback(pool.close)
    return pool


async def _pass_on(stop: asyncio.Event, loop: ShardLoop) -> None:
    await stop.wait()
    loop.stop()
