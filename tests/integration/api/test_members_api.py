"""Members over the API: who invites whom, and what no key can do."""

import re
from datetime import timedelta

import pytest
from django.core import mail

from controlplane import member_events, webhook_events
from kernel import clock, ids
from kernel.actor import Actor, ActorKind
from kernel.errors import NotAllowed, NotFound
from kernel.models import AuditEntry, OutboxEvent
from kernel.outbox import Envelope
from tenants.accounts import selectors, services
from tenants.accounts.errors import MemberExists, TooManyInvitations
from tenants.accounts.models import Member, Role
from tenants.organisations import selectors as keys
from tenants.organisations import services as organisations
from tenants.organisations.errors import BeyondMaker, TooManyKeys
from tenants.organisations.services import ALL_SCOPES, API_SCOPES
from tenants.resellers import services as resellers
from tenants.resellers.models import InvitationSent, Reseller
from tenants.resellers.tokens import hash_token

pytestmark = pytest.mark.django_db
PEOPLE = {"members.read", "members.write"}


@pytest.fixture
def people(acme, program):
    """A program with every right that a key can have."""
    return program(acme, scopes=ALL_SCOPES)


def invited(acme, email="eve@people.test", role="support") -> Member:
    return services.invite_member(actor=acme.owner, email=email, role=role)


def token_of(message) -> str:
    found = re.search(r"/join/([\w-]+)/", message.body)
    assert found
    return found[1]


def code(answer) -> str:
    return answer.json()["code"]


def test_inviting_mails_a_link_once_and_tells_it(acme, people):
    body = {"email": " Eve@BÜCHER.test ", "role": "support", "name": "Eve\u202e Miller"}
    answer = people.post("members", body, Idempotency_Key="one")
    made = answer.json()
    assert answer.status_code == 201, made
    assert (made["email"], made["name"]) == ("eve@xn--bcher-kva.test", "Eve Miller")
    assert (made["state"], made["is_active"], made["last_login_at"]) == ("invited", False, None)
    again = people.post("members", body, Idempotency_Key="one")
    assert again["Idempotency-Replayed"] == "true"
    (message,) = mail.outbox
    assert message.to == [made["email"]]
    assert "Acme Mail" in message.subject
    token = token_of(message)
    assert f"https://{acme.host}/join/{token}/" in message.body
    member = Member.objects.get(email=made["email"])
    assert member.invitation_hash == hash_token(token)
    assert not member.has_usable_password()
    kept = [*OutboxEvent.objects.values_list("data"), *AuditEntry.objects.values_list("data")]
    assert token not in str(kept)
    assert token not in answer.content.decode()
    assert OutboxEvent.objects.get(type="member.invited").subject == made["id"]
    # Twice, and as somebody writes it who does not know how it is stored.
    for email in (made["email"], "EVE@bücher.test", acme.owner_email.upper()):
        assert code(people.post("members", {"email": email, "role": "billing"})) == "member.exists"
    assert len(mail.outbox) == 1


def test_lists_and_changes_as_the_other_resources_do(acme, people):
    eve = invited(acme)
    page = people.get("members", sort="-email").json()["data"]
    assert [one["email"] for one in page] == ["eve@people.test", acme.owner_email]
    for query, found in (("state", "invited"), ("role", "support"), ("email", "EVE@people.test")):
        assert [one["id"] for one in people.get("members", **{query: found}).json()["data"]] == [
            eve.reference
        ]
    seen = people.get(f"members/{eve.reference}")
    changed = people.patch(f"members/{eve.reference}", {"role": "billing"}, If_Match=seen["ETag"])
    assert changed.json()["role"] == "billing"
    stale = people.patch(f"members/{eve.reference}", {"name": "x"}, If_Match=seen["ETag"])
    assert stale.status_code == 412
    assert (
        code(people.patch(f"members/{eve.reference}", {"is_active": True})) == "member.not_joined"
    )
    assert people.delete(f"members/{eve.reference}").status_code == 204
    assert people.get(f"members/{eve.reference}").status_code == 404
    types = OutboxEvent.objects.values_list("type", flat=True)
    assert {"member.changed", "member.removed"} <= set(types)


