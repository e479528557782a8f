"""Nobody sees or changes anything of another reseller through the portal.

Every page of the URL table has to be named here: one without a row fails the build.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, reverse

from billing.invoicing.services import close_period
from billing.metering import services as metering
from billing.metering.models import Meter
from billing.pricing import services as pricing
from controlplane import urls_tenant
from kernel import clock, ids
from kernel.actor import SYSTEM
from kernel.tenancy import in_schema
from mailcore.delivery.sending import services
from mailcore.delivery.streams.unsubscribe import Subscription, make_token
from mailcore.delivery.suppression import selectors
from mailcore.delivery.suppression import services as suppression
from mailcore.directory import services as directory
from mailcore.domains import services as domains
from mailcore.domains.models import Domain
from mailcore.handover import services as handover
from mailcore.mailboxes import services as mailboxes
from mailcore.zones.adapters.memory import MemoryZone
from mailcore.zones.models import DnsPlan
from tenants.accounts import services as accounts
from tenants.accounts.models import Member, Role
from tenants.organisations import services as organisations
from tenants.webhooks import services as webhooks

pytestmark = pytest.mark.django_db

URLS = "controlplane.urls_tenant"
#: Anybody may see these: they name no object.
OPEN = {
    "login",
    "logout",
    "brand-css",
    "brand-logo",
    "brand-icon",
    "openapi",
    "api-reference",
    "join",
    "mailbox-password",
    "mailbox-ready",
}
#: Anybody may see it, and what its path names is nobody's object.
BY_WORD = {"problem"}
#: Anybody who has the link that a mail carried: the token names the object, and proves it.
BY_TOKEN = {"unsubscribe", "join-link", "mailbox-password-link"}
#: For members; every one shows or makes things of the host's own reseller only.
OWN = {
    "dashboard", "brand", "brand-mail-hosts", "organisations", "domains", "domain-add", "mailboxes", "mailbox-add",
    "aliases", "api-keys", "invoices", "webhooks", "webhook-add",
    "suppressions", "hand-overs", "streams", "members",
    "mailboxes-deleted", "mail-log",
}  # fmt: skip
#: Page with an object in its path → method and form.
OBJECTS: dict[str, tuple[str, dict[str, str]]] = {
    "organisation": ("post", {"name": "Renamed", "contact_email": ""}),
    "domain": ("get", {}),
    "domain-check": ("post", {}),
    "domain-zone-file": ("get", {}),
    "domain-publishing": ("post", {"publishing": "cname"}),
    "domain-dns": ("get", {}),
    "dns-credential-add": (
        "post",
        {"way": "rfc2136", "server": "127.0.0.9", "port": "53", "key_name": "k",
         "algorithm": "hmac-sha256", "secret": "c2VjcmV0c2VjcmV0"},
    ),
    "dns-credential-test": ("post", {}),
    "dns-credential-remove": ("post", {}),
    "dns-plan-add": ("post", {"replace": "mx"}),
    "domain-dns-plan": ("get", {}),
    "dns-plan-apply": ("post", {}),
    "dns-plan-undo": ("post", {}),
    "domain-dkim-rotate": ("post", {}),
    "domain-dkim-revoke": ("post", {}),
    "domain-suspend": ("post", {}),
    "domain-resume": ("post", {}),
    "domain-release": ("post", {}),
    "domain-reports": ("get", {}),
    "domain-dmarc-policy": ("post", {"policy": "quarantine"}),
    "domain-source-mark": ("post", {"name": "mailchimp", "known": "yes"}),
    "domain-mta-sts-mode": ("post", {"mode": "testing"}),
    "domain-hand-over": ("post", {}),
    "hand-over-accept": ("post", {}),
    "hand-over-decline": ("post", {}),
    "hand-over-withdraw": ("post", {}),
    "mailbox": ("get", {}),
    "mailbox-change": ("post", {"display_name": "Anna", "quota": "2"}),
    "mailbox-delete": ("post", {}),
    "mailbox-restore": ("post", {}),
    "mailbox-invite": ("post", {}),
    "mailbox-suspend": ("post", {}),
    "mailbox-resume": ("post", {}),
    "alias": ("post", {"targets": "anna@shop.test"}),
    "alias-delete": ("post", {}),
    "app-passwords": ("get", {}),
    "app-password-delete": ("post", {}),
    "member": ("post", {"role": "support", "name": "Eve"}),
    "member-invite": ("post", {}),
    "member-remove": ("post", {}),
    "api-key-revoke": ("post", {}),
    "api-key-rotate": ("post", {}),
    "suppression-remove": ("post", {}),
    "message": ("get", {}),
    "invoice": ("get", {}),
    "invoice-line": ("get", {}),
    "webhook": ("get", {}),
    "webhook-test": ("post", {}),
    "webhook-rotate": ("post", {}),
    "webhook-switch": ("post", {"to": "off"}),
    "webhook-remove": ("post", {}),
    "webhook-replay": ("post", {}),
}  # fmt: skip


def pages() -> dict[str, URLPattern]:
    return {str(one.name): one for one in urls_tenant.urlpatterns if isinstance(one, URLPattern)}


@pytest.fixture
def objects(acme, globex) -> dict[str, object]:
    """What Acme has, by the name of the part of a path."""
    domain = domains.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
    )
    Domain.objects.update(state="verified")
    directory.set_routed("shop.test", is_verified=True)
    mailbox = mailboxes.create_mailbox(
        actor=acme.owner, domain_id=domain.public_id, local_part="anna",
        password="a long enough secret",
    )  # fmt: skip
    gone = mailboxes.create_mailbox(
        actor=acme.owner, domain_id=domain.public_id, local_part="gone",
        invite="anna@elsewhere.test",
    )  # fmt: skip
    mailboxes.delete_mailbox(actor=acme.owner, mailbox_id=gone.public_id)
    spare = mailboxes.create_mailbox(
        actor=acme.owner, domain_id=domain.public_id, local_part="spare",
        invite="anna@elsewhere.test",
    )  # fmt: skip
    alias = mailboxes.create_alias(
        actor=acme.owner, domain_id=domain.public_id, local_part="sales",
        targets=[mailbox.address],
    )  # fmt: skip
    app_password, _ = mailboxes.create_app_password(
        actor=acme.owner, mailbox_id=mailbox.public_id, name="warehouse phone"
    )
    suppression.add_suppression(actor=acme.owner, address="gone@elsewhere.test")
    key, _ = organisations.create_api_key(actor=acme.owner, name="warehouse robot")
    member = accounts.invite_member(
        actor=acme.owner, email="eve@warehouse.test", role="billing"
    )  # fmt: skip
    pricing.ensure_default_prices()
    start = clock.now() - timedelta(hours=2)
    reseller_id = acme.reseller.public_id
    pricing.subscribe(reseller_id=reseller_id, at=start)
    metering.record_usage(
        key="portal-isolation", meter=Meter.MESSAGES_SENT, quantity=Decimal(1),
        occurred_at=start + timedelta(hours=1), reseller_id=reseller_id,
        organisation_id=acme.organisation.public_id, event_id=ids.uuid7(),
    )  # fmt: skip
    invoice = close_period(actor=SYSTEM, reseller_id=reseller_id)
    given = offered(acme, "given.test")
    with in_schema(globex.reseller.schema_name):
        received = offered(globex, "received.test", to=acme.host)
    webhook, _ = webhooks.add_endpoint(actor=acme.owner, url="https://8.8.8.8/warehouse")
    delivery = webhooks.send_test(actor=acme.owner, endpoint_id=webhook.public_id)
    return {
        "organisation_id": acme.organisation.public_id,
        "domain_id": domain.public_id, "mailbox_id": mailbox.public_id,
        "alias_id": alias.public_id, "app_password_id": app_password.public_id, "key_id": key.public_id,
        "mailbox-restore mailbox_id": gone.public_id,
        "mailbox-delete mailbox_id": spare.public_id,
        "member_id": member.public_id,
        "dkim_key_id": domain.dkim_keys.get(selector="r2").public_id,
        "suppression_id": selectors.list_suppressions()[0].id,
        "invoice_id": invoice.public_id, "n": 1, "webhook_id": webhook.public_id,
        "hand_over_id": received, "hand-over-withdraw hand_over_id": given,
        "delivery_id": delivery.public_id, **planned(acme, domain), **posted(acme),
    }  # fmt: skip


def posted(acme) -> dict[str, object]:
    """A message."""
    given = {"from": "anna@shop.test", "to": ["gone@elsewhere.test"], "text": "Hello"}
    (sent,) = services.send_messages(actor=acme.owner, given=[given])
    return {"message_id": sent.copies[0].id}


def planned(acme, domain: Domain) -> dict[str, object]:
    """A key for a domain's zone, a plan, and one that was applied."""
    credential = domains.add_credential(
        actor=acme.owner, organisation_id=acme.organisation.public_id, kind="rfc2136",
        settings={"server": "127.0.0.9", "key_name": "warehouse-key", "secret": "c2VjcmV0c2VjcmV0"},
    )  # fmt: skip
    plan, applied = (
        domains.plan_dns(
            actor=acme.owner, domain_id=domain.public_id, credential_id=credential.public_id,
            editor=MemoryZone(zone=domain.name),
        )
        for _ in range(2)
    )  # fmt: skip
    DnsPlan.objects.filter(pk=applied.pk).update(state="applied", is_begun=True)
    return {
        "credential_id": credential.public_id, "plan_id": plan.pk,
        "dns-plan-undo plan_id": applied.pk,
    }  # fmt: skip


