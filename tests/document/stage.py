"""Acme's objects, one of each kind that a path or a body can name, and everybody's keys."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from billing.invoicing.services import close_period
from billing.metering import services as metering
from billing.metering.models import Meter
from billing.pricing import services as pricing
from kernel import clock, ids
from kernel.actor import SYSTEM, Actor, ActorKind
from kernel.tenancy import in_schema
from mailcore.checks.models import DomainAlarm
from mailcore.delivery.sending import services as sending
from mailcore.delivery.streams import pauses
from mailcore.delivery.suppression import selectors as suppressions
from mailcore.delivery.suppression import services as suppression
from mailcore.directory import services as directory
from mailcore.directory.states import HoldOn
from mailcore.domains import services as domains
from mailcore.domains.models import Domain
from mailcore.handover import services as handover
from mailcore.holds import services as holds
from mailcore.mailboxes import services as mailboxes
from mailcore.mailboxes.models import Mailbox
from mailcore.zones.adapters.memory import MemoryZone
from mailcore.zones.models import DnsPlan
from tenants.accounts import services as accounts
from tenants.accounts.models import Member
from tenants.jobs import services as jobs
from tenants.jobs.services import Item
from tenants.organisations import services as organisations
from tenants.organisations.models import ApiKey
from tenants.webhooks import services as webhooks
from tests.document import operator_stage
from tests.document.callers import Caller
from tests.document.operations import OF_OPERATOR
from tests.document.snapshot import snapshot

PASSWORD = "a long enough secret"
READING = {right for right in organisations.ALL_SCOPES if right.endswith(".read")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """`ids` by the name that they have in a path; `key` is the one of `mine`, `before` a snapshot."""

    acme: Any
    globex: Any
    ids: dict[str, str]
    key: ApiKey
    mine: Caller
    theirs: Caller
    other_organisation: Caller
    other_domain: Caller
    reading: Caller
    before: dict[str, tuple[int, str]]
    #: What another reseller may know too.
    shared: dict[str, str]
    operator: operator_stage.OperatorStage

    def caller_of(self, name: str) -> Caller:
        """The rightful caller of an operation."""
        return self.operator.mine if name in OF_OPERATOR else self.mine

    def body_of(self, name: str) -> Any:
        """What the rightful caller sends to an operation; it names Acme's objects where it can."""
        if name in OF_OPERATOR:
            return self.operator.body_of(name)
        make = BODIES.get(name)
        return make(self) if make else {}

    def parts_of(self, name: str) -> dict[str, str]:
        """The path's parts, for an operation that needs an object of its own."""
        if name in OF_OPERATOR:
            return self.operator.parts_of(name)
        known = {**self.ids, **self.shared}
        return {**self.ids, **{part: known[of] for part, of in INSTEAD.get(name, {}).items()}}


