"""How an egress process finds its way to other people's servers, put together."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass

from mailcore.delivery.egress_settings import EgressSettings
from mailcore.delivery.lookups import Lookups
from mailcore.delivery.resolver import MailResolver
from mailcore.delivery.statements import statement
from mailcore.delivery.transport.account import TlsAccount
from mailcore.delivery.transport.policies import TransportPolicies
from mailcore.delivery.transport.store import Pool, TransportStore
from mailcore.delivery.transport.sts import StsPolicies
from mailcore.delivery.transport.sts_fetch import PolicyFetcher
from mailcore.protocol.tls_rpt import ResultType

_SERVED = statement("served")


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
    lookups = Lookups(settings.resolver)
    sources = {**settings.sources, **await store.sources()}
    found = MailResolver(
        lookups,
        allow_private=settings.allow_private_targets,
        ourselves=[name for name in (settings.mx_host, *sources, *sources.values()) if name],
        serves=_Served(pool, infra_domain=settings.infra_domain).serves,
        has_ipv6=any(":" in address for address in sources),
    )
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
