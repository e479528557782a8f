"""DMARC of a domain: where it stands, who sends in its name, and the next step."""

from dataclasses import asdict
from datetime import date, datetime
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
from mailcore.domains.states import DmarcPolicy
from mailcore.feedback.api.asked import DAYS, days_of, domain_of
from mailcore.feedback.errors import InvalidSource, TooManySources
from mailcore.feedback.reports import evidence, guide, marking, words
from mailcore.feedback.reports.evidence import DmarcDay, Intake, SeenSource
from mailcore.protocol.reports.dmarc_path import Judgement, Verdict
from mailcore.protocol.reports.senders import Group

LONGEST_SOURCE = 253


class NewPolicy(Body):
    """What receivers are asked to do with mail that fails."""

    policy = serializers.ChoiceField(DmarcPolicy.choices)
    example = {"policy": "quarantine"}


class NewMark(Body):
    """A source's name, and whether it is the domain's own; null takes back what was said."""

    name = serializers.CharField(max_length=LONGEST_SOURCE)
    known = serializers.BooleanField(allow_null=True)
    example = {"name": "mailchimp", "known": True}


class NextStep(TypedDict):
    """The next policy, whether it may be published, and what would fail in a week if it were.

    `sentence` and `consequence` say it in words; `forged_per_week` is what it would keep away.
    """

    policy: Annotated[str, OneOf(DmarcPolicy)] | None
    verdict: Annotated[str, OneOf(get_args(Verdict))]
    code: str
    sentence: str
    consequence: str
    messages: int
    passing_share: float | None
    failing_sources: list[str]
    undecided_sources: list[str]
    failing_per_week: int
    forged_per_week: int


_EXAMPLE = {
    "policy": "none",
    "published_policy": "none",
    "changed_at": None,
    "next_step": {
        "policy": "quarantine",
        "verdict": "not_yet",
        "code": "dmarc.failing",
        "sentence": "Not yet: 94.0% of your own senders' mail passes.",
        "consequence": (
            "If you publish p=quarantine today, 2 sources and 41 messages a week fail."
        ),
        "messages": 2733,
        "passing_share": 0.94,
        "failing_sources": ["ours", "mailchimp"],
        "undecided_sources": [],
        "failing_per_week": 41,
        "forged_per_week": 120,
    },
    "reports": {"counted": 61, "unused": 2, "reporters": 4, "last_at": "2026-03-01T09:30:00Z"},
    "days": [{"day": "2026-02-28", "aligned": 97, "forwarded": 1, "failing": 6, "strangers": 17}],
}


@shape(example=_EXAMPLE)
class DmarcShown(TypedDict):
    """The policy that we want in DNS, the one that stands there, the next step, and the days."""

    policy: Annotated[str, OneOf(DmarcPolicy)]
    published_policy: Annotated[str, OneOf(DmarcPolicy)] | None
    changed_at: datetime | None
    next_step: NextStep
    reports: Intake
    days: list[DmarcDay]


class SourceShown(TypedDict):
    """A sender in the domain's name: `ours`, a service, a domain or an address.

    `known` is what the domain's people said of it, null while they said nothing.
    """

    name: str
    group: Annotated[str, OneOf(get_args(Group))]
    known: bool | None
    messages: int
    aligned: int
    forwarded: int
    failing: int
    days: int
    last_on: date
    addresses: list[str]


@shape(
    example={
        "data": [
            {
                "name": "mailchimp",
                "group": "known",
                "known": None,
                "messages": 64,
                "aligned": 0,
                "forwarded": 0,
                "failing": 64,
                "days": 9,
                "last_on": "2026-02-28",
                "addresses": ["198.51.100.7"],
            }
        ]
    }
)
class SourcesShown(TypedDict):
    """The largest senders in a domain's name, the largest first."""

    data: list[SourceShown]


def show(domain: Domain) -> DmarcShown:
    """A domain's DMARC as JSON."""
    found = guide.of_dmarc(domain)
    return {
        "policy": found.policy,
        "published_policy": found.published or None,
        "changed_at": found.changed_at,
        "next_step": _show_step(found.judgement),
        "reports": found.seen.intake,
        "days": found.seen.days,
    }


