"""J2 and J3: an agency's program brings a client's domain to life and gives its people mailboxes.

Everything goes by the API, the outbox and the worker's task; only the name servers are in memory.
"""

import dns.zone
import pytest
from django.db import connection
from django.test import Client

from controlplane import dispatch
from kernel.dns.memory import MemoryExchange, zone
from kernel.roles import as_role
from kernel.tenancy import PUBLIC, in_schema
from mailcore.checks.services import lookout
from mailcore.directory.models import Route
from mailcore.domains import tasks
from mailcore.protocol.zone_file import quoted
from tenants.organisations import services as organisations

pytestmark = pytest.mark.django_db(transaction=True)

ROOT, TLD, SERVER = "10.0.0.1", "10.0.0.2", "10.0.0.3"


class Agency:
    """A program with a key of Acme's."""

    def __init__(self, cast) -> None:
        with in_schema(cast.reseller.schema_name):
            _, secret = organisations.create_api_key(actor=cast.owner, name="agency")
        self.headers = {"Host": cast.host, "Authorization": f"Bearer {secret}"}

    def get(self, path: str):
        answer = Client().get(f"/api/v1/{path}", headers=self.headers)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def post(self, path: str, body: dict[str, object], *, expect: int):
        answer = Client().post(
            f"/api/v1/{path}", body, content_type="application/json", headers=self.headers
        )
        assert answer.status_code == expect, answer.content
        return answer.json()


@pytest.fixture
def agency(acme) -> Agency:
    return Agency(acme)


@pytest.fixture
def servers(monkeypatch, settings) -> MemoryExchange:
    """Root and `test.`, which delegates `bakery.test`."""
    settings.DNS_ROOTS, settings.ALLOW_PRIVATE_TARGETS = [ROOT], True
    root = zone(".", f"test. NS ns.test.\nns.test. A {TLD}\n")
    tld = zone("test.", f'bakery NS ns.bakery\nns.bakery A {SERVER}\nspf.infra TXT "v=spf1 -all"\n')
    exchange = MemoryExchange(zones={ROOT: [root], TLD: [tld], SERVER: [bakery([])]})
    monkeypatch.setattr(lookout, "UdpExchange", lambda: exchange)
    monkeypatch.setattr("controlplane.domain_events._wake", lambda: None)
    return exchange


def bakery(rows: list[dict[str, object]]) -> dns.zone.Zone:
    """The client's zone with what the API said to publish."""
    lines = [f"@ NS ns\nns A {SERVER}"]
    for row in rows:
        value = str(row["value"])
        priority = "" if row["priority"] is None else f"{row['priority']} "
        shown = quoted(value) if row["type"] == "TXT" else f"{priority}{value}."
        lines.append(f"{row['name']}. {row['type']} {shown}")
    return zone("bakery.test.", "\n".join(lines) + "\n")


def work() -> None:
    """What the workers do: hand out events, look at what is due."""
    with as_role("worker"), in_schema(PUBLIC):
        while dispatch.dispatch_due():
            pass
        tasks.check_due_domains.run()


def accepted(view: str, value: str) -> bool:
    """Whether Postfix would find it: asked as Postfix, in its own view."""
    column = {"postfix_domain": "domain", "postfix_mailbox": "address"}[view]
    with as_role("postfix"), connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM public.{view} WHERE {column} = %s", [value])
        return cursor.fetchone() is not None


def test_a_domain_comes_to_life_and_its_people_get_mail(agency, servers) -> None:
    organisation = agency.post("organisations", {"name": "Bakery"}, expect=201)
    order = {"name": "Bakery.Test", "organisation": organisation["id"]}
    domain = agency.post("domains", order, expect=201)
    path = f"domains/{domain['id']}"
    anna = {"domain": domain["id"], "local_part": "anna", "password": "a long enough secret"}

    work()
    rows = agency.get(f"{path}/records")["data"]
    assert {row["verdict"] for row in rows} == {"missing"}
    assert agency.get(path)["state"] == "pending"
    refusal = agency.post("mailboxes", anna, expect=409)
    assert refusal["code"] == "domain.not_verified"
    assert not accepted("postfix_domain", "bakery.test")

    servers.zones[SERVER] = [bakery(rows)]
    agency.post(f"{path}/check", {}, expect=202)
    work()
    assert agency.get(path)["state"] == "verified"
    rows = agency.get(f"{path}/records")["data"]
    assert {row["verdict"] for row in rows} == {"match"}
    assert accepted("postfix_domain", "bakery.test")

    mailbox = agency.post("mailboxes", anna, expect=201)
    assert mailbox["address"] == "anna@bakery.test"
    assert accepted("postfix_mailbox", "anna@bakery.test")
    suspended = agency.post(f"mailboxes/{mailbox['id']}/suspend", {}, expect=200)
    assert suspended["state"] == "suspended"
    assert accepted("postfix_mailbox", "anna@bakery.test"), "its mail still arrives"


def test_a_domain_that_is_never_proven_captures_no_mail(agency, servers, acme) -> None:
    order = {"name": "bakery.test", "organisation": acme.organisation.reference}
    agency.post("domains", order, expect=201)
    for _ in range(3):
        work()
    with in_schema(acme.reseller.schema_name):
        assert not Route.objects.get(domain="bakery.test").is_verified
    assert not accepted("postfix_domain", "bakery.test")
