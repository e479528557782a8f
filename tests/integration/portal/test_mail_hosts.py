"""Mail hosts under names of a reseller's own: told once DNS proves them and our servers present them."""

from datetime import timedelta

import pytest
from django.test import Client

from controlplane import domain_events
from kernel import clock
from kernel.dns.memory import MemoryExchange, zone
from kernel.models import OutboxEvent
from kernel.tenancy import PUBLIC, in_schema
from mailcore.checks.models import DomainSchedule
from mailcore.domains import selectors as domains
from mailcore.domains import services as domain_services
from tenants.resellers import selectors, services
from tenants.resellers.errors import InvalidMailHost, MailHostServes
from tenants.resellers.models import Brand, ResellerHost
from tenants.resellers.services import mail_hosts

pytestmark = pytest.mark.django_db
ROOT, TLD = "10.0.0.1", "10.0.0.2"
ACME, GLOBEX = "acme.imap.infra.test", "globex.imap.infra.test"
NAME = "imap.brand.test"


class Internet:
    """What DNS says of names below `test.`, and which of them our servers present."""

    def __init__(self) -> None:
        self.presented: set[str] = set()
        self.exchange = MemoryExchange(
            zones={ROOT: [zone(".", f"test. NS ns.test.\nns.test. A {TLD}\n")], TLD: []}
        )
        self.leads({})

    def leads(self, aliases: dict[str, str]) -> None:
        lines = [f"{name}. CNAME {to}." for name, to in aliases.items()]
        text = "\n".join(["*.imap.infra A 192.0.2.1", "*.smtp.infra A 192.0.2.2", *lines, ""])
        self.exchange.zones[TLD] = [zone("test.", text)]

    def look(self, rounds: int = 1) -> None:
        with in_schema(PUBLIC):
            for _ in range(rounds):
                services.prove_mail_hosts(exchange=self.exchange)


@pytest.fixture
def net(settings, monkeypatch) -> Internet:
    settings.DNS_ROOTS = [ROOT]
    settings.ALLOW_PRIVATE_TARGETS = True
    made = Internet()
    monkeypatch.setattr(mail_hosts, "_is_presented", lambda _, name: name in made.presented)
    return made


def ask(cast, imap: str | None = NAME, smtp: str | None = None) -> None:
    with in_schema(cast.reseller.schema_name):
        services.ask_for_mail_hosts(actor=cast.owner, imap_host=imap, smtp_host=smtp)


def told(cast) -> str:
    with in_schema(cast.reseller.schema_name):
        return selectors.mail_hosts().imap


def own(cast, net: Internet, name: str = NAME, to: str = ACME) -> None:
    """Ask for a name and let it become the told one."""
    ask(cast, name)
    net.leads({name: to})
    net.presented.add(name)
    net.look(2)


@pytest.mark.parametrize(
    "name",
    ["a..b", "localhost", "imap_x.brand.test", "192.0.2.1", "imap.livery.test", "acme.livery.test",
     "infra.test", "x.imap.infra.test", "autoconfig.shop.test", "mta-sts.shop.test", "\x00.test",
     "x" * 64 + ".test", "a.b" * 100],
)  # fmt: skip
def test_a_name_that_cannot_be_is_refused(acme, name):
    with pytest.raises(InvalidMailHost):
        ask(acme, name)


def test_one_name_cannot_lead_to_two_servers(acme):
    with pytest.raises(InvalidMailHost):
        ask(acme, NAME, f" {NAME.upper()}. ")


def test_a_name_is_told_when_dns_leads_to_us_and_our_servers_present_it(acme, net):
    ask(acme, "IMAP.Brand.test.")
    for aliases in ({}, {NAME: GLOBEX}, {NAME: "imap.infra.test"}):
        net.leads(aliases)
        net.look(2)
        assert not selectors.is_served(NAME), aliases
    net.leads({NAME: ACME})
    net.look(2)
    assert selectors.is_served(NAME)
    assert selectors.list_mail_names() == [NAME]
    assert told(acme) == ACME  # its certificate is not there yet
    net.presented.add(NAME)
    net.look()
    assert told(acme) == NAME
    event = OutboxEvent.objects.get(type="brand.mail_hosts_changed")
    assert event.data == {"kind": "imap", "name": NAME}
    assert Brand.objects.get(reseller=acme.reseller).imap_asked_at is None


def test_records_and_settings_follow_and_zones_that_we_write_are_written(acme, net, browser):
    with in_schema(acme.reseller.schema_name):
        domain = domain_services.add_domain(
            actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
        )
        domain_services.request_dns_update(
            actor=acme.owner, domain_id=domain.public_id, server="10.0.0.9", port=53,
            key_name="k", algorithm="hmac-sha256", secret="c2VjcmV0c2VjcmV0",
        )  # fmt: skip
        DomainSchedule.objects.update(publish_due_at=None)
    own(acme, net)
    with in_schema(acme.reseller.schema_name):
        found = {r.name: r.value for r in domains.expected_records(domain) if r.type == "SRV"}
        assert found["_imaps._tcp.shop.test"] == f"1 993 {NAME}"
        assert found["_submissions._tcp.shop.test"] == "1 465 acme.smtp.infra.test"
        domain_events.republish_all(None)
        assert DomainSchedule.objects.filter(publish_due_at__isnull=False).count() == 1


