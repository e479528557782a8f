"""Where reports about a domain are asked for: `dmarc-<label>@` and `tls-<label>@`."""

from uuid import UUID

from kernel import ids
from kernel.errors import NotFound
from mailcore.feedback.states import ReportKind

_KINDS = frozenset(ReportKind.values)


def meant_by(address: str, *, reports_domain: str) -> tuple[str, UUID] | None:
    """The kind of report and the domain that an address is for; None for what is none of ours."""
    local, _, domain = address.lower().rpartition("@")
    kind, _, label = local.partition("-")
    if domain != reports_domain or kind not in _KINDS:
        return None
    try:
        return kind, ids.from_public("dom", f"dom_{label}")
    except NotFound:
        return None
