"""A reseller's client-settings host sets mail programs up in the reseller's name."""

from xml.etree.ElementTree import fromstring

import pytest

from kernel.tenancy import PUBLIC, in_schema
from tenants.resellers import selectors
from tenants.resellers.models import ResellerHost

pytestmark = pytest.mark.django_db
PATH = "/mail/config-v1.1.xml"


@pytest.fixture
def host(acme):
    name = f"autoconfig.{acme.host}"
    with in_schema(PUBLIC):
        ResellerHost.objects.create(
            domain=name, tenant=acme.reseller, is_primary=False, kind="autoconfig"
        )
    return name


def test_settings_carry_the_resellers_product_name_and_the_asked_domain(browser, host):
    answer = browser(host).get(PATH, {"emailaddress": "ann@Müller.test"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/xml")
    provider = fromstring(answer.content).find("emailProvider")
    assert provider.findtext("displayName") == "Acme Mail"
    assert provider.findtext("domain") == "xn--mller-kva.test"
    assert b"Livery" not in answer.content


@pytest.mark.parametrize(
    "address", ["ann@", "ann@a..b", "ann@" + "x" * 300, "ann@<script>", "\x00@\x00"]
)
def test_an_address_that_is_none_gets_a_clear_refusal_or_the_hosts_own_settings(
    browser, host, address
):
    answer = browser(host).get(PATH, {"emailaddress": address})
    assert answer.status_code in {200, 400}
    assert b"<script>" not in answer.content or answer["Content-Type"] == "text/plain"


def test_the_host_serves_neither_portal_nor_api(browser, host):
    for path in ("/", "/login/", "/api/v1/me", "/signup/"):
        assert browser(host).get(path).status_code == 404


def test_a_certificate_may_be_had_for_it(host):
    assert selectors.is_served(host)
    assert not selectors.is_served("autoconfig.nobody.test")
