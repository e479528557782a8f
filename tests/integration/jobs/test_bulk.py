"""Bulk creation: checked as a whole, done row by row, each with its own outcome."""

import pytest
from django.db import connection
from django.test import Client

from controlplane import job_kinds
from kernel.models import OutboxEvent
from kernel.tenancy import current_schema, in_schema
from mailcore.directory import services as directory
from mailcore.domains import services as domains
from mailcore.domains.models import Domain
from mailcore.mailboxes.models import Mailbox
from tenants.jobs import services as jobs
from tenants.jobs.models import Job, JobItem
from tenants.organisations import services as organisations
from tenants.plans.models import Counter
from tenants.resellers.models import Reseller

PASSWORD = "tulip-lantern-42"


@pytest.fixture
def key(acme):
    made, secret = organisations.create_api_key(actor=acme.owner, name="tests")
    made.secret = secret
    return made


@pytest.fixture
def ask(acme, key):
    def send(method, path, body=None, content_type="application/json", **headers):
        with in_schema(current_schema()):
            return Client(raise_request_exception=False).generic(
                method, f"/api/v1/{path}", body or "{}", content_type=content_type,
                headers={"Host": acme.host, "Authorization": f"Bearer {key.secret}", **headers},
            )  # fmt: skip

    return send


@pytest.fixture
def shop(acme):
    domain = domains.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
    )
    Domain.objects.update(state="verified")
    directory.set_routed("shop.test", is_verified=True)
    return domain


def work(seconds=60.0):
    """All that is to be done, as the worker would."""
    schema = current_schema()
    jobs.run_slice(kinds=job_kinds.KINDS, revive=job_kinds.revive, seconds=seconds)
    connection.set_schema(schema)


CSV = (
    "address;password;display_name\r\n"
    f"Anna@shop.test;{PASSWORD};\"Anna; Example\"\r\n"
    f"ben@shop.test;{PASSWORD};\r\n"
    f"cleo@elsewhere.test;{PASSWORD};\r\n"
    "dora@shop.test;short;\r\n"
)  # fmt: skip


def test_a_table_of_mailboxes_becomes_a_job(acme, ask, shop) -> None:
    answer = ask("POST", "mailboxes/bulk", CSV, "text/csv", **{"Idempotency-Key": "k"})
    assert answer.status_code == 202, answer.content
    job = answer.json()
    assert (job["state"], job["total"], job["done"]) == ("waiting", 4, 0)
    again = ask("POST", "mailboxes/bulk", CSV, "text/csv", **{"Idempotency-Key": "k"})
    assert (again.json()["id"], Job.objects.count()) == (job["id"], 1)
    kept = [bytes(item.given) for item in JobItem.objects.all()]
    assert not any(PASSWORD.encode() in given for given in kept)

    work()
    shown = ask("GET", f"jobs/{job['id']}").json()
    assert (shown["state"], shown["done"], shown["failed"]) == ("ended", 2, 2)
    rows = ask("GET", f"jobs/{job['id']}/items").json()["data"]
    assert [(row["item"], row["state"]) for row in rows] == [
        ("Anna@shop.test", "done"), ("ben@shop.test", "done"),
        ("cleo@elsewhere.test", "failed"), ("dora@shop.test", "failed"),
    ]  # fmt: skip
    assert rows[0]["made"] == Mailbox.objects.get(address="anna@shop.test").reference
    assert Mailbox.objects.get(address="anna@shop.test").display_name == "Anna; Example"
    failed = ask("GET", f"jobs/{job['id']}/items?state=failed").json()["data"]
    assert [row["error"]["code"] for row in failed] == ["not_found", "mailbox.password_weak"]
    assert not JobItem.objects.filter(given__isnull=False).exists()
    told = OutboxEvent.objects.get(type="job.ended").data
    assert (told["done"], told["failed"], told["state"]) == (2, 2, "ended")


