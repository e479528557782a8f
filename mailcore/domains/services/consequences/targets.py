"""What a domain's CNAMEs point to is mended by us as soon as a look finds it wrong."""

from collections.abc import Mapping

from mailcore.checks import services as checks
from mailcore.checks.models import RecordVerdict
from mailcore.domains.models import Domain
from mailcore.protocol.dns_records import Key


def draw(domain: Domain, rows: Mapping[Key, RecordVerdict]) -> None:
    """Ask for the records in our zone where an alias is right and what stands behind it is not."""
    if any(row.code == "alias.behind" for row in rows.values()):
        checks.ask_for_targets(domain.public_id)
