"""DANE against the stack's own signed zone, validating resolver and certificate: nothing is put on."""

import asyncio
from dataclasses import replace

import pytest

from mailcore.delivery.egress_settings import Timeouts
from mailcore.delivery.lookups import Lookups
from mailcore.delivery.resolver import MailResolver, Target
from mailcore.delivery.smtp.envelope import ConnectionFailed
from mailcore.delivery.smtp.session import Endpoint, Session
from mailcore.delivery.smtp.tls import TlsPolicy
from mailcore.delivery.transport import tlsa
from stack.client.endpoints import Endpoints

HOST = "mx.infra.test"


def resolver_of(endpoints: Endpoints) -> Lookups:
    place = endpoints.service("dns_resolver")
    return Lookups((place.address, place.port))


async def secure_target(lookups: Lookups) -> Target:
    assert await lookups.validates()
    (target,) = await MailResolver(lookups, allow_private=True).targets(HOST)
    assert target.is_secure
    return target


async def all_closed() -> None:
    """TLS says goodbye in its own time: wait until the loop watches nothing but itself."""
    loop = asyncio.get_running_loop()
    end = loop.time() + 10
    while len(loop._selector.get_map()) > 1 and loop.time() < end:  # type: ignore[attr-defined]
        await asyncio.sleep(0.01)


async def session_under(policy: TlsPolicy, target: Target) -> Session:
    endpoint = Endpoint(host=target.host, address=target.address, port=25, policy=policy)
    session = Session(endpoint, timeouts=Timeouts())
    await session.open()
    return session


def test_the_mx_shows_the_key_that_its_zone_names(endpoints: Endpoints) -> None:
    async def scene() -> str:
        lookups = resolver_of(endpoints)
        target = await secure_target(lookups)
        policy = await tlsa.policy_of(target, lookups=lookups, port=25)
        assert policy is not None
        session = await session_under(policy, target)
        await session.quit()
        await all_closed()
        return session.tls

    assert asyncio.run(scene()).endswith(" verified")


def test_a_key_that_the_zone_does_not_name_is_refused(endpoints: Endpoints) -> None:
    async def scene() -> None:
        lookups = resolver_of(endpoints)
        target = await secure_target(lookups)
        policy = await tlsa.policy_of(target, lookups=lookups, port=25)
        assert policy is not None
        other = tuple(replace(record, data=bytes(32)) for record in policy.tlsa)
        try:
            await session_under(replace(policy, tlsa=other), target)
        finally:
            await all_closed()

    with pytest.raises(ConnectionFailed) as failure:
        asyncio.run(scene())
    assert failure.value.answer.enhanced == "4.7.5"


def test_an_unsigned_zone_is_not_vouched_for(endpoints: Endpoints) -> None:
    async def scene() -> list[Target]:
        resolver = MailResolver(resolver_of(endpoints), allow_private=True)
        return await resolver.targets(endpoints.outside_domain)

    assert [target.is_secure for target in asyncio.run(scene())] == [False]
