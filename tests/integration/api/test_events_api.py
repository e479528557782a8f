"""What happened, listed and followed, and who did it."""

from datetime import timedelta

import pytest
import time_machine

from controlplane import dispatch, event_log
from kernel import clock
from kernel.roles import as_role
from kernel.tenancy import PUBLIC, in_schema
from mailcore.delivery.sending import services as sending
from mailcore.directory import services as directory
from mailcore.domains import services as domains
from mailcore.domains.models import Domain
from tenants.organisations import services as organisations
from tenants.webhooks import services as webhooks
from tenants.webhooks.models import ToldEvent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at_once(monkeypatch) -> None:
    """Nothing has to settle: whoever writes here has committed before somebody reads."""
    monkeypatch.setattr(event_log, "SETTLE", timedelta(seconds=-5))


def told() -> None:
    """The worker hands events on."""
    with as_role("worker"), in_schema(PUBLIC):
        dispatch.dispatch_due()


@pytest.fixture
def api(acme, program):
    """A program with every right."""
    return program(acme)


@pytest.fixture
def happened(acme) -> Domain:
    """A domain that sent a message, told to whom it concerns."""
    domain = domains.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
    )
    Domain.objects.update(state="verified")
    directory.set_routed("shop.test", is_verified=True)
    message = {"from": "anna@shop.test", "to": ["ben@out.test"], "text": "Hello"}
    sending.send_messages(actor=acme.owner, given=[message])
    told()
    return domain


def names(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [one["type"] for one in answer.json()["data"]]


def test_events_are_listed_newest_first_and_followed(api, acme, at_once, happened) -> None:
    everything = api.get("events")
    assert sorted(names(everything)) == ["domain.added", "message.accepted"]
    assert names(api.get("events?type=domain.added")) == ["domain.added"]
    (one,) = api.get(f"events?subject={happened.reference}").json()["data"]
    assert (one["type"], one["data"]["name"]) == ("domain.added", "shop.test")
    assert one["id"].startswith("evt_")
    (mail,) = api.get("events?type=message.accepted").json()["data"]
    assert mail["data"]["recipient"] == "ben@out.test"
    assert names(api.get(f"events?subject={mail['data']['message']}")) == ["message.accepted"]
    # Page by page, backwards.
    first = api.get("events?limit=1").json()
    second = api.get(f"events?limit=1&cursor={first['next_cursor']}").json()
    assert second["next_cursor"] is None
    assert first["data"] + second["data"] == everything.json()["data"]
    # From now on.
    now = api.get("events?after=").json()
    assert now["data"] == []
    organisations.create_organisation(actor=acme.owner, name="Bakery")
    told()
    told()  # told twice, kept once
    start = event_log.ids.first_at(clock.now() - timedelta(minutes=5))
    cursor = event_log.ids.to_public("cur", start)
    following = api.get(f"events?after={cursor}").json()
    assert [one["type"] for one in following["data"]][-1] == "organisation.created"
    assert len(following["data"]) == 3
    rest = api.get(f"events?after={following['next_cursor']}").json()
    assert (rest["data"], rest["next_cursor"]) == ([], following["next_cursor"])


def test_nobody_elses_and_nothing_old(api, acme, globex, at_once, happened) -> None:
    with in_schema(globex.reseller.schema_name):
        organisations.create_organisation(actor=globex.owner, name="Theirs")
        told()
    assert "organisation.created" not in names(api.get("events"))
    with time_machine.travel(clock.now() + timedelta(days=31), tick=True):
        assert names(api.get("events")) == []
        with as_role("worker"), in_schema(PUBLIC):
            webhooks.forget_events()
    with in_schema(acme.reseller.schema_name):
        assert not ToldEvent.objects.exists()


def test_what_has_not_settled_is_not_shown_yet(api, happened, monkeypatch) -> None:
    monkeypatch.setattr(event_log, "SETTLE", timedelta(hours=1))
    assert names(api.get("events")) == []


@pytest.mark.parametrize(
    "query",
    ["type=nothing", "type=", "after=x", "after=&cursor=cur_1", "subject=%00", "limit=0", "sort=x"],
)
def test_a_question_without_sense_is_refused(api, acme, query) -> None:
    answer = api.get(f"events?{query}")
    assert answer.status_code == (200 if query == "type=" else 422)


def test_who_did_what_is_listed(api, acme, happened) -> None:
    rows = api.get("audit").json()["data"]
    assert "domain.added" in [row["action"] for row in rows]
    assert rows == sorted(rows, key=lambda row: row["at"], reverse=True)
    (row,) = api.get(f"audit?subject={happened.reference}&action=domain.").json()["data"]
    assert row["actor"] == {"kind": "member", "id": acme.owner.id}
    assert api.get("audit?actor=nobody").json()["data"] == []
    later = (clock.now() + timedelta(hours=1)).isoformat().replace("+", "%2B")
    assert api.get(f"audit?since={later}").json()["data"] == []
    first = api.get("audit?limit=1").json()
    second = api.get(f"audit?limit=1&cursor={first['next_cursor']}").json()
    assert first["data"] + second["data"] == rows[:2]
    assert api.get("audit?until=yesterday").status_code == 422
