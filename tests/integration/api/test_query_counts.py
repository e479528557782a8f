"""How many statements each reading costs, whatever the number of rows: at most five, written down."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.models import IdempotencyKey
from mailcore.directory import services as directory
from mailcore.domains import services as domains
from mailcore.domains.models import Domain
from mailcore.mailboxes import services as mailboxes
from tenants.jobs import services as jobs
from tenants.jobs.services import Item
from tenants.organisations import services as organisations

#: Beside these: the host, the key, and once a minute the note of its use.
COUNTS = {
    "me": 0,
    "organisations": 1,
    "organisations/{org}": 1,
    "api-keys": 1,
    "domains": 1,
    "domains/{dom}": 1,
    "mailboxes": 1,
    "mailboxes/{mbx}": 1,
    "jobs": 1,
    "jobs/{job}": 1,
    "jobs/{job}/items": 2,
    "aliases": 1,
    "webhooks": 1,
}
HEAD = 2


@pytest.fixture
def stage(acme, program):
    names = {"org": acme.organisation.reference}
    for name in ("one.test", "two.test"):
        domain = domains.add_domain(
            actor=acme.owner, organisation_id=acme.organisation.public_id, name=name
        )
        Domain.objects.filter(pk=domain.pk).update(state="verified")
        directory.set_routed(name, is_verified=True)
        mailbox = mailboxes.create_mailbox(
            actor=acme.owner, domain_id=domain.public_id, local_part="anna",
            password="a-long-enough-pass",
        )  # fmt: skip
    job = jobs.start(
        actor=acme.owner, kind="none", items=[Item(label="a", given={}), Item(label="b", given={})]
    )
    names |= {"dom": domain.reference, "mbx": mailbox.reference, "job": job.reference}
    api = program(acme, scopes=organisations.ALL_SCOPES)
    api.get("me")  # notes its use
    return api, names


def statements(action) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = action()
    assert answer.status_code in {200, 201}, answer.content
    return [
        one["sql"] for one in seen if not one["sql"].startswith(("SET ", "SAVEPOINT", "RELEASE"))
    ]


def test_readings_cost_what_is_written_down(stage) -> None:
    api, names = stage
    found = {}
    for path in COUNTS:
        asked = statements(lambda path=path: api.get(path.format(**names)))
        found[path] = len(asked) - HEAD
    assert found == COUNTS
    assert max(found.values()) + HEAD <= 5


def test_a_new_organisation_costs_no_more_for_being_repeatable(stage) -> None:
    api, _ = stage
    plain = statements(lambda: api.post("organisations", {"name": "a"}))
    safe = statements(lambda: api.post("organisations", {"name": "b"}, Idempotency_Key="k"))
    again = statements(lambda: api.post("organisations", {"name": "b"}, Idempotency_Key="k"))
    assert IdempotencyKey.objects.count() == 1
    assert (len(safe) - len(plain), len(again)) == (3, HEAD + 3)
