"""Every error that a page can meet has a sentence that can be translated."""

from collections.abc import Iterator

import pytest

from controlplane import urls_public, urls_tenant
from controlplane.portal.wording import SPEAK_FOR_THEMSELVES, WORDS, sentence
from kernel.errors import ApplicationError
from mailcore.domains.errors import InvalidDomain
from tenants.resellers.errors import InvalidLogo, WeakPassword

#: Only programs meet these: they speak problem documents.
API_ONLY = {"invalid_cursor", "idempotency.key_reused", "precondition_failed", "api_key.beyond_maker",
            "api_key.wrong_address"}  # fmt: skip


def errors(base: type[ApplicationError] = ApplicationError) -> Iterator[type[ApplicationError]]:
    for kind in base.__subclasses__():
        yield kind
        yield from errors(kind)


def test_every_code_of_the_product_has_words():
    assert urls_public.urlpatterns
    assert urls_tenant.urlpatterns  # importing the pages imports every service they call
    product = ("kernel.", "tenants.", "mailcore.", "billing.")
    codes = {kind.code for kind in errors() if kind.__module__.startswith(product)}
    assert codes - set(WORDS) - SPEAK_FOR_THEMSELVES - API_ONLY == set()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (InvalidDomain(field="name", reason="ip_address"), "IP address"),
        (InvalidDomain(field="name", reason="empty"), "domain name"),
        (InvalidLogo(field="logo", reason="empty"), "SVG"),
        (WeakPassword(reasons=["password_too_short", "password_too_common"]), "common"),
        (ApplicationError("Said where it happened."), "Said where it happened."),
    ],
)
def test_a_reason_is_told_more_exactly_than_its_code(error, words):
    assert words in sentence(error)
