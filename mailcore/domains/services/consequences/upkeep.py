"""Records that are gone from a zone that we write are written again."""

from collections.abc import Mapping

from mailcore.checks import services as checks
from mailcore.checks.models import RecordVerdict
from mailcore.domains.models import Domain
from mailcore.protocol.dns_records import Key
from mailcore.protocol.verdicts import Outcome
from mailcore.zones import selectors as zone_selectors

_AMISS = frozenset({Outcome.MISSING.value, Outcome.CONFLICT.value})


def draw(domain: Domain, rows: Mapping[Key, RecordVerdict]) -> None:
    """Ask for what is missing or in conflict where the owner gave us a key, at most hourly."""
    is_amiss = any(row.verdict in _AMISS for row in rows.values())
    if is_amiss and zone_selectors.find_credential_id(domain.public_id) is not None:
        checks.ask_for_upkeep(domain.public_id)
