"""What an owner does in the portal, page by page."""

import re

import pytest

from kernel import clock
from kernel.tenancy import PUBLIC, in_schema
from mailcore.directory import services as directory
from mailcore.domains import services as domains
from mailcore.domains.models import Domain
from tenants.accounts import services as accounts
from tenants.accounts.models import Member
from tenants.organisations.models import ApiKey
from tenants.resellers.models import Brand, Reseller

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    return answer.content.decode()


def test_the_dashboard_of_a_new_portal_says_what_to_do_first(alice):
    page = text(alice.get("/"))
    assert "Acme Mail" in page
    assert "So far this month" in page
    assert "Your first mailbox in four steps" in page
    assert 'name="theme-color"' in page


@pytest.mark.parametrize("until", ["999999999999", "²", "9999999999", "-1", "x"])
def test_a_made_up_time_to_watch_a_domain_breaks_no_page(alice, acme, until):
    organisation = re.search(r'<option value="([^"]+)"', text(alice.get("/domains/add/")))
    if organisation is None:
        alice.post("/organisations/", {"name": "Sonne"})
        organisation = re.search(r'<option value="([^"]+)"', text(alice.get("/domains/add/")))
    assert organisation
    added = alice.post(
        "/domains/add/", {"name": "sonne.test", "organisation": organisation[1]}, follow=True
    )
    path = added.redirect_chain[-1][0].partition("?")[0]
    assert alice.get(path, {"watch": until}).status_code == 200


def test_from_an_organisation_to_a_mailbox_with_its_settings(alice, acme):
    alice.post("/organisations/", {"name": "Bäckerei Sonne"})
    page = text(alice.get("/domains/add/"))
    wanted = re.search(r'<option value="([^"]+)">Bäckerei Sonne', page)
    assert wanted
    added = alice.post(
        "/domains/add/", {"name": "Sonne.Test", "organisation": wanted[1]}, follow=True
    )
    assert "sonne.test" in text(added)
    for words in (
        "Who may send (SPF)",
        "Not checked yet",
        "v=DKIM1",
        "Check now",
        "Write the records",
    ):
        assert words in text(added)
    for shown in ('id="record-dmarc"', ">_dmarc</code>", ">@</code>", "adds sonne.test to each"):
        assert shown in added.content.decode()
    unverified = text(alice.get("/mailboxes/add/"))
    assert "No verified domain yet" in unverified
    with in_schema(acme.reseller.schema_name):
        Domain.objects.update(state="verified")
        directory.set_routed("sonne.test", is_verified=True)
    page = text(alice.get("/mailboxes/add/"))
    domain = re.search(r'<option value="(dom_\w+)"', page)
    assert domain
    form = {
        "local_part": "lena", "domain": domain[1], "display_name": "Lena",
        "password": "a-long-enough-pass",
    }  # fmt: skip
    made = alice.post("/mailboxes/add/", form, follow=True)
    for words in ("lena@sonne.test is ready", "port 993", "port 465", "Suspend"):
        assert words in text(made)
    again = alice.post("/mailboxes/add/", form)
    assert again.status_code == 422
    assert "already" in text(again)
    path = made.redirect_chain[-1][0]
    assert "is suspended" in text(alice.post(f"{path}suspend/", follow=True))
    assert "is active again" in text(alice.post(f"{path}resume/", follow=True))


@pytest.mark.parametrize("name", ["not a domain", "com", "localhost", "10.0.0.1", "x" * 300])
def test_a_bad_domain_name_is_explained(alice, acme, name):
    form = {"name": name, "organisation": str(acme.organisation.public_id)}
    answer = alice.post("/domains/add/", form)
    assert answer.status_code == 422
    assert 'id="id_name_error"' in text(answer)


def test_a_domain_of_somebody_else_is_refused_without_saying_whose(alice, acme, globex):
    from mailcore.domains import services as domains

    with in_schema(globex.reseller.schema_name):
        domains.add_domain(
            actor=globex.owner, organisation_id=globex.organisation.public_id, name="shop.test"
        )
        directory.set_routed("shop.test", is_verified=True)
    form = {"name": "shop.test", "organisation": str(acme.organisation.public_id)}
    page = text(alice.post("/domains/add/", form))
    assert "already in use here" in page
    assert "globex" not in page.lower()


def test_a_keys_secret_is_shown_once(alice):
    made = text(alice.post("/api-keys/", {"name": "Billing"}))
    secret = re.search(r'id="api-key-secret">(lvk_[^<]+)<', made)
    assert secret
    assert secret[1] not in text(alice.get("/api-keys/"))


def test_a_key_is_bounded_and_given_a_new_secret_by_hand(acme, alice):
    domain = domains.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
    )
    form = {"name": "Shop", "rights": "send", "domain": str(domain.public_id), "days": "30"}
    refused = alice.post("/api-keys/", {**form, "networks": "192.0.2.300"})
    assert (refused.status_code, "192.0.2.0/24" in text(refused)) == (422, True)
    page = text(alice.post("/api-keys/", {**form, "networks": "192.0.2.7, 2001:db8::/32"}))
    key = ApiKey.objects.get()
    assert key.scopes == ["messages.read", "messages.send"]
    assert (key.domain_id, key.organisation) == (domain.public_id, acme.organisation)
    assert key.networks == ["192.0.2.7/32", "2001:db8::/32"]
    assert key.expires_at > clock.now()
    assert "shop.test" in page
    turned = text(alice.post(f"/api-keys/{key.reference}/rotate/"))
    assert "old secret until" in turned
    assert f'id="api-key-secret">lvk_{key.prefix}' in turned
    alice.post(f"/api-keys/{key.reference}/revoke/")
    again = alice.post(f"/api-keys/{key.reference}/rotate/", follow=True)
    assert "was revoked. Make a new one" in text(again)


