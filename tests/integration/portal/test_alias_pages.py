"""Aliases as a member keeps them."""

import re

import pytest

from mailcore.directory import services as directory
from mailcore.domains import services as domains
from mailcore.domains.models import Domain
from mailcore.mailboxes import services as mailboxes

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    return answer.content.decode()


def test_an_alias_is_added_changed_and_deleted(alice, acme):
    assert "Go to domains" in text(alice.get("/aliases/"))
    domain = domains.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
    )
    Domain.objects.update(state="verified")
    directory.set_routed("shop.test", is_verified=True)
    for local_part in ("anna", "ben"):
        mailboxes.create_mailbox(
            actor=acme.owner, domain_id=domain.public_id, local_part=local_part,
            password="a long enough secret",
        )  # fmt: skip
    form = {"local_part": "sales", "domain": domain.reference, "targets": "anna@shop.test,"}
    page = text(alice.post("/aliases/", form, follow=True))
    assert "sales@shop.test is ready." in page
    again = alice.post("/aliases/", form)
    assert (again.status_code, "already in use" in text(again)) == (422, True)
    wrong = alice.post("/aliases/", {**form, "local_part": "x", "targets": "who@shop.test"})
    assert (wrong.status_code, "mailboxes of the same organisation" in text(wrong)) == (422, True)
    (path,) = re.findall(r'href="(/aliases/als_\w+/)"', page)
    assert "anna@shop.test" in text(alice.get(path))
    changed = text(alice.post(path, {"targets": "ben@shop.test anna@shop.test"}, follow=True))
    assert "sales@shop.test is changed." in changed
    assert "ben@shop.test<br>anna@shop.test" in changed
    assert alice.post(path, {"targets": "no"}).status_code == 422
    assert "sales@shop.test is deleted." in text(alice.post(f"{path}delete/", follow=True))
    assert alice.get(path).status_code == 404
