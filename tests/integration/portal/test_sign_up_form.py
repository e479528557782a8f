"""The sign-up form says what is wrong, and tells strangers nothing."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection

from kernel import clock
from tenants.resellers import services
from tenants.resellers.models import SignUp

pytestmark = pytest.mark.django_db

GOOD = {
    "company": "Nord & Söhne", "slug": "nord", "email": "lena@nord.example",
    "password": "a-long-enough-pass",
}  # fmt: skip


def post(browser, **changed):
    return browser().post("/signup/", GOOD | changed)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("slug", "аcme", "a to z"),
        ("slug", "xn--acme", "a to z"),
        ("slug", "www", "reserved"),
        ("slug", "acme", "already in use"),
        ("slug", "", "required"),
        ("email", "lena", "complete e-mail address"),
        ("email", "lena@nord.example\nBcc: x@y.example", "complete e-mail address"),
        ("password", "short", "at least 10"),
        ("password", "password1234", "common"),
        ("password", "x" * 129, "at most 128"),
        ("company", "\u202e\u200b", "name of your company"),
        ("company", "Win at https://evil.example", "name of your company"),
        ("company", "x" * 101, "at most 100"),
        ("company", "x" * 1_000_000, "at most 100"),
    ],
)
def test_a_wrong_field_is_named_with_what_to_do(browser, acme, field, value, words):
    answer = post(browser, **{field: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    error = page.partition(f'id="id_{field}_error"')[2].partition("</p>")[0]
    assert words in error
    assert not SignUp.objects.exists()
    assert not mail.outbox


def test_several_wrong_fields_are_told_at_once(browser):
    page = post(browser, slug="www", password="short", email="nobody").content.decode()
    for field in ("slug", "password", "email"):
        assert f'id="id_{field}_error"' in page


def test_a_form_of_ten_megabytes_is_too_large(browser):
    answer = post(browser, company="x" * 10_000_000)
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()


def test_the_password_is_kept_only_as_an_argon2id_hash(browser):
    post(browser)
    assert SignUp.objects.get().password.startswith("argon2$argon2id$")


def test_the_link_is_kept_only_as_a_digest(browser):
    post(browser)
    token = mail.outbox[0].body.partition("/signup/confirm/")[2].partition("/")[0]
    assert len(token) >= 43
    assert token not in str(SignUp.objects.values().get())


def test_a_double_click_sends_one_mail(browser):
    assert post(browser).status_code == post(browser).status_code == 302
    assert len(mail.outbox) == 1
    assert SignUp.objects.count() == 1


def test_nobodys_inbox_can_be_flooded(browser):
    for n in range(9):
        assert post(browser, slug=f"nord-{n}").status_code == 302
    assert len(mail.outbox) == 5


def test_tags_of_one_address_flood_its_inbox_no_more_than_the_address_itself(browser):
    for n in range(9):
        assert post(browser, slug=f"nord-{n}", email=f"lena+{n}@nord.example").status_code == 302
    assert len(mail.outbox) == 5
    post(browser, slug="nord-y", email="lena_x@nord.example")
    post(browser, slug="nord-z", email="lena@another.example")
    assert len(mail.outbox) == 7


@pytest.mark.parametrize(
    "bait", ["Win at evil.example/prize", "Ask boss@evil.example", "At 192.0.2.7"]
)
def test_a_companys_name_becomes_no_link_in_a_strangers_mail(browser, bait):
    post(browser, company=bait)
    message = mail.outbox[0]
    for side in (message.body, message.alternatives[0].content):
        assert "Create the portal" in side or "Open this link" in side
        assert bait.split()[-1] not in side
        assert bait.replace(".", ".\N{WORD JOINER}").replace("@", "@\N{WORD JOINER}") in side


def test_the_answer_does_not_tell_whether_the_address_is_known(browser, acme):
    known = post(browser, email=acme.owner_email)
    unknown = post(browser, email="nobody@nowhere.example", slug="nord-two")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_the_mail_has_a_text_and_an_html_side_with_the_link(browser):
    post(browser)
    message = mail.outbox[0]
    html = message.alternatives[0].content
    assert "https://livery.test/signup/confirm/" in message.body
    assert "https://livery.test/signup/confirm/" in html
    assert "Nord &amp; Söhne" in html
    assert "Nord & Söhne" in message.body


def test_a_person_with_a_local_browser_gets_a_link_that_opens_there(browser):
    here = f"livery.localhost:{settings.LOCAL_PORT}"
    browser(here).post("/signup/", GOOD)
    assert f"https://{here}/signup/confirm/" in mail.outbox[0].body


def test_the_mail_goes_out_by_our_own_delivery_plane_in_the_same_transaction(browser, settings):
    settings.EMAIL_BACKEND = "mailcore.delivery.email_backend.DeliveryBackend"
    post(browser)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM public.recipient WHERE address = %s", [GOOD["email"]])
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("token", ["x", "x" * 43, "%00", "ä"])
def test_a_made_up_link_is_refused_clearly(browser, token):
    answer = browser().get(f"/signup/confirm/{token}/")
    assert answer.status_code == 404
    assert "not valid" in answer.content.decode()


@pytest.mark.parametrize("path", ["sup_" + "0" * 26, "sup_x", "1", "res_" + "0" * 26])
def test_an_unknown_status_page_is_not_found(browser, path):
    assert browser().get(f"/signup/status/{path}/").status_code == 404


def test_an_unconfirmed_sign_up_is_forgotten_a_week_after_its_link_ended(browser):
    post(browser)
    with clock.at(clock.now() + timedelta(days=7)):
        assert services.forget_expired_sign_ups() == 0
    with clock.at(clock.now() + timedelta(days=8, minutes=1)):
        assert services.forget_expired_sign_ups() == 1
    assert not SignUp.objects.exists()


def test_a_sign_up_lives_for_24_hours(browser):
    post(browser)
    lifetime = SignUp.objects.get().expires_at - clock.now()
    assert 86_300 < lifetime.total_seconds() <= 86_400
