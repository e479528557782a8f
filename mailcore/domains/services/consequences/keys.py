"""A key signs from when DNS shows it until DNS has lost it for good."""

from collections.abc import Mapping

from mailcore.checks.models import RecordVerdict
from mailcore.directory import services as directory
from mailcore.directory.states import KeyState
from mailcore.domains.models import DkimKey, Domain
from mailcore.domains.states import DkimAlgorithm, DomainState
from mailcore.protocol import dns_records
from mailcore.protocol.dns_records import Key
from mailcore.protocol.verdicts import Outcome

#: So many looks in a row must miss a key before we stop signing with it: one may be a mishap.
STOP_SIGNING_AFTER = 3
_PURPOSES = {
    DkimAlgorithm.RSA.value: dns_records.DKIM_RSA,
    DkimAlgorithm.ED25519.value: dns_records.DKIM_ED25519,
}


def draw(domain: Domain, rows: Mapping[Key, RecordVerdict]) -> None:
    """Move a verified domain's keys on by what was seen of each."""
    if domain.state != DomainState.VERIFIED:
        return
    for key in domain.dkim_keys.filter(state__in=[KeyState.PENDING, KeyState.ACTIVE]):
        row = rows.get(_record_of(domain, key))
        if row is None:
            continue  # made while we looked
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


def _record_of(domain: Domain, key: DkimKey) -> Key:
    return _PURPOSES[key.algorithm], dns_records.dkim_name(domain.name, selector=key.selector)
