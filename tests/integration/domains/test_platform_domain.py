"""The platform's own mail domain is made once, published, and signs from then on."""

import pytest

from kernel.tenancy import OPERATOR_RESELLER
from mailcore.directory.models import Route, SigningKey
from mailcore.domains import services
from mailcore.zones.adapters.memory import MemoryZone


class Zone(MemoryZone):
    """A zone editor in memory that holds every name."""

    def __init__(self) -> None:
        super().__init__(zone="")

    def zone_of(self, name: str) -> str:
        return name


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
    assert (f"bounce.{domain}", "MX") in zone.standing


@pytest.mark.django_db
def test_making_it_again_keeps_the_keys_and_repairs_the_zone(settings) -> None:
    first, second = Zone(), Zone()
    services.ensure_platform_domain(editor=first)
    services.ensure_platform_domain(editor=second)
    assert first.standing == second.standing
    assert SigningKey.objects.count() == 2


@pytest.mark.django_db
def test_without_a_key_for_its_dns_nothing_claims_to_be_signed(settings) -> None:
    settings.PLATFORM_DNS_KEY_FILE = ""
    assert not services.ensure_platform_domain()
    assert set(SigningKey.objects.values_list("state", flat=True)) == {"pending"}
