"""Nobody sees or changes anything of another reseller, whatever path of the API they try.

The cases are made from the URL table: a path without a fixture here fails the build.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from billing.invoicing.models import Invoice
from billing.invoicing.services import close_period
from billing.metering import services as metering
from billing.metering.models import Meter
from billing.pricing import services as pricing
from controlplane.api import urls
from kernel import clock, ids
from kernel.actor import SYSTEM, Actor, ActorKind
from kernel.rest.views import CommandView, NoSuchPath
from kernel.tenancy import in_schema
from mailcore.delivery.sending import services as sending
from mailcore.delivery.suppression import selectors as suppressions
from mailcore.delivery.suppression import services as suppression
from mailcore.directory import services as directory
from mailcore.domains import services as domains
from mailcore.domains.models import Domain
from mailcore.mailboxes import services as mailboxes
from tenants.jobs import services as jobs
from tenants.jobs.services import Item
from tenants.organisations import services as organisations
from tenants.webhooks import services as webhooks

PASSWORD = "a long enough secret"
MESSAGE = {"from": "anna@shop.test", "to": ["ben@out.test"], "text": "Hello"}
#: Path names that name no object: there is nothing of another reseller to reach by them.
WITHOUT_OBJECT = {
    "api-alarms", "api-me", "api-organisations", "api-domains", "api-mailboxes", "api-aliases", "api-usage",
    "api-invoices",
    "api-messages", "api-suppressions", "api-webhooks", "api-api-keys",
    "api-jobs", "api-domains-bulk", "api-mailboxes-bulk",
    "api-events", "api-audit",
}  # fmt: skip
#: Without a list: tests of their own say what a stranger cannot do there.
ORDERS = {"api-messages", "api-domains-bulk", "api-mailboxes-bulk"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Acme's objects, and keys of both resellers."""

    ids: dict[str, str]
    mine: str
    theirs: str
    my_host: str
    their_host: str
    my_schema: str


@pytest.fixture
def stage(acme, globex) -> Stage:
    domain = domains.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
    )
    Domain.objects.update(state="verified")
    directory.set_routed("shop.test", is_verified=True)
    mailbox = mailboxes.create_mailbox(
        actor=acme.owner, domain_id=domain.public_id, local_part="anna", password=PASSWORD
    )
    spare = domains.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="spare.test"
    )
    addresses = _addresses(acme, domain, mailbox)
    (sent,) = sending.send_messages(actor=acme.owner, given=[MESSAGE])
    suppression.add_suppression(actor=acme.owner, address="gone@out.test")
    webhook, _ = webhooks.add_endpoint(actor=acme.owner, url="https://8.8.8.8/acme")
    delivery = webhooks.send_test(actor=acme.owner, endpoint_id=webhook.public_id)
    invoice = bill(acme)
    maker, mine = organisations.create_api_key(
        actor=acme.owner, name="mine", scopes=organisations.ALL_SCOPES
    )
    key, _ = organisations.create_api_key(actor=acting(maker), name="made")
    job = jobs.start(actor=acme.owner, kind="none", items=[Item(label="one", given={})])
    with in_schema(globex.reseller.schema_name):
        _, theirs = organisations.create_api_key(
            actor=globex.owner, name="theirs", scopes=organisations.ALL_SCOPES
        )
    return Stage(
        ids={
            "organisation_id": acme.organisation.reference,
            "domain_id": domain.reference,
            "dkim_key_id": domain.dkim_keys.get(selector="r2").reference,
            "key_id": key.reference,
            "job_id": job.reference,
            "mailbox_id": mailbox.reference,
            **addresses,
            "suppression_id": ids.to_public("sup", suppressions.list_suppressions()[0].id),
            "message_id": ids.to_public("msg", sent.copies[0].id),
            "webhook_id": webhook.reference,
            "delivery_id": delivery.reference,
            "invoice_id": ids.to_public("inv", invoice.public_id),
            "n": "1",
            # Given up only without addresses.
            "delete api-domain": spare.reference,
        },
        mine=mine,
        theirs=theirs,
        my_host=acme.host,
        their_host=globex.host,
        my_schema=acme.reseller.schema_name,
    )


def acting(key) -> Actor:
    """A key as the caller of services."""
    return Actor(kind=ActorKind.API_KEY, id=key.reference, scopes=frozenset(key.scopes))


def _addresses(acme, domain, mailbox) -> dict[str, str]:
    """What belongs to a domain's addresses."""
    alias = mailboxes.create_alias(
        actor=acme.owner, domain_id=domain.public_id, local_part="sales",
        targets=[mailbox.address],
    )  # fmt: skip
    gone = mailboxes.create_mailbox(
        actor=acme.owner, domain_id=domain.public_id, local_part="gone", password=PASSWORD
    )
    mailboxes.delete_mailbox(actor=acme.owner, mailbox_id=gone.public_id)
    app_password, _ = mailboxes.create_app_password(
        actor=acme.owner, mailbox_id=mailbox.public_id, name="phone"
    )
    return {
        "post api-mailbox-restore": gone.reference,
        "alias_id": alias.reference,
        "app_password_id": app_password.reference,
    }


def bill(cast) -> Invoice:
    """An invoice over one message."""
    pricing.ensure_default_prices()
    start = clock.now() - timedelta(hours=2)
    pricing.subscribe(reseller_id=cast.reseller.public_id, at=start)
    metering.record_usage(
        key="isolation",
        meter=Meter.MESSAGES_SENT,
        quantity=Decimal(1),
        occurred_at=start + timedelta(hours=1),
        reseller_id=cast.reseller.public_id,
        organisation_id=cast.organisation.public_id,
        event_id=ids.uuid7(),
    )
    return close_period(actor=SYSTEM, reseller_id=cast.reseller.public_id)


