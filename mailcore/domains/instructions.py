"""Codes into sentences, in the reader's language: what to do about a record."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n_

from mailcore.protocol import spf
from mailcore.protocol.dns_records import SPF, Record
from mailcore.protocol.verdicts import Outcome

_SENTENCES = {
    "ownership.missing": n_("Add this TXT record to show that the domain is yours."),
    "ownership.other": n_("Another ownership value stands here: replace it by this one."),
    "mx.missing": n_("Add this MX record so that mail for the domain arrives here."),
    "mx.null": n_("The domain says that it takes no mail: replace the empty MX by this one."),
    "mx.other": n_("Mail still goes to %(found)s: replace that MX record when you move."),
    "mx.mixed": n_("Remove the other MX records (%(found)s): they take part of the mail."),
    "spf.missing": n_("Add this TXT record so that receivers accept mail sent from here."),
    "spf.several": n_("There are several SPF records, so none counts: keep only this one."),
    "spf.not_included": n_("Change your SPF record to this value: it adds our servers to yours."),
    "spf.too_many_lookups": n_("Your SPF record asks for more than ten look-ups: shorten it."),
    "dkim.missing": n_("Add this TXT record so that receivers can check our signature."),
    "dkim.several": n_("Several keys stand at this name: keep only this one."),
    "dkim.revoked": n_("The key at this name is empty: replace it by this one."),
    "dkim.other_key": n_("Another key stands at this name: replace it by this one."),
    "dkim.still_shown": n_("This key was withdrawn: replace its record by this one at once."),
    "dkim.withdrawn": n_("This key was withdrawn: add this empty record to say so."),
    "dmarc.missing": n_("Add this TXT record to tell receivers how to treat forged mail."),
    "dmarc.several": n_("There are several DMARC records, so none counts: keep only one."),
    "dmarc.invalid": n_("The DMARC record has no valid policy (p=): replace it by this one."),
    "servers.silent": n_("None of the domain's name servers answered; we try again soon."),
    "servers.private": n_("The domain's name servers have private addresses; nobody can ask them."),
    "servers.unreachable": n_("The domain's name servers could not be found; we try again soon."),
    "servers.slow": n_("The domain's name servers answer too slowly; we try again soon."),
    "servers.disagree": n_("The name servers say different things; a change may be on its way."),
}

_UPDATES = {
    "waiting": n_("The records are being written."),
    "ok": n_("The records were written."),
    "partly": n_("Some records were left alone because others stand in their place; see below."),
    "dns_update.refused": n_("The DNS server refused the change: allow this key to update it."),
    "dns_update.bad_key": n_("The DNS server does not accept this key: check name and secret."),
    "dns_update.bad_time": n_("The DNS server's clock is wrong, so it refused the signature."),
    "dns_update.not_zone": n_("This DNS server does not hold the domain's zone."),
    "dns_update.timeout": n_("The DNS server did not answer in time."),
    "dns_update.unreachable": n_("The DNS server could not be reached."),
    "dns_update.server_failed": n_("The DNS server failed while it made the change."),
    "dns_update.changed": n_("The zone was changed at the same moment; we try again soon."),
    "dns_update.malformed": n_("The DNS server's answer could not be understood."),
    "dns_update.unsigned": n_("The DNS server did not sign its answer: does it hold this zone?"),
    "dns_update.address_not_allowed": n_("The DNS server has a private address."),
    "dns_update.unknown_host": n_("The DNS server's name was not found."),
}


def sentence(record: Record, *, verdict: str, code: str, found: Sequence[str]) -> str:
    """What to do about a record, as one sentence."""
    if code in _SENTENCES:
        return _(_SENTENCES[code]) % {"found": ", ".join(_others(record, found)) or "-"}
    if verdict == Outcome.MATCH:
        return _("All is well.")
    return _("Publish this record; we look for it in a moment.")


def update_sentence(code: str) -> str:
    """How a DNS update ended, as one sentence."""
    return _(_UPDATES.get(code, _UPDATES["dns_update.refused"]))


def value_to_publish(record: Record, *, code: str, found: Sequence[str]) -> str:
    """The value to copy: for SPF the client's own record with ours merged into it."""
    if record.purpose != SPF or code not in {"spf.not_included", "spf.several"}:
        return record.value
    include = record.value.split("include:")[1].split()[0]
    return spf.merge(next(value for value in found if spf.is_spf(value)), include)


def _others(record: Record, found: Sequence[str]) -> list[str]:
    """The found values that are not the expected one, MX without priorities."""
    values = [value.split()[-1] if record.type == "MX" else value for value in found]
    return [value for value in values if value != record.value]