def test_rows_are_checked_before_anything_is_begun(acme, ask, shop) -> None:
    organisation = acme.organisation.reference
    for body, pointers in [
        (f'[{{"name": "a.test"}}, {{"nme": "b.test", "name": "b.test", "organisation": "{organisation}"}}]',
         ["/0/organisation", "/1/nme"]),
        (f'[{{"name": "a.test", "organisation": "{organisation}"}}, {{"name": "A.test", "organisation": "{organisation}"}}]',
         ["/1"]),
        ('[{"name": "a.test", "organisation": "nobody"}, 7]', ["/0/organisation", "/1"]),
    ]:  # fmt: skip
        answer = ask("POST", "domains/bulk", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "rows_invalid"), answer.content
        assert [fault["pointer"] for fault in answer.json()["errors"]] == pointers
    for body in ("[]", "{}", '{"name": "a.test"}', "[" + ",".join(["{}"] * 10_001) + "]"):
        assert ask("POST", "domains/bulk", body).status_code == 422
    for body in ("name,name\n1,2", "name\n1,2,3", 'name\n"half', "name\n\xff", "name\na\0b"):
        answer = ask("POST", "domains/bulk", body.encode("latin-1"), "text/csv")
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed"), body
    assert ask("POST", "domains/bulk?dry_run=maybe", "[{}]").status_code == 422
    assert not Job.objects.exists()


def test_each_domain_has_its_own_outcome_and_counts_by_itself(acme, ask) -> None:
    names = ["one.test", "com", "two.test", "one.test."]
    rows = [f'{{"name": "{n}", "organisation": "{acme.organisation.reference}"}}' for n in names]
    dry = ask("POST", "domains/bulk?dry_run=true", f"[{','.join(rows)}]").json()
    work()
    shown = ask("GET", f"jobs/{dry['id']}").json()
    assert (shown["dry_run"], shown["done"], shown["failed"]) == (True, 3, 1)
    assert not Domain.objects.exists()
    assert not Counter.objects.filter(feature="domains", used__gt=0).exists()

    wet = ask("POST", "domains/bulk", f"[{','.join(rows)}]").json()
    work()
    rows = ask("GET", f"jobs/{wet['id']}/items").json()["data"]
    codes = [row["error"] and row["error"]["code"] for row in rows]
    assert codes == [None, "domain.public_suffix", None, "domain.taken"]
    assert Counter.objects.get(feature="domains").used == 2


def boxes(count):
    return "address,password\n" + "".join(f"m{n}@shop.test,{PASSWORD}\n" for n in range(count))


def test_a_job_goes_on_where_it_stood_and_can_be_called_off(acme, ask, shop) -> None:
    job_id = ask("POST", "mailboxes/bulk", boxes(4), "text/csv").json()["id"]
    schema = current_schema()
    jobs.run_slice(kinds=job_kinds.KINDS, revive=job_kinds.revive, seconds=0.001)
    connection.set_schema(schema)
    assert Job.objects.get().done == Mailbox.objects.count() == 1
    assert ask("GET", f"jobs/{job_id}").json()["state"] == "running"
    cancelled = ask("POST", f"jobs/{job_id}/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert cancelled.json()["reason"] == "asked"
    assert ask("POST", f"jobs/{job_id}/cancel").json()["code"] == "job.over"
    work()
    assert Mailbox.objects.count() == 1
    assert not JobItem.objects.filter(given__isnull=False).exists()
    assert JobItem.objects.filter(state="cancelled").count() == 3


def test_a_job_ends_when_its_reseller_is_suspended(acme, ask, shop) -> None:
    ask("POST", "mailboxes/bulk", boxes(3), "text/csv")
    Reseller.objects.filter(pk=acme.reseller.pk).update(state="suspended")
    work()
    assert (Job.objects.get().state, Job.objects.get().reason) == ("cancelled", "asker_gone")
    assert not Mailbox.objects.exists()


def test_a_job_ends_with_the_key_that_asked_for_it(acme, ask, key, shop) -> None:
    ask("POST", "mailboxes/bulk", boxes(3), "text/csv")
    organisations.revoke_api_key(actor=acme.owner, key_id=key.public_id)
    work()
    assert (Job.objects.get().state, Job.objects.get().reason) == ("cancelled", "asker_gone")
    assert not Mailbox.objects.exists()