def test_neither_events_nor_the_audit_log_say_who_somebody_is(acme):
    eve = services.invite_member(
        actor=acme.owner, email="eve@people.test", role="support", name="Eve Miller"
    )
    services.change_member(actor=acme.owner, member_id=eve.public_id, name="Eve Miller-Smith")
    services.remove_member(actor=acme.owner, member_id=eve.public_id)
    rows = list(OutboxEvent.objects.filter(subject=eve.reference).order_by("id"))
    assert [row.type for row in rows] == ["member.invited", "member.changed", "member.removed"]
    for row in rows:
        _, told = webhook_events.TOLD[row.type]
        assert told(row.data) == {"member": eve.reference, "role": "support", "state": "invited"}
        entry = AuditEntry.objects.get(action=row.type, subject=eve.reference)
        assert entry.data == {"role": "support", "state": "invited"}


def test_a_key_gives_and_reaches_only_fewer_rights_than_its_own(acme, people, program):
    boss = services.invite_member(actor=acme.owner, email="boss@people.test", role="admin")
    eve = invited(acme)
    for role in ("owner", "admin", "operator"):
        answer = people.post("members", {"email": "new@people.test", "role": role})
        assert answer.status_code in {403, 422}, role
        assert people.patch(f"members/{eve.reference}", {"role": role}).status_code in {403, 422}
    owner = Member.objects.get(role=Role.OWNER)
    for one in (boss, owner):
        for answer in (
            people.patch(f"members/{one.reference}", {"is_active": False}),
            people.patch(f"members/{one.reference}", {"role": "read_only"}),
            people.delete(f"members/{one.reference}"),
            people.post(f"members/{one.reference}/invite"),
        ):
            assert code(answer) == "member.beyond_role"
    # Without the rights of the role, the right to invite is no way to them.
    little = program(acme, scopes=PEOPLE)
    assert code(little.post("members", {"email": "a@b.test", "role": "billing"})) == (
        "member.beyond_role"
    )
    assert code(little.delete(f"members/{eve.reference}")) == "member.beyond_role"
    assert not PEOPLE & API_SCOPES
    assert program(acme).get("members").status_code == 403
    assert not Member.objects.filter(email="a@b.test").exists()


@pytest.fixture
def clients(acme):
    """Two organisations' own administrators."""
    other = organisations.create_organisation(actor=acme.owner, name="Other")
    return [
        services.invite_member(
            actor=acme.owner, email=f"{n}@clients.test", role="admin", organisation=one.public_id
        )
        for n, one in enumerate((acme.organisation, other))
    ]