#: operationId → the body of a call that succeeds.
BODIES: dict[str, Callable[[Stage], Any]] = {
    "aliases.create": lambda stage: {
        "domain": stage.ids["domain_id"],
        "local_part": "office",
        "targets": ["anna@shop.test"],
    },
    "aliases.update": lambda _: {"targets": ["anna@shop.test"]},
    "api_keys.create": lambda stage: {
        "name": "new",
        "scopes": ["domains.read"],
        "organisation": stage.ids["organisation_id"],
    },
    "app_passwords.create": lambda _: {"name": "tablet"},
    "dmarc.set_policy": lambda _: {"policy": "quarantine"},
    "dmarc_sources.mark": lambda _: {"name": "mailchimp", "known": True},
    "mta_sts.set_mode": lambda _: {"mode": "testing"},
    "domains.bulk_create": lambda stage: [
        {"name": "many.test", "organisation": stage.ids["organisation_id"]}
    ],
    "domains.create": lambda stage: {
        "name": "new.test",
        "organisation": stage.ids["organisation_id"],
    },
    "domains.update": lambda _: {"publishing": "cname"},
    "dns_credentials.create": lambda stage: {
        "organisation": stage.ids["organisation_id"],
        "kind": "lexicon",
        "provider": "cloudflare",
        "settings": {"auth_token": "t0ken"},
    },
    "dns_credentials.test": lambda stage: {"domain": stage.ids["domain_id"]},
    "dns_plans.create": lambda stage: {"credential": stage.ids["credential_id"]},
    "domains.dns_update": lambda _: {
        "server": "127.0.0.9",
        "key_name": "k",
        "secret": "c2VjcmV0c2VjcmV0",
    },
    "hand_overs.accept": lambda stage: {"organisation": stage.ids["organisation_id"]},
    "hand_overs.redeem": lambda stage: {"code": stage.shared["code"]},
    "mail_hosts.create": lambda _: {"kind": "smtp", "name": "smtp.brand.test"},
    "mailboxes.bulk_create": lambda _: [{"address": "eva@shop.test", "password": PASSWORD}],
    "mailboxes.create": lambda stage: {
        "domain": stage.ids["domain_id"],
        "local_part": "ben",
        "password": PASSWORD,
    },
    "mailboxes.invite": lambda _: {"invite": "ben@elsewhere.test"},
    "mailboxes.update": lambda _: {"display_name": "Anna"},
    "members.invite": lambda _: {"email": "new@people.test", "role": "billing"},
    "members.update": lambda _: {"name": "Eve"},
    "messages.send": lambda _: {
        "from": "anna@shop.test",
        "to": ["ben@out.test"],
        "text": "Hello",
    },
    "organisations.create": lambda _: {"name": "Bakery"},
    "organisations.update": lambda _: {"contact_email": "it@bakery.test"},
    "holds.place": lambda stage: {
        "object": stage.ids["domain_id"],
        "kind": "migration",
        "scopes": ["login"],
        "reason": "a test",
    },
    "streams.pause": lambda _: {"reason": "a wrong price"},
    "suppressions.create": lambda _: {"address": "ann@out.test"},
    "webhooks.create": lambda _: {"url": "https://8.8.8.8/new"},
    "webhooks.update": lambda _: {"description": "changed"},
}
#: operationId → part of the path → the object that it takes in place of the usual one.
INSTEAD: dict[str, dict[str, str]] = {
    "dns_plans.undo": {"plan_id": "applied_plan_id"},
    "domains.delete": {"domain_id": "spare_domain_id"},
    "hand_overs.accept": {"hand_over_id": "received_id"},
    "hand_overs.decline": {"hand_over_id": "received_id"},
    "mailboxes.invite": {"mailbox_id": "invited_mailbox_id"},
    "mailboxes.restore": {"mailbox_id": "gone_mailbox_id"},
    "streams.resume": {"name": "paused_name"},
}
#: Parts of paths that are the same words at every reseller: they name nobody's object.
WORDS = {"name", "kind"}
#: What these begin does each row later as whoever began it, who may begin it; see the jobs' own tests.
BEGINNING = {"domains.bulk_create", "mailboxes.bulk_create"}
#: operationId → rights that its body needs beside the documented one.
ALSO: dict[str, set[str]] = {
    "api_keys.create": {"domains.read"},
    # Whoever deals with people has more rights than they.
    **{
        f"members.{verb}": {"usage.read", "invoices.read"}
        for verb in ("invite", "invite_again", "update", "delete")
    },
}


