"""What a person orders while a domain is looked at waits for nobody, and nobody for it."""

import threading

import pytest
from django.db import connection

from kernel.tenancy import in_schema
from mailcore.checks import services as checks
from mailcore.domains import services
from mailcore.domains.models import DnsCredential
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

KEY = {
    "server": "127.0.0.9",
    "port": 53,
    "key_name": "owner",
    "algorithm": "hmac-sha256",
    "secret": "c2VjcmV0c2VjcmV0",
}


def test_a_key_for_the_zone_can_be_handed_in_while_the_domain_is_looked_at(
    acme, internet, monkeypatch
) -> None:
    """Both touch the schedule and the domain's row: in the wrong order that is a deadlock."""
    domain = services.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
    )
    keep, handed_in = checks.keep, []

    def hand_in() -> None:
        with in_schema(acme.reseller.schema_name):
            services.request_dns_update(actor=acme.owner, domain_id=domain.public_id, **KEY)
        handed_in.append(True)
        connection.close()

    def keep_later(looks: object) -> object:
        person = threading.Thread(target=hand_in)
        person.start()
        person.join(PATIENCE)
        assert handed_in, "the person waits for the look, which waits for the person"
        return keep(looks)

    monkeypatch.setattr(checks, "keep", keep_later)
    services.check_domain(domain_id=domain.public_id, exchange=internet("shop.test").exchange)
    assert DnsCredential.objects.count() == 1