def test_the_people_of_an_organisation_are_reached_within_it_alone(
    acme, people, program, clients, monkeypatch
):
    eve, (near, far) = invited(acme), clients
    own, elsewhere = (ids.to_public("org", one.organisation_id) for one in clients)
    bound = program(acme, scopes=ALL_SCOPES, organisation=acme.organisation.public_id)
    ann = bound.post("members", {"email": "ann@people.test", "role": "support"}).json()
    assert ann["organisation"] == own
    shown = {one["id"] for one in bound.get("members").json()["data"]}
    assert shown == {near.reference, ann["id"]}
    for one in (eve, far):
        path = f"members/{one.reference}"
        for answer in (
            bound.get(path),
            bound.patch(path, {"name": "x"}),
            bound.delete(path),
            bound.post(f"{path}/invite"),
        ):
            assert answer.status_code == 404
    new = {"email": "new@people.test", "role": "support"}
    assert bound.post("members", {**new, "organisation": elsewhere}).status_code == 404
    # An administrator has as many rights there as any key; there are no owners and no costs.
    refused = bound.patch(f"members/{near.reference}", {"name": "x"})
    assert code(refused) == "member.beyond_role"
    for role, status in (("admin", 403), ("owner", 422), ("billing", 422)):
        assert bound.post("members", {**new, "role": role}).status_code == status
        if role != "admin":
            there = {**new, "role": role, "organisation": own}
            assert people.post("members", there).status_code == 422
            assert people.patch(f"members/{near.reference}", {"role": role}).status_code == 422
    domain_bound = program(
        acme, scopes=ALL_SCOPES, organisation=acme.organisation.public_id, domain=ids.uuid7()
    )
    assert domain_bound.get("members").status_code == 403
    by_domain = Actor(
        kind=ActorKind.API_KEY, id="key", scopes=ALL_SCOPES, domain=ids.uuid7(),
        organisation=acme.organisation.public_id,
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        services.invite_member(actor=by_domain, email="x@people.test", role="support")
    with pytest.raises(NotFound, match="There is no member with this id here"):
        services.remove_member(actor=acme.owner, member_id=ids.uuid7())
    # Of the whole reseller: more rights than an administrator of a client.
    assert people.patch(f"members/{near.reference}", {"name": "x"}).status_code == 200
    (found,) = people.get("members", organisation=elsewhere).json()["data"]
    assert found["id"] == far.reference
    Member.objects.update(is_active=True)
    assert selectors.list_addresses(Role.ADMIN) == []  # notices tell of every domain
    # Half of what is sent in a day is left to the reseller.
    monkeypatch.setattr(services.inviting, "MOST_A_DAY", 2 * len(mail.outbox))
    assert code(bound.post("members", new)) == "member.too_many_invitations"
    assert people.post("members", new).status_code == 201


def test_who_belongs_to_an_organisation_makes_keys_for_it_alone(acme, clients):
    near, far = (selectors.actor_of(one, reseller_id=acme.reseller.public_id) for one in clients)
    whole, _ = organisations.create_api_key(actor=acme.owner, name="whole")
    made, _ = organisations.create_api_key(actor=near, name="near")
    assert made.organisation == acme.organisation
    assert not {"usage.read", "streams.read", "webhooks.write"} & set(made.scopes)
    assert [*keys.list_api_keys(of=near)] == [made]
    with pytest.raises(NotFound):
        organisations.create_api_key(actor=far, name="x", organisation=near.organisation)
    for scope in ("usage.read", "domains.hand_over", "audit.read"):
        with pytest.raises(BeyondMaker):
            organisations.create_api_key(actor=near, name="x", scopes=[scope])
    for actor, key in ((near, whole), (far, made)):
        for verb in (organisations.rotate_api_key, organisations.revoke_api_key):
            with pytest.raises(NotFound):
                verb(actor=actor, key_id=key.public_id)
    assert organisations.revoke_api_key(actor=near, key_id=made.public_id).revoked_at


def test_who_belongs_to_a_client_makes_only_so_many_keys(acme, clients, program, monkeypatch):
    monkeypatch.setattr(organisations.keys, "MOST_MADE", 2)
    near, far = (selectors.actor_of(one, reseller_id=acme.reseller.public_id) for one in clients)
    own = {"organisation": acme.organisation.public_id}
    maker = program(acme, scopes=ALL_SCOPES, **own)
    # What a key made has no allowance of its own.
    maker.post("api-keys", {"name": "made", "scopes": ["domains.read"]})
    second, _ = organisations.create_api_key(actor=near, name="two")
    with pytest.raises(TooManyKeys):
        organisations.create_api_key(actor=near, name="three")
    organisations.create_api_key(actor=far, name="another client's")
    organisations.create_api_key(actor=acme.owner, name="the reseller's", **own)
    organisations.revoke_api_key(actor=near, key_id=second.public_id)
    with pytest.raises(TooManyKeys):
        organisations.create_api_key(actor=near, name="three")
    monkeypatch.setattr(organisations.keys, "MOST_MADE", 3)
    organisations.create_api_key(actor=near, name="three")


def test_a_full_client_is_not_told_who_a_member_is(acme, clients, monkeypatch):
    near = selectors.actor_of(clients[0], reseller_id=acme.reseller.public_id)
    given = {"email": acme.owner_email, "role": "support"}
    with pytest.raises(MemberExists):
        services.invite_member(actor=near, **given)
    # Once the day's mails, or all open links, are used up, one answer is left.
    for limit in ("MOST_A_DAY", "MOST_OPEN"):
        monkeypatch.setattr(services.inviting, limit, 2)
        for email in (acme.owner_email, "nobody@people.test"):
            with pytest.raises(TooManyInvitations):
                services.invite_member(actor=near, email=email, role="support")
        with pytest.raises(MemberExists):  # who sees every member is told
            services.invite_member(actor=acme.owner, **given)
        monkeypatch.undo()
    # So is who was written to often enough.
    monkeypatch.setattr(services.inviting, "MOST_TO_ONE", 0)
    for email in (acme.owner_email, "nobody@people.test"):
        with pytest.raises(TooManyInvitations):
            services.invite_member(actor=near, email=email, role="support")


def test_invitations_are_sent_again_bounded(acme, people, monkeypatch):
    eve = invited(acme)
    path = f"members/{eve.reference}/invite"
    assert code(people.post(path)) == "member.invited_lately"
    hour = clock.now() - services.inviting.AGAIN_AFTER
    Member.objects.filter(pk=eve.pk).update(invited_at=hour)
    assert people.post(path).status_code == 200
    first, second = (token_of(message) for message in mail.outbox)
    eve.refresh_from_db()
    assert eve.invitation_hash == hash_token(second) != hash_token(first)
    monkeypatch.setattr(services.inviting, "MOST_A_DAY", 2)
    full = people.post("members", {"email": "new@people.test", "role": "billing"})
    assert code(full) == "member.too_many_invitations"
    monkeypatch.setattr(services.inviting, "MOST_A_DAY", 9)
    monkeypatch.setattr(services.inviting, "MOST_OPEN", 1)
    full = people.post("members", {"email": "new@people.test", "role": "billing"})
    assert code(full) == "member.too_many_invitations"
    assert len(mail.outbox) == 2
    services.join(invitation=eve.invitation_hash, name="Eve", password="a long enough secret")
    assert code(people.post(path)) == "member.already_joined"


def test_one_person_gets_few_links_in_a_day_whatever_is_taken_back(acme, people):
    def invite(email: str) -> str:
        answer = people.post("members", {"email": email, "role": "billing"})
        if answer.status_code == 201:
            assert people.delete(f"members/{answer.json()['id']}").status_code == 204
        return str(answer.json().get("code", "sent"))

    given = ["eve@people.test", "eve+2@people.test", "EVE@people.test", "eve@people.test"]
    assert [invite(one) for one in given] == ["sent"] * 3 + ["member.too_many_invitations"]
    assert invite("bob@people.test") == "sent"
    assert "people.test" not in str([*InvitationSent.objects.values()])
    with clock.at(clock.now() + timedelta(days=1)):
        assert resellers.forget_invitations() == 4
        assert invite("eve@people.test") == "sent"


def test_links_that_are_too_old_are_not_open(acme, people, monkeypatch):
    monkeypatch.setattr(services.inviting, "MOST_OPEN", 1)
    eve = invited(acme)
    with clock.at(clock.now() + services.inviting.LIFETIME):
        invited(acme, email="bob@people.test")
        # Sent again it would be one too many.
        again = people.post(f"members/{eve.reference}/invite")
        assert code(again) == "member.too_many_invitations"


def test_notices_follow_when_the_owner_who_signed_up_goes(acme):
    reseller = Reseller.objects.filter(pk=acme.reseller.pk)
    reseller.update(owner_email=acme.owner_email)
    with_mail = Member.objects.create(email="bea@acme.test", role=Role.OWNER)
    for email, expected in (
        ("else@acme.test", acme.owner_email),
        (acme.owner_email, with_mail.email),
    ):
        if email == acme.owner_email:
            Member.objects.filter(email=email).update(role=Role.SUPPORT)
        member_events.follow_owners(
            Envelope(
                id=ids.uuid7(),
                type="member.changed",
                reseller_id=acme.reseller.public_id,
                subject="",
                occurred_at=clock.now(),
                data={"email": email},
                trace_id="",
            )
        )
        assert reseller.get().owner_email == expected
