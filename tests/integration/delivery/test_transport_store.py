"""Policies over HTTPS, and what the database keeps of them and of TLS results."""

import asyncio
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings

from kernel import clock
from mailcore.delivery.engine.store import open_pool
from mailcore.delivery.resolver import Unroutable
from mailcore.delivery.transport.account import TlsAccount
from mailcore.delivery.transport.store import TransportStore
from mailcore.delivery.transport.sts import KeptPolicy, PolicyUnavailable
from mailcore.delivery.transport.sts_fetch import PolicyFetcher
from tests.integration.delivery.scripted import HOST
from tests.unit.protocol.authority import Authority

POLICY = b"version: STSv1\nmode: enforce\nmx: mx.x.test\nmax_age: 86400\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def authority():
    return Authority()


def fetch(tmp_path, authority, *, name="mta-sts.x.test", answer=OK + POLICY, trusted=None):
    heard = []

    async def serve(reader, writer):
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        writer.close()

    async def addresses(host):
        assert host == "mta-sts.x.test"
        return [HOST]

    async def scene():
        context = authority.server(tmp_path, name)
        server = await asyncio.start_server(serve, HOST, 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        known = (trusted or authority).file(tmp_path)
        try:
            async with asyncio.timeout(10):
                return await PolicyFetcher(addresses, authorities=known, port=port).fetch("x.test")
        finally:
            server.close()
            await asyncio.sleep(0.01)

    return asyncio.run(scene()), heard


def test_a_policy_is_fetched_from_its_host(tmp_path, authority):
    text, heard = fetch(tmp_path, authority)
    assert text == POLICY.decode()
    assert heard[0].startswith(b"GET /.well-known/mta-sts.txt HTTP/1.1\r\n")
    assert b"Host: mta-sts.x.test\r\n" in heard[0]


@pytest.mark.parametrize(
    ("trouble", "result"),
    [
        ({"name": "x.test"}, "sts-webpki-invalid"),
        ({"trusted": Authority("other")}, "sts-webpki-invalid"),
        ({"answer": b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n"}, "sts-policy-fetch-error"),
        ({"answer": b"HTTP/1.1 404 No\r\n\r\n"}, "sts-policy-fetch-error"),
        ({"answer": OK.replace(b"plain", b"html") + POLICY}, "sts-policy-fetch-error"),
        ({"answer": OK + b"x" * 100_000}, "sts-policy-fetch-error"),
        ({"answer": b"rubbish"}, "sts-policy-fetch-error"),
        ({"answer": OK + b"\xff\xfe"}, "sts-policy-fetch-error"),
    ],
)
def test_what_does_not_come_as_it_must_is_no_policy(tmp_path, authority, trouble, result):
    with pytest.raises(PolicyUnavailable) as failure:
        fetch(tmp_path, authority, **trouble)
    assert failure.value.result == result


def test_a_host_that_is_not_on_the_internet_is_not_asked(tmp_path, authority):
    async def inside(_host):
        raise Unroutable("not on the Internet", code=550, enhanced="5.4.4")

    fetcher = PolicyFetcher(inside, authorities=authority.file(tmp_path))
    with pytest.raises(PolicyUnavailable):
        asyncio.run(fetcher.fetch("x.test"))


async def _with_store(scene):
    pool = open_pool(settings.DSN("delivery"), name="transport", size=1)
    await pool.open()
    try:
        return await scene(TransportStore(pool))
    finally:
        await pool.close()


def rows(query):
    with psycopg.connect(settings.DSN("owner"), autocommit=True) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.django_db(transaction=True)
def test_policies_survive_and_end():
    now = clock.now()

    def kept(domain, number, *, days):
        return KeptPolicy(
            domain=domain, policy_id=number, text="t", expires_at=now + timedelta(days=days)
        )

    async def scene(store):
        await store.keep(kept("old.test", "1", days=-1))
        await store.keep(kept("x.test", "1", days=1))
        await store.keep(kept("x.test", "2", days=1))
        return await store.load()

    found = asyncio.run(_with_store(scene))
    assert [(one.domain, one.policy_id) for one in found] == [("x.test", "2")]


@pytest.mark.django_db(transaction=True)
def test_results_of_tls_add_up_by_day():
    async def scene(store):
        for _ in range(2):
            account = TlsAccount(store)
            for result in ("", "", "certificate-expired"):
                account.count("x.test", policy_type="sts", result=result, mx="mx.x.test")
            await account.flush()

    asyncio.run(_with_store(scene))
    found = rows(
        "SELECT policy_domain, result, mx, sessions FROM public.tls_result ORDER BY result"
    )
    assert found == [
        ("x.test", "", "mx.x.test", 4),
        ("x.test", "certificate-expired", "mx.x.test", 2),
    ]
