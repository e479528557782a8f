"""Look at a domain's records, and draw the consequences."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from kernel import clock
from kernel.actor import SYSTEM, Actor, authorise
from kernel.dns.ports import Exchange
from kernel.outbox import audit, publish
from mailcore.checks import services as checks
from mailcore.checks.models import RecordVerdict
from mailcore.directory import services as directory
from mailcore.directory.states import KeyState
from mailcore.domains import selectors
from mailcore.domains.models import Domain
from mailcore.domains.states import DkimAlgorithm, DomainState
from mailcore.protocol import dns_records
from mailcore.protocol.verdicts import Outcome

#: So many looks in a row must miss a key before we stop signing with it: one may be a mishap.
STOP_SIGNING_AFTER = 3
_KEY_RECORD = {
    DkimAlgorithm.RSA.value: dns_records.DKIM_RSA,
    DkimAlgorithm.ED25519.value: dns_records.DKIM_ED25519,
}


@transaction.atomic
def request_check(*, actor: Actor, domain_id: UUID) -> Domain:
    """Look at the domain's records as soon as a worker is free; raises NotAllowed, NotFound."""
    authorise(actor, "domains.write")
    domain = selectors.get_domain(domain_id, organisation_id=actor.organisation)
    checks.watch(domain.public_id)
    publish(
        "domain.check_requested",
        subject=domain.reference,
        data={"domain_id": str(domain.public_id)},
        actor=actor,
    )
    return domain


def check_domain(*, domain_id: UUID, exchange: Exchange | None = None) -> Domain:
    """Ask the authoritative servers now (up to 15 s) and store the verdicts.

    An answer that could not be had changes nothing. Raises NotFound.
    """
    domain = selectors.get_domain(domain_id)
    # No transaction is open while strangers' servers are asked.
    looks = checks.inspect(
        domain.name, records=selectors.expected_records(domain), exchange=exchange
    )
    with transaction.atomic():
        domain = Domain.objects.select_for_update().get(pk=domain.pk)
        rows = checks.keep(domain_id=domain.public_id, looks=looks)
        _verify(domain, rows)
        if domain.state == DomainState.VERIFIED:
            _settle_keys(domain, rows)
    return domain


def _verify(domain: Domain, rows: Mapping[str, RecordVerdict]) -> None:
    proof = rows[dns_records.OWNERSHIP]
    if domain.state != DomainState.PENDING or proof.verdict != Outcome.MATCH:
        return
    domain.state, domain.verified_at = DomainState.VERIFIED, clock.now()
    domain.save(update_fields=["state", "verified_at"])
    directory.set_routed(domain.name, is_verified=True)
    audit("domain.verified", subject=domain.reference, actor=SYSTEM, data={"name": domain.name})
    publish(
        "domain.verified",
        subject=domain.reference,
        data={"domain_id": str(domain.public_id), "name": domain.name},
    )


def _settle_keys(domain: Domain, rows: Mapping[str, RecordVerdict]) -> None:
    """Sign with a key from when DNS shows it until DNS has lost it for good."""
    for key in domain.dkim_keys.filter(state__in=[KeyState.PENDING, KeyState.ACTIVE]):
        row = rows[_KEY_RECORD[key.algorithm]]
        if row.verdict == Outcome.MATCH:
            state = KeyState.ACTIVE
        elif row.missing_in_a_row >= STOP_SIGNING_AFTER:
            state = KeyState.PENDING
        else:
            continue
        if state != key.state:
            key.state = state
            key.save(update_fields=["state"])
            directory.set_key_state(domain=domain.name, selector=key.selector, state=state)
