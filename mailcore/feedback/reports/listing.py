"""Reports that were not used, for the operator."""

from django.db.models import Count

from mailcore.feedback.models import ReceivedReport
from mailcore.feedback.states import ReportState


def count_parked() -> dict[str, int]:
    """Code → how many reports of all resellers are parked with it; the most frequent first."""
    parked = ReceivedReport.objects.filter(state=ReportState.PARKED)
    rows = parked.values("code").annotate(count=Count("pk")).order_by("-count", "code")
    return {row["code"]: row["count"] for row in rows}


def list_parked(*, code: str = "", domain: str = "", most: int) -> list[ReceivedReport]:
    """The newest of them, without what they brought."""
    found = ReceivedReport.objects.filter(state=ReportState.PARKED).defer("raw")
    if code:
        found = found.filter(code=code)
    if domain:
        found = found.filter(domain=domain.lower())
    return list(found.order_by("-received_at", "-pk")[:most])
