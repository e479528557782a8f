"""TLS of mail that comes in: what senders report (RFC 8460), and the MTA-STS mode (RFC 8461)."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, TypedDict, get_args

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.rest.openapi import OneOf, operation, shape
from kernel.rest.serializers import Body
from kernel.rest.views import ApiView, CommandView, actor_of
from mailcore.domains import services as domains
from mailcore.domains.errors import DomainNotVerified
from mailcore.domains.models import Domain
from mailcore.domains.states import MtaStsMode
from mailcore.feedback.api.asked import domain_of
from mailcore.feedback.reports import guide, words
from mailcore.feedback.reports.evidence import Intake, TlsDay, TlsFailure
from mailcore.protocol.reports.dmarc_path import Verdict
from mailcore.protocol.reports.sts_path import TlsJudgement


class NewMode(Body):
    """What senders are asked to do when TLS to us fails."""

    mode = serializers.ChoiceField(MtaStsMode.choices)
    example = {"mode": "testing"}


class NextMode(TypedDict):
    """The next mode and whether it may be served; `failing_share` of sessions since the last change."""

    mode: Annotated[str, OneOf(MtaStsMode)] | None
    verdict: Annotated[str, OneOf(get_args(Verdict))]
    code: str
    sentence: str
    failing_share: float | None


@shape(
    example={
        "mode": "testing",
        "changed_at": "2026-02-01T09:30:00Z",
        "next_step": {
            "mode": "enforce",
            "verdict": "ready",
            "code": "mta_sts.ready",
            "sentence": "Ready: 0.1% of the sessions fail.",
            "failing_share": 0.001,
        },
        "reports": {"counted": 27, "unused": 0, "reporters": 2, "last_at": "2026-03-01T09:30:00Z"},
        "days": [{"day": "2026-02-28", "good": 97, "failed": 1}],
        "failures": [
            {
                "policy_type": "sts",
                "result": "certificate-expired",
                "mx_host": "mx.example.net",
                "count": 1,
            }
        ],
    }
)
class TlsReportsShown(TypedDict):
    """The MTA-STS mode, the next step, and the sessions of four weeks: days, and what failed."""

    mode: Annotated[str, OneOf(MtaStsMode)]
    changed_at: datetime | None
    next_step: NextMode
    reports: Intake
    days: list[TlsDay]
    failures: list[TlsFailure]


def show(domain: Domain) -> TlsReportsShown:
    """What is reported of TLS as JSON."""
    found = guide.of_tls(domain)
    return {
        "mode": found.mode,
        "changed_at": found.changed_at,
        "next_step": _show_step(found.judgement),
        "reports": found.seen.intake,
        "days": found.seen.days,
        "failures": found.seen.failures,
    }


def _show_step(judgement: TlsJudgement) -> NextMode:
    return {
        "mode": judgement.next_mode,
        "verdict": judgement.verdict,
        "code": judgement.code,
        "sentence": words.sentence(judgement),
        "failing_share": judgement.share,
    }


class TlsReports(ApiView):
    """Read."""

    @operation("tls_reports.get", right="domains.read", answers={200: TlsReportsShown})
    def get(self, request: Request, domain_id: str) -> Response:
        """Read what senders report of TLS to a domain, and its MTA-STS mode."""
        return Response(_plain(show(domain_of(request, domain_id))))


class Mode(CommandView):
    """Change."""

    @operation(
        "mta_sts.set_mode",
        right="domains.write",
        takes=NewMode,
        answers={200: TlsReportsShown},
        problems=[DomainNotVerified],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Choose a domain's MTA-STS mode.

        The policy is served with it from now on, under a new id, which the domain's DNS announces.
        """
        body = NewMode(data=request.data)
        body.is_valid(raise_exception=True)
        domain = domains.set_mta_sts_mode(
            actor=actor_of(request),
            domain_id=ids.from_public("dom", str(parts["domain_id"])),
            mode=body.validated_data["mode"],
        )
        return Response(_plain(show(domain)))


def _plain(shown: TlsReportsShown) -> dict[str, object]:
    """Dataclasses inside as dictionaries."""
    return {
        **shown,
        "reports": asdict(shown["reports"]),
        "days": [asdict(one) for one in shown["days"]],
        "failures": [asdict(one) for one in shown["failures"]],
    }


urlpatterns = [
    path("domains/<str:domain_id>/tls-reports", TlsReports.as_view(), name="api-domain-tls"),
    path("domains/<str:domain_id>/mta-sts/mode", Mode.as_view(), name="api-domain-mta-sts"),
]
