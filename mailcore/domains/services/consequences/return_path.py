"""Bounces of automatic mail come to the domain's own name while DNS leads them here."""

from collections.abc import Mapping

from mailcore.checks import services as checks
from mailcore.checks.models import RecordVerdict
from mailcore.directory import services as directory
from mailcore.domains.models import Domain
from mailcore.domains.services.consequences import patience
from mailcore.domains.states import DomainState
from mailcore.protocol import dns_records, verp
from mailcore.protocol.dns_records import Key
from mailcore.protocol.verdicts import Outcome

#: So many looks in a row must miss the records before bounces go to the neutral name again.
GIVE_UP_AFTER = 3
_PURPOSES = frozenset({dns_records.RETURN_PATH, dns_records.RETURN_PATH_SPF})
_WRONG = frozenset({Outcome.MISSING.value, Outcome.CONFLICT.value})


def draw(domain: Domain, rows: Mapping[Key, RecordVerdict], *, is_routed: bool) -> None:
    """Route the bounce name of a verified domain by what was seen of it.

    `is_routed`: whether it is by now.
    """
    seen = [row for row in rows.values() if row.purpose in _PURPOSES]
    name = verp.bounce_domain(domain.name)
    if domain.state == DomainState.VERIFIED and all(r.verdict == Outcome.MATCH for r in seen):
        if not is_routed and not directory.take_bounces(
            name, organisation_id=domain.organisation_id
        ):
            # It is somebody's mail domain: no name server will say so when it is not any more.
            checks.judge_again(domain.public_id)
    elif not is_routed:
        return
    elif domain.state != DomainState.VERIFIED or any(
        row.missing_in_a_row >= GIVE_UP_AFTER and _is_wrong(row) for row in seen
    ):
        directory.leave_bounces(name)


def _is_wrong(row: RecordVerdict) -> bool:
    """For longer than a change takes; servers that gave no answer just now say nothing."""
    return row.verdict in _WRONG and patience.is_over(row)
