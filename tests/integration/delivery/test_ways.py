"""Which domains' mail may come back to us, as the delivery role sees it."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import psycopg
import pytest
from django.conf import settings

from kernel import ids
from mailcore.delivery.egress_settings import read_settings
from mailcore.delivery.engine.store import open_pool
from mailcore.delivery.resolver import Unroutable
from mailcore.delivery.transport import opening
from mailcore.directory import services as directory
from mailcore.directory.states import RouteKind
from tests.unit.delivery.zone import Zone

ADD_SIX = """INSERT INTO public.egress_source (address, ehlo, node)
    VALUES ('2001:db8::30', 'out6.infra.test', 'node6')"""


def targets(monkeypatch, domain, *, more=()):
    configured = replace(
        read_settings(node="node1"), allow_private_targets=True, mx_host="mx.infra.test"
    )
    table = {(domain, "MX"): ["10 mx.infra.test."], ("mx.infra.test", "A"): ["127.0.0.9"]}
    table |= dict(more)
    monkeypatch.setattr(opening, "Lookups", lambda _server, **_: Zone(table))

    async def scene():
        async with AsyncExitStack() as stack:
            pool = open_pool(settings.DSN("delivery"), name="ways", size=1)
            await pool.open()
            stack.push_async_callback(pool.close)
            ways = await opening.open_ways(stack, configured, pool=pool)
            found = await ways.resolver.targets(domain)
            return await ways.policies.secured(domain, found)

    return asyncio.run(scene())


@pytest.mark.parametrize("kind", [RouteKind.HOSTED, RouteKind.FEEDBACK])
def test_a_domain_that_came_to_us_after_acceptance_goes_through_the_front_door(
    monkeypatch, transactional_db, acme, kind
):
    directory.claim_domain(
        public_id=ids.uuid7(),
        domain="late.test",
        organisation_id=acme.organisation.public_id,
        kind=kind,
    )
    with pytest.raises(Unroutable) as refused:
        targets(monkeypatch, "late.test")
    assert refused.value.enhanced == "5.4.6", "claimed is not yet hosted"
    directory.set_routed("late.test", is_verified=True)
    (target,) = targets(monkeypatch, "late.test")
    assert (target.host, target.policy.level) == ("mx.infra.test", "may")


def test_a_strangers_domain_that_points_at_us_is_a_loop(monkeypatch, transactional_db):
    with pytest.raises(Unroutable) as refused:
        targets(monkeypatch, "stranger.test")
    assert (refused.value.code, refused.value.enhanced) == (554, "5.4.6")


@pytest.fixture
def six(transactional_db):
    """A source with an IPv6 address."""
    with psycopg.connect(settings.DSN("delivery"), autocommit=True) as connection:
        connection.execute(ADD_SIX)
        yield "2001:db8::30"
        connection.execute("DELETE FROM public.egress_source WHERE node = 'node6'")


def test_an_address_that_we_send_from_is_ours_and_its_kind_is_looked_up(monkeypatch, six):
    def to(address):
        return {
            ("six.test", "MX"): ["10 alias.test."],
            ("alias.test", "AAAA"): [address],
        }

    assert targets(monkeypatch, "six.test", more=to("2001:db8::7"))[0].address == "2001:db8::7"
    with pytest.raises(Unroutable) as refused:
        targets(monkeypatch, "six.test", more=to(six))
    assert refused.value.enhanced == "5.4.6"


def test_a_source_that_is_added_while_mail_flows_is_ours_without_a_restart(
    monkeypatch, transactional_db
):
    configured = replace(read_settings(node="node1"), allow_private_targets=True)
    monkeypatch.setattr(opening, "EVERY", 0.01)
    table = {("six.test", "AAAA"): ["2001:db8::30"]}
    monkeypatch.setattr(opening, "Lookups", lambda _server, **_: Zone(table))

    async def refused(ways):
        try:
            await ways.resolver.targets("six.test")
        except Unroutable as error:
            return error.enhanced

    async def scene():
        async with AsyncExitStack() as stack:
            pool = open_pool(settings.DSN("delivery"), name="ways", size=1)
            await pool.open()
            stack.push_async_callback(pool.close)
            ways = await opening.open_ways(stack, configured, pool=pool)
            assert await refused(ways) == "5.4.4", "nothing here reaches IPv6"
            async with pool.connection() as connection:
                await connection.execute(ADD_SIX)
            async with asyncio.timeout(60):
                while await refused(ways) != "5.4.6":
                    await asyncio.sleep(0.01)

    asyncio.run(scene())
