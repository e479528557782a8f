"""Which mailboxes stood on a day is told per client, and told again without harm."""

from datetime import UTC, date, datetime

import pytest

from kernel import ids
from kernel.models import OutboxEvent
from mailcore.domains.models import Domain
from mailcore.mailboxes import sampling
from mailcore.mailboxes.models import Mailbox

pytestmark = pytest.mark.django_db

DAY = date(2026, 5, 10)


def make_mailbox(*, domain, local_part, created_at, state="active"):
    return Mailbox.objects.create(
        domain=domain,
        local_part=local_part,
        address=f"{local_part}@{domain.name}",
        state=state,
        created_at=created_at,
    )


def make_domain(organisation_id):
    name = f"{ids.uuid7().hex[-12:]}.test"
    return Domain.objects.create(
        name=name, display_name=name, organisation_id=organisation_id, ownership_token="t"
    )


def told():
    return [event.data for event in OutboxEvent.objects.filter(type="mailbox.day").order_by("id")]


def test_each_client_gets_its_own_list_of_mailboxes(acme):
    noon = datetime(2026, 5, 10, 12, tzinfo=UTC)
    clients = [ids.uuid7(), ids.uuid7()]
    made = [
        make_mailbox(domain=make_domain(client), local_part="ann", created_at=noon)
        for client in clients
    ]
    assert sampling.publish_mailbox_days(on=DAY) == 2
    assert told() == [
        {
            "organisation_id": str(client),
            "on": "2026-05-10",
            "mailboxes": [str(mailbox.public_id)],
        }
        for client, mailbox in zip(clients, made, strict=True)
    ]


def test_a_suspended_mailbox_still_counts_and_one_made_later_does_not(acme):
    domain = make_domain(acme.organisation.public_id)
    last = datetime(2026, 5, 10, 23, 59, 59, tzinfo=UTC)
    counted = make_mailbox(domain=domain, local_part="ann", created_at=last, state="suspended")
    make_mailbox(domain=domain, local_part="bob", created_at=datetime(2026, 5, 11, tzinfo=UTC))
    sampling.publish_mailbox_days(on=DAY)
    assert [data["mailboxes"] for data in told()] == [[str(counted.public_id)]]


def test_a_large_client_is_told_in_several_events(acme, monkeypatch):
    monkeypatch.setattr(sampling, "IN_ONE_EVENT", 2)
    domain = make_domain(acme.organisation.public_id)
    noon = datetime(2026, 5, 10, 12, tzinfo=UTC)
    for n in range(5):
        make_mailbox(domain=domain, local_part=f"m{n}", created_at=noon)
    assert sampling.publish_mailbox_days(on=DAY) == 5
    assert [len(data["mailboxes"]) for data in told()] == [2, 2, 1]


def test_without_mailboxes_nothing_is_told(acme):
    assert sampling.publish_mailbox_days(on=DAY) == 0
    assert told() == []