def build(acme: Any, globex: Any) -> Stage:
    """Make everything, inside Acme's schema."""
    owner, organisation = acme.owner, acme.organisation.public_id
    domain = domains.add_domain(actor=owner, organisation_id=organisation, name="shop.test")
    spare = domains.add_domain(actor=owner, organisation_id=organisation, name="spare.test")
    Domain.objects.filter(pk=domain.pk).update(state="verified")
    directory.set_routed("shop.test", is_verified=True)
    mailbox, gone, invited = _mailboxes(owner, domain)
    alias = mailboxes.create_alias(
        actor=owner, domain_id=domain.public_id, local_part="sales", targets=[mailbox.address]
    )
    app_password, _ = mailboxes.create_app_password(
        actor=owner, mailbox_id=mailbox.public_id, name="phone"
    )
    _alarm(acme, domain)
    message = {"from": "anna@shop.test", "to": ["ben@out.test"], "text": "Hello"}
    (sent,) = sending.send_messages(actor=owner, given=[message])
    suppression.add_suppression(actor=owner, address="gone@out.test")
    webhook, _ = webhooks.add_endpoint(actor=owner, url="https://8.8.8.8/acme")
    delivery = webhooks.send_test(actor=owner, endpoint_id=webhook.public_id)
    key, mine = _key(acme, "mine", scopes=organisations.ALL_SCOPES)
    maker = Actor(kind=ActorKind.API_KEY, id=key.reference, scopes=organisations.ALL_SCOPES)
    made, _ = organisations.create_api_key(actor=maker, name="made")
    member = accounts.invite_member(actor=owner, email="eve@people.test", role="billing")
    Member.objects.filter(pk=member.pk).update(invited_at=clock.now() - timedelta(hours=1))
    job = jobs.start(actor=owner, kind="none", items=[Item(label="one", given={})])
    found = {
        "organisation_id": acme.organisation.reference,
        "domain_id": domain.reference,
        "spare_domain_id": spare.reference,
        "dkim_key_id": domain.dkim_keys.order_by("pk")[0].reference,
        "key_id": made.reference,
        "hand_over_id": _offered(acme, "given.test")[0],
        "member_id": member.reference,
        "job_id": job.reference,
        "alias_id": alias.reference,
        "app_password_id": app_password.reference,
        "mailbox_id": mailbox.reference,
        "gone_mailbox_id": gone.reference,
        "invited_mailbox_id": invited.reference,
        "suppression_id": ids.to_public("sup", suppressions.list_suppressions()[0].id),
        "message_id": ids.to_public("msg", sent.copies[0].id),
        "webhook_id": webhook.reference,
        "delivery_id": delivery.reference,
        "invoice_id": ids.to_public("inv", _bill(acme).public_id),
        **_plans(acme, domain),
        "n": "1",
        "kind": "imap",
        **_standing(acme, spare),
    }
    shared, others = _shared(acme, globex), _others(acme, globex)
    before = snapshot(acme.reseller.schema_name)
    return Stage(
        acme=acme, globex=globex, ids=found, key=key, mine=mine, before=before, shared=shared,
        **others,
    )  # fmt: skip


def _mailboxes(owner: Actor, domain: Domain) -> tuple[Mailbox, Mailbox, Mailbox]:
    """One, one that was deleted, and one whose owner was invited an hour ago."""
    mailbox = mailboxes.create_mailbox(
        actor=owner, domain_id=domain.public_id, local_part="anna", password=PASSWORD
    )
    gone = mailboxes.create_mailbox(
        actor=owner, domain_id=domain.public_id, local_part="gone", password=PASSWORD
    )
    mailboxes.delete_mailbox(actor=owner, mailbox_id=gone.public_id)
    invited = mailboxes.create_mailbox(
        actor=owner, domain_id=domain.public_id, local_part="new", invite="new@elsewhere.test"
    )
    Mailbox.objects.filter(pk=invited.pk).update(invited_at=clock.now() - timedelta(hours=1))
    return mailbox, gone, invited


def _alarm(acme: Any, domain: Domain) -> None:
    """A record of the domain that broke."""
    DomainAlarm.objects.create(
        reseller_id=acme.reseller.public_id,
        domain_id=domain.public_id,
        domain=domain.name,
        kind="mx",
        name=domain.name,
        type="MX",
        value="mx.infra.test",
        verdict="missing",
        code="missing",
    )