def _show_step(judgement: Judgement) -> NextStep:
    return {
        "policy": judgement.next_policy,
        "verdict": judgement.verdict,
        "code": judgement.code,
        "sentence": words.sentence(judgement),
        "consequence": words.consequence(judgement),
        "messages": judgement.messages,
        "passing_share": judgement.share,
        "failing_sources": list(judgement.failing_sources),
        "undecided_sources": list(judgement.undecided),
        "failing_per_week": judgement.failing,
        "forged_per_week": judgement.forged,
    }


def show_source(one: SeenSource) -> SourceShown:
    """A sender as JSON."""
    tally = one.tally
    return {
        "name": tally.name,
        "group": tally.group,
        "known": not tally.is_foreign if one.is_marked else None,
        "messages": tally.messages,
        "aligned": tally.aligned,
        "forwarded": tally.forwarded,
        "failing": tally.failing,
        "days": tally.days,
        "last_on": one.last_on,
        "addresses": list(one.addresses),
    }


class Dmarc(ApiView):
    """Read."""

    @operation("dmarc.get", right="domains.read", answers={200: DmarcShown})
    def get(self, request: Request, domain_id: str) -> Response:
        """Read a domain's DMARC policy and what speaks for and against the next step.

        Only reports whose sender is proven count; the evidence is that of four weeks.
        """
        return Response(_plain(show(domain_of(request, domain_id))))


class Policy(CommandView):
    """Change."""

    @operation(
        "dmarc.set_policy",
        right="domains.write",
        takes=NewPolicy,
        answers={200: DmarcShown},
        problems=[DomainNotVerified],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Choose a domain's DMARC policy.

        It is written where we write the domain's DNS; elsewhere the domain's records show the
        value to publish. Any policy can be chosen, whatever the evidence says.
        """
        body = NewPolicy(data=request.data)
        body.is_valid(raise_exception=True)
        domain = domains.set_dmarc_policy(
            actor=actor_of(request),
            domain_id=ids.from_public("dom", str(parts["domain_id"])),
            policy=body.validated_data["policy"],
        )
        return Response(_plain(show(domain)))


class Sources(ApiView):
    """List."""

    @operation(
        "dmarc_sources.list", right="domains.read", answers={200: SourcesShown}, query=[DAYS]
    )
    def get(self, request: Request, domain_id: str) -> Response:
        """List who sends in a domain's name, as receivers report it."""
        domain, days = domain_of(request, domain_id), days_of(request)
        found = evidence.sources(domain.public_id, days=days)
        return Response({"data": [show_source(one) for one in found]})


class Mark(CommandView):
    """Say whose a source is."""

    @operation(
        "dmarc_sources.mark",
        right="domains.write",
        takes=NewMark,
        answers={200: DmarcShown},
        problems=[InvalidSource, TooManySources],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Say whether a sender is the domain's own.

        A known sender's failing mail keeps the next step back; that of one that is none of yours
        does not.
        """
        body = NewMark(data=request.data)
        body.is_valid(raise_exception=True)
        domain = marking.mark_source(
            actor=actor_of(request),
            domain_id=ids.from_public("dom", str(parts["domain_id"])),
            source=body.validated_data["name"],
            is_known=body.validated_data["known"],
        )
        return Response(_plain(show(domain)))


def _plain(shown: DmarcShown) -> dict[str, object]:
    """Dataclasses inside as dictionaries."""
    return {
        **shown,
        "reports": asdict(shown["reports"]),
        "days": [asdict(d) for d in shown["days"]],
    }


urlpatterns = [
    path("domains/<str:domain_id>/dmarc", Dmarc.as_view(), name="api-domain-dmarc"),
    path("domains/<str:domain_id>/dmarc/policy", Policy.as_view(), name="api-domain-dmarc-policy"),
    path("domains/<str:domain_id>/dmarc/sources", Sources.as_view(), name="api-domain-sources"),
    path(
        "domains/<str:domain_id>/dmarc/sources/known",
        Mark.as_view(),
        name="api-domain-source-mark",
    ),
]
