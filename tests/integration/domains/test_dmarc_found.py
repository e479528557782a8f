"""What the owner's own DMARC record says is taken over, and a policy chosen here then counts."""

import pytest

from mailcore.domains import selectors, services
from mailcore.domains.models import Domain

pytestmark = pytest.mark.django_db

OWN = "v=DMARC1; p=quarantine; pct=50; rua=mailto:a@b.test"


def look(acme, internet, publish_all, name, dmarc):
    domain = Domain.objects.filter(name=name).first() or services.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name=name
    )
    net = internet(name)
    records = [r for r in selectors.expected_records(domain) if r.purpose != "dmarc"]
    net.publish(records, f'_dmarc.{name}. TXT "{dmarc}"')
    return services.check_domain(domain_id=domain.public_id, exchange=net.exchange)


def row(domain):
    (found,) = [row for row in selectors.list_records(domain) if row.purpose == "dmarc"]
    return found


def test_a_policy_is_taken_over_and_never_loosened_by_us(acme, internet, publish_all):
    domain = look(acme, internet, publish_all, "shop.test", OWN)
    assert (domain.dmarc_policy, domain.dmarc_changed_at) == ("quarantine", None)
    assert row(domain).value == f"{OWN},mailto:dmarc-{domain.label}@reports.infra.test"
    services.set_dmarc_policy(actor=acme.owner, domain_id=domain.public_id, policy="reject")
    domain = look(acme, internet, publish_all, "shop.test", OWN)
    shown = row(domain)
    assert (domain.dmarc_policy, shown.verdict, shown.code) == (
        "reject",
        "conflict",
        "dmarc.weaker",
    )
    assert "p=reject; pct=50; rua=mailto:a@b.test,mailto:dmarc-" in shown.value
    services.set_dmarc_policy(actor=acme.owner, domain_id=domain.public_id, policy="none")
    domain = look(acme, internet, publish_all, "shop.test", OWN)
    assert (domain.dmarc_policy, row(domain).code) == ("none", "dmarc.stricter")
    assert "p=quarantine" not in row(domain).value
