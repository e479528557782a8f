"""A reseller's client-settings host sets mail programs up in the reseller's name."""

import plistlib
import subprocess
from xml.etree.ElementTree import fromstring

import pytest
from cryptography import x509

from kernel.tenancy import PUBLIC, in_schema
from stack import certificates
from stack.model import Stack
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


ASKED = """<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request>
<EMailAddress>{address}</EMailAddress><AcceptableResponseSchema>{schema}</AcceptableResponseSchema></Request></Autodiscover>"""
OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
ANSWER = "{http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006}"


def _posted(browser, host, body, path="/autodiscover/autodiscover.xml"):
    answer = browser(host).post(path, body, content_type="text/xml")
    assert answer.status_code == 200
    return fromstring(answer.content)


@pytest.mark.parametrize(
    "path", ["/autodiscover/autodiscover.xml", "/Autodiscover/Autodiscover.xml"]
)
def test_outlook_is_told_the_servers_and_the_login(browser, host, path):
    root = _posted(browser, host, ASKED.format(address="Ann@client.test", schema=OUTLOOK), path)
    told = [
        {entry.tag.partition("}")[2]: entry.text for entry in protocol}
        for protocol in root.iter(f"{{{OUTLOOK}}}Protocol")
    ]
    assert [(one["Type"], one["Port"], one["Encryption"]) for one in told] == [
        ("IMAP", "993", "SSL"), ("POP3", "995", "SSL"), ("SMTP", "465", "SSL"), ("SMTP", "587", "TLS"),
    ]  # fmt: skip
    assert {one["LoginName"] for one in told} == {"ann@client.test"}
    assert root.findtext(f".//{{{OUTLOOK}}}DisplayName") == "Acme Mail"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (ASKED.format(address="ann@client.test", schema="…/mobilesync/responseschema/2006"), "601"),
        (ASKED.format(address="nobody", schema=OUTLOOK), "600"),
        ("<a/>", "600"),
        ("", "600"),
        ("\x00", "600"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "600"),
        (ASKED.format(address="x" * 50_000 + "@client.test", schema=OUTLOOK), "600"),
    ],
)
def test_what_we_do_not_serve_or_understand_gets_autodiscovers_own_error(browser, host, body, code):
    root = _posted(browser, host, body)
    assert root.findtext(f"{ANSWER}Response/{ANSWER}Error/{ANSWER}ErrorCode") == code


def test_newer_outlooks_are_sent_to_the_document(browser, host):
    path = "/autodiscover/autodiscover.json/v1.0/ann@client.test"
    answer = browser(host).get(path, {"Protocol": "AutodiscoverV1"})
    url = f"https://{host}/autodiscover/autodiscover.xml"
    assert answer.json() == {"Protocol": "AutodiscoverV1", "Url": url}
    assert browser(host).get(path, {"Protocol": "ActiveSync"}).status_code == 400


def test_apple_mail_gets_a_profile_that_its_authority_vouches_for(
    browser, host, settings, tmp_path
):
    stack = Stack(number=1, var=tmp_path, checkout=tmp_path, mode="test")
    certificates.ensure(stack)
    settings.PROFILE_CERTIFICATE_FILE = str(stack.profile_certificate_file)
    settings.PROFILE_KEY_FILE = str(stack.profile_certificate_key_file)
    answer = browser(host).get("/mail.mobileconfig", {"emailaddress": "Ann@client.test"})
    assert answer["Content-Type"] == "application/x-apple-aspen-config"
    (tmp_path / "profile").write_bytes(answer.content)
    verified = subprocess.run(
        ["openssl", "cms", "-verify", "-inform", "DER", "-purpose", "any", "-binary",
         "-in", tmp_path / "profile", "-CAfile", stack.ca_file],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    account = plistlib.loads(verified)["PayloadContent"][0]
    assert account["EmailAddress"] == account["IncomingMailServerUsername"] == "ann@client.test"
    assert (account["IncomingMailServerPortNumber"], account["OutgoingMailServerPortNumber"]) == (
        993,
        465,
    )
    assert b"Livery" not in verified
    signer = x509.load_pem_x509_certificates(stack.profile_certificate_file.read_bytes())[0]
    assert "Livery" not in signer.subject.rfc4514_string()


def test_a_second_profile_for_an_address_replaces_the_first(browser, host, settings):
    settings.PROFILE_CERTIFICATE_FILE = ""  # unsigned: easier to read
    first, again, other = (
        plistlib.loads(browser(host).get("/mail.mobileconfig", {"emailaddress": who}).content)
        for who in ("ann@client.test", "ANN@client.test", "bob@client.test")
    )
    assert first["PayloadIdentifier"] == again["PayloadIdentifier"] != other["PayloadIdentifier"]


@pytest.mark.parametrize("address", ["", "ann", "ann@", "ann@<x>", "a\x00b@client.test"])
def test_a_profile_is_made_for_an_address_only(browser, host, address):
    assert browser(host).get("/mail.mobileconfig", {"emailaddress": address}).status_code == 400
