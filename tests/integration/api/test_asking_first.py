"""What asks a DNS server first keeps no transaction open meanwhile, and is done once all the same."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

import pytest
from django.db import connection

from kernel.errors import Conflict
from kernel.models import IdempotencyKey
from kernel.rest.rates import TooManyRequests
from kernel.tenancy import in_schema
from mailcore.domains import services
from mailcore.domains.models import DnsCredential, Domain
from mailcore.domains.services import asking
from mailcore.zones.adapters.memory import MemoryZone
from mailcore.zones.deadlines import deadline
from mailcore.zones.models import DnsPlan
from mailcore.zones.ports import ZoneBusy
from tenants.organisations.services import ALL_SCOPES
from tests.waiting import PATIENCE, eventually

D = "shop.test"


@pytest.fixture
def made(acme) -> tuple[Domain, DnsCredential]:
    organisation = acme.organisation.public_id
    return (
        services.add_domain(actor=acme.owner, organisation_id=organisation, name=D),
        services.add_credential(
            actor=acme.owner, organisation_id=organisation, kind="rfc2136",
            settings={"server": "127.77.199.9", "key_name": "k", "secret": "c2VjcmV0c2VjcmV0"},
        ),
    )  # fmt: skip


@pytest.fixture
def zone(monkeypatch) -> MemoryZone:
    held = MemoryZone(zone=D)
    for module in ("credentials", "dns_plans"):
        monkeypatch.setattr(f"mailcore.domains.services.{module}.editor_of", lambda _: held)
    return held


def test_the_first_answer_is_given_again_and_nobody_is_asked_for_it(
    acme, program, made, zone, monkeypatch
):
    domain, key = made
    api, path = program(acme, scopes=ALL_SCOPES), f"domains/{domain.reference}/dns-plans"
    body = {"credential": key.reference}
    first = api.post(path, body, Idempotency_Key="p")
    editor = "mailcore.domains.services.dns_plans.editor_of"
    monkeypatch.setattr(editor, lambda _: None)  # whoever asks now falls over
    again = api.post(path, body, Idempotency_Key="p")
    assert (first.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true"
    other = api.post(path, {**body, "replace": ["mx"]}, Idempotency_Key="p")
    assert other.json()["code"] == "idempotency.key_reused"
    monkeypatch.setattr(editor, lambda _: zone)
    applied = [
        api.post(f"{path}/{first.json()['id']}/apply", {}, Idempotency_Key="a") for _ in range(2)
    ]
    assert [one.status_code for one in applied] == [202, 202]
    assert api.post(f"{path}/{first.json()['id']}/apply", {}).status_code == 409
    test = f"dns-credentials/{key.reference}/test"
    tested = [api.post(test, {"domain": domain.reference}, Idempotency_Key="t") for _ in range(2)]
    assert [one.json()["tested_code"] for one in tested] == ["ok", "ok"]
    assert tested[1]["Idempotency-Replayed"] == "true"


def test_who_dies_or_is_refused_leaves_the_key_free(acme, program, made, zone, monkeypatch):
    domain, key = made
    api, path = program(acme, scopes=ALL_SCOPES), f"domains/{domain.reference}/dns-plans"
    body = {"credential": key.reference}
    for place in ("draft_dns_plan", "keep_dns_plan"):
        monkeypatch.setattr(services, place, lambda **_: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            api.post(path, body, Idempotency_Key="p")
        monkeypatch.undo()
        monkeypatch.setattr("mailcore.domains.services.dns_plans.editor_of", lambda _: zone)
        assert not IdempotencyKey.objects.exists()
    assert api.post(path, {**body, "replace": ["nothing"]}, Idempotency_Key="p").status_code == 422
    assert api.post(path, body, Idempotency_Key="p").status_code == 201


def test_a_repeat_that_comes_too_late_to_ask_is_answered_like_the_first(
    acme, program, made, zone, monkeypatch
):
    domain, key = made
    api, path = program(acme, scopes=ALL_SCOPES), f"domains/{domain.reference}/dns-plans"
    first: list = []

    def overtaken(**_: object) -> None:
        monkeypatch.undo()
        monkeypatch.setattr("mailcore.domains.services.dns_plans.editor_of", lambda _: zone)
        first.append(api.post(path, {"credential": key.reference}, Idempotency_Key="p"))
        raise Conflict

    monkeypatch.setattr(services, "draft_dns_plan", overtaken)
    late = api.post(path, {"credential": key.reference}, Idempotency_Key="p")
    assert late.json() == first[0].json()
    assert DnsPlan.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_dns_server_keeps_silent(
    acme, program, settings, monkeypatch
):
    """And only so many wait for one; parallel repeats, each of which asks, make one plan."""
    settings.ALLOW_PRIVATE_TARGETS = True
    for limit in ("zones.adapters.dns_line._TIMEOUT", "zones.adapters.dns_line._DEADLINE",
                  "domains.services.asking._SECONDS"):  # fmt: skip
        monkeypatch.setattr(f"mailcore.{limit}", float(PATIENCE))
    organisation = acme.organisation.public_id
    domain = services.add_domain(actor=acme.owner, organisation_id=organisation, name=D)
    maker = program(acme, scopes=ALL_SCOPES)
    secret = maker.headers["Authorization"].removeprefix("Bearer ")
    with socket.create_server(("127.77.199.9", 0)) as silent:
        key = services.add_credential(
            actor=acme.owner, organisation_id=organisation, kind="rfc2136",
            settings={"server": "127.77.199.9", "port": str(silent.getsockname()[1]),
                      "key_name": "k", "secret": "c2VjcmV0c2VjcmV0"},
        )  # fmt: skip
        path, body = f"domains/{domain.reference}/dns-plans", {"credential": key.reference}

        def send() -> int:
            try:
                api = type(maker)(acme.host, secret)
                return int(api.post(path, body, Idempotency_Key="same").status_code)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            asked = [pool.submit(send) for _ in range(2)]
            silent.settimeout(PATIENCE)
            wires = [silent.accept()[0] for _ in asked]
            eventually(lambda: open_transactions() == 0, seconds=20)
            assert not any(one.done() for one in asked)
            # Whoever comes when all are taken: the reseller's own, those that all share.
            for places, taken in {"_OF_RESELLER": 2, "_SHARED": 1}.items():
                with monkeypatch.context() as patch:
                    patch.setattr(asking, places, taken)
                    late = maker.post(path, body)
                assert (late.status_code, late.json()["code"]) == (429, "rate_limited")
            for wire in wires:
                wire.close()
            assert [one.result() for one in asked] == [503, 503]
    assert not IdempotencyKey.objects.exists()
    in_parallel(maker, acme, secret, path, body)
    assert DnsPlan.objects.count() == 1
    DnsPlan.objects.all().delete()
    with in_schema(acme.reseller.schema_name):
        services.release_domain(actor=acme.owner, domain_id=domain.public_id)
        services.remove_credential(actor=acme.owner, credential_id=key.public_id)


def test_all_that_a_request_asks_ends_at_one_moment_and_its_places_are_free(acme, made):
    domain, key = made
    seen: list[tuple[float, int]] = []

    class Silent(MemoryZone):
        def zone_of(self, name: str) -> str:
            seen.append((deadline(10**6), places_held()))
            return name

        def try_out(self, zone: str) -> None:
            self.zone_of(zone)
            raise ZoneBusy("dns_update.timeout")

    given = {"actor": acme.owner, "credential_id": key.public_id, "domain_id": domain.public_id}
    others = places_held()  # of the transaction that the test is in
    assert services.try_credential(**given, editor=Silent(zone=D)) == "dns_update.timeout"
    (first, held), (second, _) = seen
    assert (first, held, places_held()) == (second, others + 2, others)


@pytest.mark.django_db
def test_two_resellers_who_wait_leave_places_for_those_who_have_none(monkeypatch):
    who, told, leave = threading.local(), Queue(), threading.Event()
    monkeypatch.setattr(asking, "current_reseller_id", lambda: who.name)

    def ask(name: str) -> None:
        who.name = name
        try:
            with asking.asking():
                told.put(True)
                leave.wait(PATIENCE)
        except TooManyRequests:
            told.put(False)
        finally:
            connection.close()

    def gets_a_place(name: str) -> bool:
        pool.submit(ask, name)
        return bool(told.get(timeout=PATIENCE))

    with ThreadPoolExecutor(12) as pool:
        try:
            assert [gets_a_place("one") for _ in range(4)] == [True, True, True, False]
            assert [gets_a_place("two") for _ in range(3)] == [True, False, False]
            assert [gets_a_place(name) for name in ("three", "four")] == [True, True]
            assert not gets_a_place("five"), "six are taken, by four"
        finally:
            leave.set()


def places_held() -> int:
    """Advisory locks of this connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
            " AND granted AND database = (SELECT oid FROM pg_database"
            " WHERE datname = current_database())"
        )
        return int(cursor.fetchone()[0])


def in_parallel(maker, acme, secret: str, path: str, body: dict) -> None:
    """Eight times the same request, all of which have read the zone before the first is stored."""
    whole, all_asked = services.draft_dns_plan, threading.Barrier(8)

    def together(**given):
        draft = whole(**given, editor=MemoryZone(zone=D))
        all_asked.wait(PATIENCE)
        return draft

    def send(_: int) -> str:
        try:
            answer = type(maker)(acme.host, secret).post(path, body, Idempotency_Key="same")
            return str(answer.json()["id"])
        finally:
            connection.close()

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(8) as pool:
        patch.setattr(services, "draft_dns_plan", together)
        for places in ("_OF_RESELLER", "_OF_ALL", "_SHARED"):
            patch.setattr(asking, places, 8)
        assert len(set(pool.map(send, range(8)))) == 1


def open_transactions() -> int:
    """Of others in this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
            " AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])