BODIES: dict[str, dict[str, object]] = {
    "api-app-passwords": {"name": "phone"},
    "api-domain": {"publishing": "cname"},
    "api-mailbox": {"display_name": "Anna"},
    "api-alias": {"targets": ["anna@shop.test"]},
    "api-domain-dns-update": {
        "server": "127.0.0.9", "key_name": "k", "secret": "c2VjcmV0c2VjcmV0",
    },
    "api-domain-dmarc-policy": {"policy": "quarantine"},
    "api-domain-source-mark": {"name": "mailchimp", "known": True},
    "api-domain-mta-sts": {"mode": "testing"},
}  # fmt: skip


def patterns() -> Iterator[URLPattern]:
    """Every path of the API but the catch-all."""
    pending: list[URLPattern | URLResolver] = list(urls.urlpatterns)
    while pending:
        entry = pending.pop(0)
        if isinstance(entry, URLResolver):
            pending += entry.url_patterns
        elif entry.callback.view_class is not NoSuchPath:
            yield entry


def cases() -> Iterator[tuple[str, str]]:
    for pattern in patterns():
        if pattern.name in WITHOUT_OBJECT:
            continue
        view = pattern.callback.view_class
        methods = [m for m in ("get", "post", "put", "patch", "delete") if hasattr(view, m)]
        for method in methods:
            yield str(pattern.name), method


def call(stage: Stage, name: str, method: str, *, host: str, key: str):
    template = next(p for p in patterns() if p.name == name).pattern
    parts = {
        part: stage.ids.get(f"{method} {name}", stage.ids[part]) for part in template.converters
    }
    path = str(template)
    for part, value in parts.items():
        path = re.sub(rf"<\w+:{part}>", value, path)
    client = Client(raise_request_exception=False)
    send: Callable[..., object] = getattr(client, method)
    body = {} if method == "get" else {"content_type": "application/json"}
    data = BODIES.get(name, {}) if method != "get" else None
    headers = {"Host": host, "Authorization": f"Bearer {key}"}
    return send(f"/api/v1/{path}", data, headers=headers, **body)


def everything(schema: str) -> dict[str, list[tuple[object, ...]]]:
    """Each row of Acme's that a stranger might change."""
    tables = [
        f"{schema}.{name}" for name in ("organisation", "domain", "dkim_key", "mailbox", "alias")
    ]
    tables += [f"{schema}.dns_credential"]
    tables += [
        "public.route",
        "public.mailbox_login",
        "public.alias_route",
        "public.app_password",
        "public.domain_schedule",
    ]
    tables += ["public.suppression", "public.queue_entry"]
    tables += ["public.job", "public.job_item"]
    tables += ["public.webhook_endpoint", "public.webhook_delivery", "public.source_mark"]
    found = {}
    with in_schema(schema), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")
            found[table] = cursor.fetchall()
    return found


def test_every_path_has_its_objects() -> None:
    """An endpoint whose parts this file cannot fill is an endpoint nobody has tried to break."""
    known = {
        "organisation_id", "domain_id", "mailbox_id", "alias_id", "app_password_id", "message_id",
        "suppression_id", "invoice_id",
        "n", "webhook_id", "delivery_id", "key_id", "dkim_key_id", "job_id",
    }  # fmt: skip
    for pattern in patterns():
        parts = set(pattern.pattern.converters)
        assert parts <= known, f"{pattern.name}: no fixture for {parts - known}"
        assert parts or pattern.name in WITHOUT_OBJECT, pattern.name
    assert get_resolver("controlplane.urls_tenant").reverse("api-me") == "api/v1/me"


@pytest.mark.parametrize(("name", "method"), sorted(set(cases())))
def test_another_resellers_key_reaches_nothing(stage, name, method) -> None:
    def rightful() -> None:
        answer = call(stage, name, method, host=stage.my_host, key=stage.mine)
        assert 200 <= answer.status_code < 300, answer.content

    if method != "delete":
        rightful()
    before = everything(stage.my_schema)
    # A stranger's key at the owner's host: the key is not known there.
    at_mine = call(stage, name, method, host=stage.my_host, key=stage.theirs)
    assert at_mine.status_code == 401
    # The stranger's own host, the owner's ids: there is no such object there.
    at_theirs = call(stage, name, method, host=stage.their_host, key=stage.theirs)
    assert at_theirs.status_code == 404, at_theirs.content
    # The owner's key at the stranger's host, and nobody's key.
    assert call(stage, name, method, host=stage.their_host, key=stage.mine).status_code == 401
    assert call(stage, name, method, host=stage.my_host, key="").status_code == 401
    assert everything(stage.my_schema) == before
    if method == "delete":
        rightful()


@pytest.mark.parametrize("name", sorted(WITHOUT_OBJECT - ORDERS))
def test_lists_show_only_the_callers_own(stage, name) -> None:
    rightful = call(stage, name, "get", host=stage.my_host, key=stage.mine)
    theirs = call(stage, name, "get", host=stage.their_host, key=stage.theirs)
    assert (rightful.status_code, theirs.status_code) == (200, 200)
    mine = [identifier for identifier in stage.ids.values() if "_" in identifier]
    assert not [identifier for identifier in mine if identifier in theirs.content.decode()]
    listed = [identifier for identifier in mine if identifier in rightful.content.decode()]
    assert listed or name in {"api-alarms", "api-events", "api-me", "api-usage"}


def test_every_post_honours_the_idempotency_key() -> None:
    for pattern in patterns():
        view = pattern.callback.view_class
        if hasattr(view, "post"):
            assert issubclass(view, CommandView), pattern.name
            assert view.post is CommandView.post, pattern.name
