"""What receivers and senders report of a domain, and the policies that follow."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from controlplane.portal import day_chart, guard
from controlplane.portal.day_chart import DayChart
from controlplane.portal.wording import sentence
from kernel import clock
from kernel.actor import may
from kernel.errors import ApplicationError
from mailcore.domains import selectors, services
from mailcore.domains.models import Domain
from mailcore.domains.states import DmarcPolicy, DomainState, MtaStsMode
from mailcore.feedback.reports import guide, marking, words
from mailcore.feedback.reports.evidence import DmarcDay, SeenSource, TlsDay
from mailcore.protocol.reports.dmarc_path import WINDOW

#: Of each group so many senders are shown, the largest.
MOST_SHOWN = 20
#: So long after a choice its record may still be on its way into a zone that we write.
_WRITING = timedelta(hours=1)
_ANSWERS = {"yes": True, "no": False, "": None}


@require_safe
@guard.page("domains.read")
def reports(request: HttpRequest, domain_id: UUID) -> HttpResponse:
    """Where the domain stands, who sends in its name, and the next step."""
    domain = selectors.get_seen(domain_id, actor=guard.actor(request))
    dmarc, tls = guide.of_dmarc(domain), guide.of_tls(domain)
    context = {
        "domain": domain,
        "dmarc": dmarc,
        "is_written": _is_written(domain),
        "sentence": words.sentence(dmarc.judgement),
        "consequence": words.consequence(dmarc.judgement),
        "share": words.percent(dmarc.judgement.share),
        "chart": _dmarc_chart(dmarc.seen.days),
        "groups": _groups(dmarc.seen.sources),
        "undecided": dmarc.judgement.undecided,
        "policies": DmarcPolicy.values,
        "tls": tls,
        "tls_sentence": words.sentence(tls.judgement),
        "tls_chart": _tls_chart(tls.seen.days),
        "modes": MtaStsMode.values,
        "may_write": may(guard.actor(request), "domains.write") and _is_verified(domain),
    }
    return render(request, "portal/domain_reports.html", context)


@require_POST
@guard.page("domains.write")
def set_policy(request: HttpRequest, domain_id: UUID) -> HttpResponse:
    """Choose the DMARC policy."""
    policy = request.POST.get("policy", "")
    selectors.get_seen(domain_id, actor=guard.actor(request))
    if policy in DmarcPolicy.values:
        _do(
            request,
            lambda: services.set_dmarc_policy(
                actor=guard.actor(request), domain_id=domain_id, policy=policy
            ),
            done=_("Receivers are asked for p=%(policy)s now.") % {"policy": policy},
        )
    return redirect("domain-reports", domain_id=domain_id)


@require_POST
@guard.page("domains.write")
def set_mode(request: HttpRequest, domain_id: UUID) -> HttpResponse:
    """Choose the MTA-STS mode."""
    mode = request.POST.get("mode", "")
    selectors.get_seen(domain_id, actor=guard.actor(request))
    if mode in MtaStsMode.values:
        _do(
            request,
            lambda: services.set_mta_sts_mode(
                actor=guard.actor(request), domain_id=domain_id, mode=mode
            ),
            done=_("The mode is “%(mode)s” now.") % {"mode": mode},
        )
    return redirect("domain-reports", domain_id=domain_id)


@require_POST
@guard.page("domains.write")
def mark_source(request: HttpRequest, domain_id: UUID) -> HttpResponse:
    """Say whose a sender is."""
    name, known = request.POST.get("name", ""), request.POST.get("known", "")
    selectors.get_seen(domain_id, actor=guard.actor(request))
    if known in _ANSWERS and "\0" not in name:
        _do(
            request,
            lambda: marking.mark_source(
                actor=guard.actor(request),
                domain_id=domain_id,
                source=name,
                is_known=_ANSWERS[known],
            ),
            done=_("Noted."),
        )
    return redirect("domain-reports", domain_id=domain_id)


def _is_written(domain: Domain) -> bool:
    """Whether the policy that was chosen gets into DNS without anybody."""
    chosen_at = domain.dmarc_changed_at
    is_new = chosen_at is not None and clock.now() < chosen_at + _WRITING
    return is_new and selectors.find_credential(domain) is not None


def _do(request: HttpRequest, act: Callable[[], Domain], *, done: str) -> None:
    try:
        act()
    except ApplicationError as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, done)


def _is_verified(domain: Domain) -> bool:
    return domain.state == DomainState.VERIFIED


def _groups(found: Sequence[SeenSource]) -> list[dict[str, object]]:
    """Ours, known and unknown senders, the largest of each; and those that are none of the domain's."""
    titles = {
        "ours": _("Sent from here"),
        "known": _("Known senders"),
        "unknown": _("Unknown senders"),
        "foreign": _("None of yours"),
    }
    sorted_in: dict[str, list[SeenSource]] = {name: [] for name in titles}
    for one in found:
        sorted_in["foreign" if one.tally.is_foreign else one.tally.group].append(one)
    return [
        {
            "name": name,
            "title": titles[name],
            "rows": rows[:MOST_SHOWN],
            "more": max(0, len(rows) - MOST_SHOWN),
        }
        for name, rows in sorted_in.items()
        if rows
    ]


def _dmarc_chart(days: Sequence[DmarcDay]) -> DayChart:
    parts = {
        day.day: [
            ("good", day.aligned),
            ("idle", day.forwarded),
            ("bad", day.failing),
            ("other", day.strangers),
        ]
        for day in days
    }
    return day_chart.draw(parts, last=clock.now().date(), count=WINDOW)


def _tls_chart(days: Sequence[TlsDay]) -> DayChart:
    parts = {day.day: [("good", day.good), ("bad", day.failed)] for day in days}
    return day_chart.draw(parts, last=clock.now().date(), count=WINDOW)