def offered(cast, name: str, *, to: str = ""):
    """An offer of a domain; its id."""
    made = domains.add_domain(
        actor=cast.owner, organisation_id=cast.organisation.public_id, name=name
    )
    Domain.objects.filter(name=name).update(state="verified")
    return handover.offer(actor=cast.owner, domain_id=made.public_id, to=to)[0].public_id


def logged_in(cast) -> Client:
    client = Client(headers={"host": cast.host}, raise_request_exception=False)
    answer = client.post("/login/", {"email": cast.owner_email, "password": cast.password})
    assert answer.status_code == 302
    return client


def path_of(name: str, objects: dict[str, object]) -> str:
    parts = pages()[name].pattern.converters
    return reverse(
        name,
        urlconf=URLS,
        kwargs={part: objects.get(f"{name} {part}", objects[part]) for part in parts},
    )


def rows(schema: str) -> list[tuple[object, ...]]:
    """Everything of Acme's that a page can change."""
    tables = (
        "domain", "dkim_key", "dns_credential", "mailbox", "alias", "api_key", "organisation", "member"
    )  # fmt: skip
    union = " UNION ALL ".join(f"SELECT t::text FROM {schema}.{name} t" for name in tables)
    public = (
        "SELECT t::text FROM public.mailbox_login t UNION ALL SELECT t::text FROM public.outbox t"
        " UNION ALL SELECT t::text FROM public.webhook_endpoint t"
        " UNION ALL SELECT t::text FROM public.webhook_delivery t"
        " UNION ALL SELECT t::text FROM public.suppression t"
        " UNION ALL SELECT t::text FROM public.source_mark t"
        " UNION ALL SELECT t::text FROM public.app_password t"
        " UNION ALL SELECT t::text FROM public.hand_over t"
        " UNION ALL SELECT t::text FROM public.dns_plan t"
        " UNION ALL SELECT t::text FROM public.owned_record t"
        " UNION ALL SELECT t::text FROM public.zone_access t"
    )
    with in_schema(schema), connection.cursor() as cursor:
        cursor.execute(f"{union} UNION ALL {public} ORDER BY 1")
        return list(cursor.fetchall())


