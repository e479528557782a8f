"""How an egress process finds its way to other people's servers, put together."""

import asyncio
import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass

import psycopg

from mailcore.delivery.egress_settings import EgressSettings
from mailcore.delivery.lookups import Lookups
from mailcore.delivery.ports import ip_of
from mailcore.delivery.questions import Questions
from mailcore.delivery.resolver import MailResolver
from mailcore.delivery.statements import statement
from mailcore.delivery.transport.account import TlsAccount
from mailcore.delivery.transport.policies import TransportPolicies
from mailcore.delivery.transport.store import Pool, TransportStore
from mailcore.delivery.transport.sts import StsPolicies
from mailcore.delivery.transport.sts_fetch import PolicyFetcher
from mailcore.protocol.tls_rpt import ResultType

log = logging.getLogger(__name__)

_SERVED = statement("served")
#: Seconds until a source that was added is known to be ours.
EVERY = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Where mail goes, under which policies, and the account of how TLS went."""

    resolver: MailResolver
    account: TlsAccount
    policies: TransportPolicies | None = None


async def open_ways(
    stack: AsyncExitStack,
    settings: EgressSettings,
    *,
    pool: Pool,
    resolver: MailResolver | None = None,
) -> Ways:
    """Load what is known of policies; counts are stored until `stack` ends.

    A `resolver` of the caller's own knows no policies: for tests.
    """
    store = TransportStore(pool)
    account = TlsAccount(store)
    stack.push_async_callback(account.flush)
    counting = asyncio.create_task(account.run())
    stack.callback(counting.cancel)
    if resolver is not None:
        return Ways(resolver=resolver, account=account)
    short_way = Questions(settings.resolver)
    stack.callback(short_way.close)
    lookups = Lookups(settings.resolver, short_way=short_way)
    found = MailResolver(
        lookups,
        allow_private=settings.allow_private_targets,
        serves=_Served(pool, infra_domain=settings.infra_domain).serves,
    )
    ourselves = _Ourselves(found, store=store, settings=settings)
    await ourselves.look()
    looking = asyncio.create_task(ourselves.run())
    stack.callback(looking.cancel)
    policies = await _policies(settings, lookups, found, store, account)
    return Ways(resolver=found, account=account, policies=policies)


async def _policies(
    settings: EgressSettings,
    lookups: Lookups,
    resolver: MailResolver,
    store: TransportStore,
    account: TlsAccount,
) -> TransportPolicies:
    def failed(domain: str, result: ResultType) -> None:
        account.count(domain, policy_type="sts", result=result)

    fetcher = PolicyFetcher(resolver.addresses, authorities=settings.authorities)
    sts = StsPolicies(lookups, fetch=fetcher.fetch, shelf=store, failed=failed)
    await sts.load()
    return TransportPolicies(
        lookups,
        sts=sts,
        account=account,
        authorities=settings.authorities,
        port=settings.smtp_port,
    )


class _Ourselves:
    """Tells the resolver which addresses are ours, as sources come and go."""

    def __init__(
        self, resolver: MailResolver, *, store: TransportStore, settings: EgressSettings
    ) -> None:
        self._resolver = resolver
        self._store = store
        self._settings = settings
        self._sources = dict(settings.sources)

    async def run(self) -> None:
        """Look every few seconds until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.look()

    async def look(self) -> None:
        """Without the database what was known stays: at first the sources of the settings."""
        try:
            self._sources |= await self._store.sources()
        except psycopg.OperationalError as error:
            log.warning("sources that are new are not known to be ours yet: %s", error)
        sources = self._sources
        names = (self._settings.mx_host, *sources, *sources.values())
        self._resolver.know(
            ourselves=[name for name in names if name],
            has_ipv6=any(ip_of(address) == 6 for address in sources),
        )


class _Served:
    """The domains whose mail comes to us, whatever the queue says."""

    def __init__(self, pool: Pool, *, infra_domain: str) -> None:
        self._pool = pool
        self._infra_domain = infra_domain

    async def serves(self, domain: str) -> bool:
        """Whether its mail comes to us by now; the platform's own names have no route."""
        if f".{domain}".endswith(f".{self._infra_domain}"):
            return True
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_SERVED, {"domain": domain})
            return await cursor.fetchone() is not None
