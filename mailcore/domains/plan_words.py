"""Codes of plans into sentences, in the reader's language."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n_

from mailcore.domains.instructions import update_sentence

_SENTENCES = {
    "dns_plan.stands": n_("This record is there already; it stays as it is."),
    "dns_plan.not_ours": n_("This is not ours; it stays as it is."),
    "dns_plan.replaces": n_("These records of somebody else will be removed: %(values)s"),
    "dns_plan.in_the_way": n_(
        "This record cannot be added as long as others stand there: %(values)s"
    ),
    "dns_plan.unsupported_record": n_(
        "We cannot write this record at this provider; add it there by hand: %(values)s"
    ),
    "name.is_alias": n_("This name is an alias (CNAME), and nothing can stand beside one."),
    "alias.not_alone": n_("Other records stand at this name; an alias (CNAME) must stand alone."),
    "alias.other": n_("This name is an alias (CNAME) for another one already."),
    "mx.other": n_(
        "Mail goes to another provider's server; we remove that only when you ask for it."
    ),
    "mx.mixed": n_(
        "Part of the mail goes to another provider; we remove that only when you ask for it."
    ),
    "mx.null": n_(
        "The domain says that it takes no mail; we remove that only when you ask for it."
    ),
    "dns_plan.changed": n_(
        "The zone was changed in the meantime, so nothing was written: make a new plan."
    ),
    "dns_plan.ignored": n_("The DNS server said yes, but did not make every change."),
    "dns_plan.not_visible": n_("Not every name server of the domain shows the changes yet."),
    "dns_plan.servers_silent": n_("Not every name server of the domain answers."),
    "dns_plan.servers_unreachable": n_("The domain's name servers could not be found."),
    "dns_plan.touched_since": n_("This was changed since; it stays as it is."),
    "dns_plan.taken_since": n_("Another record stands at this name now; it stays as it is."),
    "dns_credential.none": n_("The key to write this zone is gone: hand in another one."),
}
_STATES = {
    "planned": n_("Nothing is changed yet."),
    "applying": n_("The records are being written."),
    "applied": n_("The records are written; now we look for them at every name server."),
    "verified": n_("Every name server shows the records."),
    "undoing": n_("What stood before is being put back."),
    "undone": n_("What stood before is back."),
    "failed": n_("The plan was not carried out in full."),
}
_TESTED = {
    "rfc2136": n_("The DNS server takes this key for the domain's zone."),
    "lexicon": n_(
        "The provider shows the zone with this token; whether it may change it, writing will tell."
    ),
}
_OTHERS = n_("Somebody else's record stands in its place; we remove it only when you ask for it.")


def plan_sentence(state: str, code: str) -> str:
    """How far a plan is, or why it failed, as one sentence."""
    if not code:
        return _(_STATES[state])
    return _(_SENTENCES[code]) if code in _SENTENCES else update_sentence(code)


def left_sentence(code: str) -> str:
    """Why values are left alone, as one sentence."""
    return _(_SENTENCES.get(code, _OTHERS))


def warning_sentence(code: str, values: Sequence[str]) -> str:
    """What should be known before a plan is applied, as one sentence."""
    return _(_SENTENCES[code]) % {"values": ", ".join(values)}


def tested_sentence(kind: str, code: str) -> str:
    """How the last test of a credential ended, as one sentence; empty before the first."""
    if code == "ok":
        return _(_TESTED[kind])
    return update_sentence(code) if code else ""