def test_the_brand_changes_name_colour_and_logo(alice, acme, tmp_path):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="3"/><script>x()</script></svg>'
    logo = tmp_path / "logo.svg"
    logo.write_bytes(svg)
    with logo.open("rb") as upload:
        form = {"product_name": "Acme <Post>", "colour": "#FFCC00", "logo": upload}
        assert alice.post("/brand/", form).status_code == 302
    page = text(alice.get("/"))
    assert "Acme &lt;Post&gt;" in page
    assert "#ffcc00" in page
    assert "--brand-ink:#14202b" in text(alice.get("/brand.css"))
    shown = alice.get("/brand/logo")
    assert shown["Content-Type"] == "image/svg+xml"
    assert "sandbox" in shown["Content-Security-Policy"]
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert b"script" not in shown.content
    kept = {"product_name": "Acme", "colour": "#123456"}
    alice.post("/brand/", kept)
    assert alice.get("/brand/logo").status_code == 200
    alice.post("/brand/", kept | {"remove_logo": "on"})
    assert alice.get("/brand/logo").status_code == 404


def test_a_logo_of_many_megabytes_is_refused(alice, tmp_path):
    logo = tmp_path / "logo.png"
    logo.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 5_000_000)
    with logo.open("rb") as upload:
        form = {"product_name": "Acme", "colour": "#123456", "logo": upload}
        answer = alice.post("/brand/", form)
    assert answer.status_code == 422
    assert "larger than 100 kB" in text(answer)


@pytest.mark.parametrize(
    ("field", "value"),
    [("colour", "red;} body{display:none"), ("product_name", "x" * 61), ("product_name", "\u200b"),
     ("support_address", "nobody")],
)  # fmt: skip
def test_a_brand_that_cannot_be_is_refused(alice, acme, field, value):
    answer = alice.post("/brand/", {"product_name": "Acme", "colour": "#123456", field: value})
    assert answer.status_code == 422
    with in_schema(PUBLIC):
        assert Brand.objects.get(reseller=acme.reseller).product_name == "Acme Mail"


def test_unknown_address_and_wrong_password_read_the_same(browser, acme):
    def attempt(email: str, password: str) -> str:
        answer = browser(acme.host).post("/login/", {"email": email, "password": password})
        assert answer.status_code == 422
        return text(answer).partition('id="form-error"')[2].partition("</div>")[0]

    wrong = attempt(acme.owner_email, "wrong-password")
    assert wrong == attempt("nobody@acme.test", acme.password)
    assert "not right" in wrong


def test_a_login_returns_to_the_page_that_asked_for_it(browser, acme):
    fields = {"email": acme.owner_email, "password": acme.password}
    assert browser(acme.host).post("/login/?next=/domains/", fields)["Location"] == "/domains/"
    away = browser(acme.host).post("/login/?next=https://evil.example/", fields)
    assert away["Location"] == "/"


def test_a_log_out_ends_the_session(alice):
    alice.post("/logout/")
    assert alice.get("/domains/").status_code == 302


def test_a_member_who_was_switched_off_is_logged_out_at_once(alice, acme):
    with in_schema(acme.reseller.schema_name):
        Member.objects.update(is_active=False)
    assert alice.get("/domains/").status_code == 302


def test_no_page_of_a_reseller_names_the_operator(alice, acme):
    for path in ("/", "/organisations/", "/domains/", "/domains/add/", "/mailboxes/",
                 "/mailboxes/add/", "/api-keys/", "/brand/", "/invoices/", "/login/", "/none/"):  # fmt: skip
        page = text(alice.get(path, follow=True))
        assert "Acme Mail" in page
        assert "Livery" not in page
        assert "livery.test" not in page


def test_pages_load_nothing_inline_or_from_elsewhere(alice):
    for path in ("/", "/domains/add/", "/brand/", "/api-keys/"):
        page = text(alice.get(path, follow=True))
        assert "<style" not in page
        assert " style=" not in page
        assert not re.search(r"<script(?![^>]* src=)", page)
        assert not re.search(r'(src|href)="(https?:)?//', page)


@pytest.fixture
def operator(browser, db):
    accounts.ensure_operator_member(email="op@livery.test", password="operator-password")
    client = browser()
    client.post("/login/", {"email": "op@livery.test", "password": "operator-password"})
    return client


def test_the_operator_sees_every_reseller_half_made_ones_too(operator, acme, globex):
    with in_schema(PUBLIC):
        Reseller.objects.filter(pk=globex.reseller.pk).update(state="pending")
    page = text(operator.get("/operator/"))
    assert "acme.livery.test" in page
    assert "Pending" in page


def test_closing_a_period_without_usage_says_so(operator, acme):
    from kernel import ids

    reseller = ids.to_public("res", acme.reseller.public_id)
    answer = operator.post(f"/operator/resellers/{reseller}/close-period/", follow=True)
    assert answer.status_code == 200
    assert "notice-error" in text(answer)
    unknown = ids.to_public("res", ids.uuid7())
    assert operator.post(f"/operator/resellers/{unknown}/close-period/").status_code == 404


def test_a_resellers_member_is_nobody_on_the_platform_host(browser, acme):
    fields = {"email": acme.owner_email, "password": acme.password}
    assert browser().post("/login/", fields).status_code == 422
    assert browser().get("/operator/").status_code == 302
