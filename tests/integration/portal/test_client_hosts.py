"""Names below a client's own domain serve its policy and settings, once it is verified."""

import pytest
from django.test import Client

from kernel.tenancy import PUBLIC, in_schema
from mailcore.directory import services as directory
from mailcore.domains import selectors, services
from mailcore.domains.models import Domain
from mailcore.protocol import mta_sts
from tenants.resellers import selectors as resellers

pytestmark = pytest.mark.django_db
PATH = "/.well-known/mta-sts.txt"
PREFIXES = ("mta-sts", "autoconfig", "autodiscover")


@pytest.fixture
def domain(acme) -> Domain:
    with in_schema(acme.reseller.schema_name):
        return services.add_domain(
            actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
        )


def verify(acme, domain: Domain) -> None:
    with in_schema(acme.reseller.schema_name):
        Domain.objects.filter(pk=domain.pk).update(state="verified")
        directory.set_routed(domain.name, is_verified=True)


def asked(browser, name: str) -> int:
    return browser("caddy").get("/ask", {"domain": name}).status_code


def test_certificates_are_got_for_verified_domains_names_and_only_those(browser, acme, domain):
    names = [f"{prefix}.shop.test" for prefix in PREFIXES]
    assert {asked(browser, name) for name in names} == {404}
    verify(acme, domain)
    assert {asked(browser, name) for name in names} == {200}
    for wrong in (
        "shop.test",
        "www.shop.test",
        "mta-sts.other.test",
        "mta-sts.livery.test",
        "mta-sts.",
    ):
        assert asked(browser, wrong) == 404, wrong


def test_the_policy_names_our_mx_and_its_id_is_the_records(browser, acme, domain, settings):
    assert browser("mta-sts.shop.test").get(PATH).status_code == 421
    verify(acme, domain)
    answer = browser("mta-sts.shop.test").get(PATH)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    policy = mta_sts.parse(answer.content.decode())
    assert (policy.mode, list(policy.hosts)) == ("testing", [settings.MX_HOST])
    assert browser("mta-sts.shop.test").get("/login/").status_code == 404
    assert browser("autoconfig.shop.test").get(PATH).status_code == 404


def test_settings_are_served_under_the_domains_own_name(browser, acme, domain):
    verify(acme, domain)
    path = "/mail/config-v1.1.xml"
    answer: Client = browser("autoconfig.shop.test").get(path, {"emailaddress": "a@shop.test"})
    assert b'<emailProvider id="shop.test">' in answer.content
    for host in (b"acme.imap.infra.test", b"acme.smtp.infra.test"):
        assert b"<hostname>" + host + b"</hostname>" in answer.content


def test_records_name_the_resellers_own_hosts_and_never_the_platforms(acme, globex, domain):
    with in_schema(acme.reseller.schema_name):
        found = {r.name: r.value for r in selectors.expected_records(domain) if r.type == "SRV"}
    assert found["_imaps._tcp.shop.test"] == "1 993 acme.imap.infra.test"
    assert found["_pop3s._tcp.shop.test"] == "1 995 acme.imap.infra.test"
    assert found["_submissions._tcp.shop.test"] == "1 465 acme.smtp.infra.test"
    assert found["_submission._tcp.shop.test"] == "1 587 acme.smtp.infra.test"
    with in_schema(globex.reseller.schema_name):
        assert resellers.mail_hosts().imap == "globex.imap.infra.test"
    with in_schema(PUBLIC):
        assert resellers.mail_hosts().smtp == "smtp.infra.test"
