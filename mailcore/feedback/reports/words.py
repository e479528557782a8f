"""Judgements as sentences, in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n_
from django.utils.translation import ngettext

from mailcore.protocol.reports.dmarc_path import MIN_DAYS, MIN_MESSAGES, MIN_SPAN, Judgement
from mailcore.protocol.reports.sts_path import TlsJudgement

_SENTENCES = {
    "dmarc.no_data": n_("No report about your own mail has arrived yet. Receivers send one a day."),
    "dmarc.too_little": n_(
        "There is too little to judge by: we want reports of %(span)d days, on %(days)d of them at"
        " least, and of %(messages)d messages."
    ),
    "dmarc.settling": n_("The policy was changed less than a week ago: let it stand for a while."),
    "dmarc.failing": n_("Not yet: %(share)s of your own senders' mail passes."),
    "dmarc.undecided": n_("Not yet: say first whether the unknown senders below are yours."),
    "dmarc.ready": n_("Ready: %(share)s of your own senders' mail passes."),
    "dmarc.done": n_("Receivers refuse forged mail. There is no further step."),
    "mta_sts.can_test": n_("Begin with testing: nothing is refused, senders report what fails."),
    "mta_sts.no_data": n_("No sender has reported on TLS since testing began."),
    "mta_sts.too_little": n_(
        "There is too little to judge by: we want reports of %(span)d days, on %(days)d of them at"
        " least, and of %(messages)d sessions."
    ),
    "mta_sts.failing": n_("Not yet: %(share)s of the sessions fail."),
    "mta_sts.ready": n_("Ready: %(share)s of the sessions fail."),
    "mta_sts.done": n_("Senders insist on TLS and our certificate. There is no further step."),
}


def sentence(judgement: Judgement | TlsJudgement) -> str:
    """Whether the next step may be taken, and why."""
    return _(_SENTENCES[judgement.code]) % {
        "share": percent(judgement.share),
        "span": MIN_SPAN,
        "days": MIN_DAYS,
        "messages": MIN_MESSAGES,
    }


def consequence(judgement: Judgement) -> str:
    """What the next step would do today; empty where nothing is known, or no step is left."""
    if judgement.next_policy is None or judgement.share is None:
        return ""
    policy = judgement.next_policy
    if not judgement.failing_sources:
        return _("If you publish p=%(policy)s today, none of your own mail fails.") % {
            "policy": policy
        }
    sources = len(judgement.failing_sources)
    return _("If you publish p=%(policy)s today, %(sources)s and %(messages)s a week fail.") % {
        "policy": policy,
        "sources": ngettext("one source", "%(n)d sources", sources) % {"n": sources},
        "messages": ngettext("one message", "%(n)d messages", judgement.failing)
        % {"n": judgement.failing},
    }


def percent(share: float | None) -> str:
    """A share with as many digits as matter; never 100 % of what is not all."""
    if share is None:
        return "-"
    if share in (0.0, 1.0):
        return f"{share:.0%}"
    return f"{min(max(share, 0.001), 0.999):.1%}"