def test_every_page_is_named_here():
    named = pages()
    assert set(named) == OPEN | OWN | BY_WORD | BY_TOKEN | set(OBJECTS)
    with_objects = {name for name, page in named.items() if page.pattern.converters}
    assert with_objects == BY_WORD | BY_TOKEN | set(OBJECTS)


def test_a_token_opens_nothing_at_another_resellers_host(acme, globex):
    subscription = Subscription(
        recipient_id=ids.uuid7(),
        stream="bulk",
        sender="client.test",
        address="ann@elsewhere.test",
    )
    token = make_token(subscription, reseller_id=acme.reseller.public_id)
    for cast, status in ((acme, 200), (globex, 404)):
        client = Client(headers={"host": cast.host})
        assert client.get(f"/u/{token}").status_code == status
        answer = client.post(f"/u/{token}", {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == status
    with in_schema(globex.reseller.schema_name):
        assert selectors.list_suppressions() == []


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_another_resellers_owner_finds_no_such_object(acme, globex, objects, name):
    method, form = OBJECTS[name]
    path = path_of(name, objects)
    schema = acme.reseller.schema_name
    before = rows(schema)
    assert getattr(logged_in(globex), method)(path, form).status_code == 404
    assert rows(schema) == before
    rightful = getattr(logged_in(acme), method)(path, form)
    assert rightful.status_code in {200, 302}
    assert not rightful.get("Location", "").startswith("/login/")


@pytest.mark.parametrize("name", sorted(set(OBJECTS) | OWN))
def test_without_a_login_every_page_leads_to_the_login(acme, globex, objects, name):
    method, form = OBJECTS.get(name, ("get", {}))
    path = path_of(name, objects)
    before = rows(acme.reseller.schema_name)
    nobody = Client(headers={"host": acme.host})
    stranger = logged_in(globex)  # a session of another host is none here
    for client in (nobody, stranger):
        answer = getattr(client, method)(path, form, headers={"host": acme.host})
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/")
    assert rows(acme.reseller.schema_name) == before


@pytest.mark.parametrize("name", sorted(OWN))
def test_a_list_shows_nothing_of_another_reseller(acme, globex, objects, name):
    mine, theirs = logged_in(acme), logged_in(globex)
    path = path_of(name, objects)
    assert mine.get(path).status_code == 200
    page = theirs.get(path).content.decode()
    for word in ("shop.test", "anna@", "warehouse", "gone@", "Acme"):
        assert word not in page


def test_lists_do_show_the_owners_things(acme, objects):
    client = logged_in(acme)
    assert "shop.test" in client.get("/domains/").content.decode()
    assert "anna@shop.test" in client.get("/mailboxes/").content.decode()
    assert "sales@shop.test" in client.get("/aliases/").content.decode()
    assert "gone@elsewhere.test" in client.get("/suppressions/").content.decode()
    assert "gone@elsewhere.test" in client.get("/messages/").content.decode()
    assert "warehouse robot" in client.get("/api-keys/").content.decode()
    assert "/invoices/inv_" in client.get("/invoices/").content.decode()
    assert "8.8.8.8/warehouse" in client.get("/webhooks/").content.decode()


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("billing", {"dashboard", "invoices", "invoice", "invoice-line"}),
        ("support", {"dashboard", "organisations", "domains", "domain", "domain-reports",
                     "domain-zone-file", "domain-dns", "domain-dns-plan",
                     "mailboxes", "mailbox",
                     "mailboxes-deleted", "mailbox-change", "mailbox-delete", "mailbox-restore",
                     "mailbox-invite",
                     "mailbox-add", "mailbox-suspend", "mailbox-resume", "aliases", "alias",
                     "alias-delete", "app-passwords", "app-password-delete", "webhooks", "webhook",
                     "suppressions", "hand-overs", "streams", "mail-log", "message"}),
        ("read_only", {"dashboard", "organisations", "domains", "domain", "domain-reports",
                     "domain-zone-file", "domain-dns", "domain-dns-plan",
                     "mailboxes", "mailboxes-deleted", "mailbox", "aliases",
                       "invoices", "invoice", "invoice-line", "webhooks", "webhook",
                       "suppressions", "hand-overs", "streams", "mail-log", "message"}),
    ],
)  # fmt: skip
def test_a_role_opens_its_own_pages_only(acme, objects, role, allowed):
    with in_schema(acme.reseller.schema_name):
        Member.objects.update(role=Role(role))
    client = logged_in(acme)
    opened = set()
    for name in sorted(OWN | set(OBJECTS)):  # an alias is read before it is deleted
        method, form = OBJECTS.get(name, ("get", {}))
        answer = getattr(client, method)(path_of(name, objects), form)
        assert answer.status_code in {200, 302, 403}, name
        if answer.status_code != 403:
            opened.add(name)
    assert opened == allowed