def test_a_former_name_stays_served_and_without_any_the_given_one_is_told_at_once(acme, net):
    own(acme, net)
    own(acme, net, "mail.brand.test")
    assert told(acme) == "mail.brand.test"
    ask(acme, "")
    assert told(acme) == ACME
    assert selectors.list_mail_names() == [NAME, "mail.brand.test"]
    for number in range(8):
        own(acme, net, f"m{number}.brand.test")
    assert len(selectors.list_mail_names()) == 7  # five, and the two of the last change
    assert told(acme) == "m7.brand.test"


def test_who_writes_the_names_dns_says_whose_it_is(acme, globex, net):
    own(acme, net)
    ask(globex)
    net.look(2)
    assert (told(acme), told(globex)) == (NAME, GLOBEX)
    net.leads({NAME: GLOBEX})
    net.look(2)
    assert (told(acme), told(globex)) == (ACME, NAME)


def test_a_portals_name_is_refused_at_once_and_never_taken(alice: Client, acme, globex, net):
    portal = "portal.brand.test"

    def open_portal() -> None:
        ResellerHost.objects.create(
            domain=portal, tenant=globex.reseller, is_primary=False, kind="portal"
        )

    with in_schema(PUBLIC):
        open_portal()
    for cast in (acme, globex):
        with pytest.raises(MailHostServes):
            ask(cast, None, f"{portal.upper()}.")
    refused = alice.post("/brand/mail-hosts/", {"imap_host": portal, "smtp_host": ""})
    assert refused.status_code == 422
    assert "leads to a portal, webmail or another page already" in refused.content.decode()
    assert selectors.get_brand(acme.reseller.public_id).imap_asked_at is None
    # It may become one while the name is looked for.
    with in_schema(PUBLIC):
        ResellerHost.objects.filter(domain=portal).delete()
    ask(acme, portal)
    with in_schema(PUBLIC):
        open_portal()
    net.leads({portal: ACME})
    net.look(2)
    assert ResellerHost.objects.get(domain=portal).tenant == globex.reseller


def test_each_kind_has_its_own_days(alice: Client, acme, net):
    path, start = "/brand/mail-hosts/", clock.now()

    def states() -> list[str]:
        brand = selectors.get_brand(acme.reseller.public_id)
        return [one.state for one in selectors.list_mail_host_states(brand)]

    both = {"imap_host": NAME, "smtp_host": "smtp.brand.test"}
    with clock.at(start):
        alice.post(path, both)
    with clock.at(start + timedelta(days=5)):
        alice.post(path, {**both, "smtp_host": "out.brand.test"})
    with clock.at(start + timedelta(days=7, minutes=1)):
        assert states() == ["lapsed", "waiting"]
        net.leads({NAME: ACME, "out.brand.test": "acme.smtp.infra.test"})
        net.presented |= {NAME, "out.brand.test"}
        net.look(2)
        assert states() == ["lapsed", "told"]
        # Nothing was changed: that asks for both again, and what is told stays so.
        alice.post(path, {**both, "smtp_host": "out.brand.test"})
        assert states() == ["waiting", "told"]
        net.look(2)
        assert states() == ["told", "told"]
        brand = selectors.get_brand(acme.reseller.public_id)
        assert (brand.imap_asked_at, brand.smtp_asked_at) == (None, None)


def test_no_name_is_not_looked_for(acme, net):
    """As a brand is whose SMTP host alone was asked for before each kind had days of its own."""
    ask(acme, None, "smtp.brand.test")
    Brand.objects.filter(reseller=acme.reseller).update(imap_asked_at=clock.now())
    net.look()
    questions = {question for _, question in net.exchange.asked}
    assert "smtp.brand.test. IN A" in questions
    assert ". IN A" not in questions


def test_one_resellers_trouble_is_not_anothers(acme, globex, net, monkeypatch):
    ask(acme)
    ask(globex)
    net.leads({NAME: GLOBEX})
    whole = selectors.given_mail_hosts

    def fail_for_acme(slug: str) -> selectors.MailHosts:
        if slug == "acme":
            raise RuntimeError("a bug")
        return whole(slug)

    monkeypatch.setattr(selectors, "given_mail_hosts", fail_for_acme)
    net.look()
    assert selectors.is_served(NAME)


def test_the_machinery_is_told_the_names_and_nobody_else(acme, net, browser):
    own(acme, net)
    assert browser("keeper").get("/mail-names").json() == {"names": [NAME]}
    assert browser("caddy").get("/ask", {"domain": NAME}).status_code == 200
    proxied = browser(acme.host).get("/mail-names", headers={"x-forwarded-for": "192.0.2.7"})
    assert proxied.status_code == 404
    assert browser(NAME).get("/login/").status_code == 421


def test_the_brand_page_says_what_to_publish_and_how_far_it_is(alice: Client, acme, net):
    path = "/brand/mail-hosts/"
    refused = alice.post(path, {"imap_host": "imap.livery.test", "smtp_host": ""})
    assert refused.status_code == 422
    assert "Enter a host name in a domain of your own" in refused.content.decode()
    assert alice.post(path, {"imap_host": NAME, "smtp_host": ""}).status_code == 302
    assert f"{NAME}. CNAME {ACME}." in alice.get("/brand/").content.decode()
    net.leads({NAME: ACME})
    net.look()
    assert "the certificate is being made" in alice.get("/brand/").content.decode()
    net.presented.add(NAME)
    net.look()
    assert "in use" in alice.get("/brand/").content.decode()
