"""Codes into sentences, in the reader's language: what to do about a record."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n_

from mailcore.domains.sentences import SENTENCES
from mailcore.domains.to_publish import others_in_place
from mailcore.protocol.dns_records import Record
from mailcore.protocol.verdicts import Outcome

_UPDATES = {
    "waiting": n_("The records are being written."),
    "ok": n_("The records were written."),
    "partly": n_("Some records were left alone because others stand in their place; see below."),
    "by_hand": n_("The provider does not take every record from us: add the rest by hand."),
    "dns_update.refused": n_("The DNS server refused the change: allow this key to update it."),
    "dns_update.bad_key": n_(
        "The DNS server does not accept this key: check name, secret and rights."
    ),
    "dns_update.bad_time": n_("The DNS server's clock is wrong, so it refused the signature."),
    "dns_update.not_zone": n_("This DNS server does not hold the domain's zone."),
    "dns_update.timeout": n_("The DNS server did not answer in time."),
    "dns_update.unreachable": n_("The DNS server could not be reached."),
    "dns_update.server_failed": n_("The DNS server failed while it made the change."),
    "dns_update.changed": n_("The zone was changed at the same moment; we try again soon."),
    "dns_update.malformed": n_("The DNS server's answer could not be understood."),
    "dns_update.unsigned": n_("The DNS server did not sign its answer: does it hold this zone?"),
    "dns_update.address_not_allowed": n_("The DNS server has a private address."),
    "dns_credential.none": n_("There is no key to write this domain's DNS with."),
    "provider.bad_key": n_(
        "The provider does not know this key: it is mistyped, expired or revoked. Hand in a new one."
    ),
    "provider.no_right": n_(
        "The provider knows this key, but does not allow this with it: give it the rights that the "
        "form names, for this zone, and our addresses where it is bound to addresses."
    ),
    "provider.not_zone": n_(
        "The account of this key has no zone for this domain: is it the right account?"
    ),
    "provider.rate_limited": n_(
        "The provider takes no more requests for now; what is being written goes on by itself."
    ),
    "provider.failed": n_("The provider's interface has a fault of its own now; try again later."),
    "provider.timeout": n_("The provider's interface did not answer in time."),
    "provider.unreachable": n_("The provider's interface could not be reached."),
    "provider.refused": n_("The provider refused a record; what was done before is listed."),
    "provider.malformed": n_("The provider's answer could not be understood."),
    "provider.unsupported_record": n_(
        "This provider does not take such a record from us: make a new plan, and add it by hand."
    ),
    "dns_plan.changed": n_("The zone was changed at the same moment; we try again soon."),
    "dns_plan.ignored": n_("The DNS server said yes, but did not make every change."),
    "dns_plan.not_visible": n_("Not every name server of the domain shows the changes yet."),
    "dns_plan.servers_silent": n_("Not every name server of the domain answers."),
    "dns_plan.servers_unreachable": n_("The domain's name servers could not be found."),
    "dns_update.unknown_host": n_("The DNS server's name was not found."),
}


def sentence(
    record: Record, *, verdict: str, code: str, found: Sequence[str], params: Mapping[str, str]
) -> str:
    """What to do about a record, as one sentence."""
    words = SENTENCES.get(code)
    if words is not None:
        others = ", ".join(others_in_place(record.purpose, record.value, found=found))
        return _(words) % {"found": others or "-", **params}
    if verdict == Outcome.MATCH:
        return _("All is well.")
    return _("Publish this record; we look for it in a moment.")


def update_sentence(code: str) -> str:
    """How a DNS update ended, as one sentence."""
    return _(_UPDATES.get(code, _UPDATES["dns_update.refused"]))