def _standing(acme: Any, spare: Domain) -> dict[str, str]:
    """A stream that runs, one that Acme paused, and a hold of its own."""
    held = holds.place_hold(
        actor=acme.owner,
        reseller_id=acme.reseller.public_id,
        on=HoldOn.DOMAIN,
        object_id=spare.public_id,
        kind="owner",
        scopes=["login"],
        reason="a test",
    )
    pauses.pause_stream(
        actor=acme.owner, reseller_id=acme.reseller.public_id, stream="mailbox", reason="a test"
    )
    return {"name": "bulk", "paused_name": "mailbox", "hold_id": held.reference}


def _offered(cast: Any, name: str, *, to: str = "") -> tuple[str, str]:
    """An offer of a verified domain and its code."""
    domain = domains.add_domain(
        actor=cast.owner, organisation_id=cast.organisation.public_id, name=name
    )
    Domain.objects.filter(name=name).update(state="verified")
    made, code = handover.offer(actor=cast.owner, domain_id=domain.public_id, to=to)
    return made.reference, str(code)


def _shared(acme: Any, globex: Any) -> dict[str, str]:
    """What Globex offers Acme, by name and by a code."""
    with in_schema(globex.reseller.schema_name):
        received, _ = _offered(globex, "received.test", to=acme.host)
        _, code = _offered(globex, "by-code.test")
    return {"received_id": received, "code": code}


def _plans(acme: Any, domain: Domain) -> dict[str, str]:
    """A key for the domain's zone, a plan, and one that was applied."""
    owner = acme.owner
    credential = domains.add_credential(
        actor=owner,
        organisation_id=acme.organisation.public_id,
        kind="rfc2136",
        settings={"server": "127.0.0.9", "key_name": "k", "secret": "c2VjcmV0c2VjcmV0"},
    )
    planning = {
        "actor": owner,
        "domain_id": domain.public_id,
        "credential_id": credential.public_id,
        "editor": MemoryZone(zone="shop.test"),
    }
    plan, applied = domains.plan_dns(**planning), domains.plan_dns(**planning)
    DnsPlan.objects.filter(pk=applied.pk).update(state="applied", is_begun=True)
    return {
        "credential_id": credential.reference,
        "plan_id": plan.reference,
        "applied_plan_id": applied.reference,
    }


def _others(acme: Any, globex: Any) -> dict[str, Any]:
    """Who is none of it: another reseller or client of Acme's, a key that only reads, the operator."""
    every = organisations.ALL_SCOPES
    other = organisations.create_organisation(actor=acme.owner, name="Other").public_id
    domain = domains.add_domain(actor=acme.owner, organisation_id=other, name="other.test")
    bound = {"organisation": other, "scopes": every}
    _, by_organisation = _key(acme, "other organisation", **bound)
    _, by_domain = _key(acme, "other domain", domain=domain.public_id, **bound)
    _, reading = _key(acme, "reading", scopes=READING)
    with in_schema(globex.reseller.schema_name):
        _, theirs = _key(globex, "theirs", scopes=every)
    return {
        "theirs": theirs,
        "other_organisation": by_organisation,
        "other_domain": by_domain,
        "reading": reading,
        "operator": operator_stage.build(acme, globex),
    }


def _key(cast: Any, name: str, **options: Any) -> tuple[ApiKey, Caller]:
    key, secret = organisations.create_api_key(actor=cast.owner, name=name, **options)
    return key, Caller(host=cast.host, secret=str(secret))


def _bill(cast: Any) -> Any:
    """An invoice over one message."""
    pricing.ensure_default_prices()
    start, reseller = clock.now() - timedelta(hours=2), cast.reseller.public_id
    pricing.subscribe(reseller_id=reseller, at=start)
    metering.record_usage(
        key="isolation",
        meter=Meter.MESSAGES_SENT,
        quantity=Decimal(1),
        occurred_at=start + timedelta(hours=1),
        reseller_id=reseller,
        organisation_id=cast.organisation.public_id,
        event_id=ids.uuid7(),
    )
    return close_period(actor=SYSTEM, reseller_id=reseller)
