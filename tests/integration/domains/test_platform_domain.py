"""The platform's own mail domain is made once, published, and signs from then on."""

import pytest

from kernel.tenancy import OPERATOR_RESELLER
from mailcore.directory.models import Route, SigningKey
from mailcore.domains import services


class Zone:
    """A zone editor in memory."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], list[str]] = {}

    def zone_of(self, name: str) -> str:
        return name

    def read(self, name: str, rdtype: str) -> list[str]:
        return self.values.get((name, rdtype), [])

    def apply(self, zone: str, changes: list) -> None:
        for change in changes:
            self.values.setdefault((change.name, change.type), []).append(change.value)


@pytest.mark.django_db
def test_it_is_published_and_its_keys_sign(settings) -> None:
    zone, domain = Zone(), settings.PLATFORM_HOST
    assert services.ensure_platform_domain(editor=zone)
    routes = dict(Route.objects.values_list("domain", "kind"))
    assert routes == {
        domain: "hosted",
        f"bounce.{domain}": "feedback",
        f"bounce.{settings.INFRA_DOMAIN}": "feedback",
        settings.REPORTS_DOMAIN: "feedback",
    }
    assert all(Route.objects.values_list("is_verified", flat=True))
    keys = SigningKey.objects.values_list("reseller_id", "state")
    assert set(keys) == {(OPERATOR_RESELLER, "active")}
    assert len(keys) == 2
    assert (f"bounce.{domain}", "MX") in zone.values


@pytest.mark.django_db
def test_making_it_again_keeps_the_keys_and_repairs_the_zone(settings) -> None:
    first, second = Zone(), Zone()
    services.ensure_platform_domain(editor=first)
    services.ensure_platform_domain(editor=second)
    assert first.values == second.values
    assert SigningKey.objects.count() == 2


@pytest.mark.django_db
def test_without_a_key_for_its_dns_nothing_claims_to_be_signed(settings) -> None:
    settings.PLATFORM_DNS_KEY_FILE = ""
    assert not services.ensure_platform_domain()
    assert set(SigningKey.objects.values_list("state", flat=True)) == {"pending"}
