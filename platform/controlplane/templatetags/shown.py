"""Codes and amounts as people read them."""

from decimal import Decimal
from uuid import UUID

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from kernel import ids
from mailcore.protocol.reports.senders import SERVICE_NAMES

register = template.Library()

#: code → (words, kind of badge, sign).
_STATES: dict[str, tuple[Promise, str, str]] = {
    "pending": (_("Pending"), "warn", "…"),
    "running": (_("Running"), "good", "✓"),
    "paused": (_("Paused"), "warn", "!"),
    "retiring": (_("On its way out"), "idle", "…"),
    "retired": (_("Destroyed"), "idle", "✕"),
    "active": (_("Active"), "good", "✓"),
    "inactive": (_("Shut out"), "bad", "✕"),
    "invited": (_("Invited"), "warn", "…"),
    "verified": (_("Verified"), "good", "✓"),
    "suspended": (_("Suspended"), "bad", "✕"),
    "revoked": (_("Revoked"), "idle", "✕"),
    "expired": (_("Expired"), "idle", "✕"),
    "offered": (_("Offered"), "warn", "…"),
    "accepted": (_("Accepted"), "good", "✓"),
    "declined": (_("Declined"), "idle", "✕"),
    "withdrawn": (_("Taken back"), "idle", "✕"),
    "match": (_("Correct"), "good", "✓"),
    "missing": (_("Missing"), "bad", "✕"),
    "conflict": (_("Needs a change"), "warn", "!"),
    "unknown": (_("Could not check"), "idle", "?"),
    "enabled": (_("On"), "good", "✓"),
    "disabled": (_("Off"), "bad", "✕"),
    "failing": (_("Failing"), "warn", "!"),
    "waiting": (_("Waiting"), "idle", "…"),
    "delivered": (_("Delivered"), "good", "✓"),
    "failed": (_("Failed"), "bad", "✕"),
    "unchecked": (_("Not checked yet"), "idle", "…"),
    "ready": (_("Ready for the next step"), "good", "✓"),
    "not_yet": (_("Not yet"), "warn", "!"),
    "no_data": (_("Too little known"), "idle", "…"),
    "done": (_("Strict"), "good", "✓"),
    "planned": (_("Planned"), "idle", "…"),
    "applying": (_("Being written"), "idle", "…"),
    "applied": (_("Written"), "warn", "…"),
    "undoing": (_("Being taken back"), "idle", "…"),
    "undone": (_("Undone"), "idle", "✕"),
    "added": (_("Added"), "good", "+"),
    "changed": (_("Changed"), "warn", "±"),
    "removed": (_("Removed"), "bad", "−"),
}

#: What people may do, the most first.
ROLES: dict[str, Promise] = {
    "owner": _("Owner: everything"),
    "admin": _("Administrator: everything but changing owners and administrators"),
    "support": _("Support: see everything, look after mailboxes"),
    "billing": _("Billing: see usage and invoices"),
    "read_only": _("Observer: see everything, change nothing"),
}

_METERS: dict[str, Promise] = {
    "mailbox_days": _("Mailbox days"),
    "messages_sent": _("Messages sent"),
}

_PURPOSES: dict[str, Promise] = {
    "lapsed": _("The whole domain"),
    "ownership": _("Proof that the domain is yours"),
    "mx": _("Where mail arrives (MX)"),
    "spf": _("Who may send (SPF)"),
    "dmarc": _("How to treat forged mail (DMARC)"),
    "dkim-rsa": _("Signature key (DKIM, RSA)"),
    "dkim-ed25519": _("Signature key (DKIM, Ed25519)"),
    "return-path": _("Where bounces come back"),
    "return-path-spf": _("Who may send bounces' mail (SPF)"),
    "mta-sts": _("TLS must hold (MTA-STS)"),
    "mta-sts-host": _("Where the TLS policy is read"),
    "tls-rpt": _("Reports of failed TLS"),
    "autoconfig": _("Settings for Thunderbird and others"),
    "autodiscover": _("Settings for Outlook"),
    "srv": _("Servers for mail programs (SRV)"),
}

_NEEDS: dict[str, Promise] = {
    "required": _("Needed"),
    "recommended": _("Recommended"),
    "optional": _("Optional"),
}

#: What an address does not get: of one stream, or ('') of both that programs send.
KEPT_BACK: dict[str, Promise] = {
    "": _("Mailings and automatic mail"),
    "bulk": _("Mailings"),
    "transactional": _("Automatic mail"),
    "system": _("Notices of this portal"),
}

STREAMS: dict[str, Promise] = {
    "mailbox": _("Letters from mailboxes"),
    "transactional": _("Automatic mail"),
    "bulk": _("Mailings"),
    "system": _("Notices of this portal"),
}

#: state of a message's recipient, or outcome of a try → words, kind of badge, sign.
_MAIL: dict[str, tuple[Promise, str, str]] = {
    "queued": (_("Under way"), "idle", "…"),
    "held": (_("Held back"), "warn", "!"),
    "delivered": (_("Delivered"), "good", "✓"),
    "deferred": (_("Put off"), "warn", "…"),
    "bounced": (_("Bounced"), "bad", "✕"),
    "suppressed": (_("Suppressed"), "warn", "!"),
    "expired": (_("Expired"), "bad", "✕"),
    "cancelled": (_("Cancelled"), "idle", "✕"),
}
MAIL_STATES: dict[str, Promise] = {code: words for code, (words, *_rest) in _MAIL.items()}

#: Why a message waits or ended, where we say it by a code; what servers say is shown as it is.
_MAIL_REASONS: dict[str, Promise] = {
    "limit.messages": _("Its mailbox sent as many messages as a day allows. The rest follows."),
    "limit.recipients": _("Its mailbox wrote to as many people as a day allows. The rest follows."),
    "limit.new_recipients": _(
        "Its mailbox wrote to as many strangers as a day allows. The rest follows."
    ),
    "expired": _("Nobody could try it any more before its time was up."),
    "poison": _("Trying it failed again and again. The platform's staff looks at it."),
}

_PAUSED_BY: dict[str, Promise] = {
    "operator": _("by the platform"),
    "signals": _("because of what receivers say"),
    "reseller": _("by you"),
}

_ON_HOLD: dict[str, Promise] = {
    "send": _("does not send"),
    "receive": _("takes no mail for now"),
    "login": _("nobody logs in"),
    "delete": _("is not deleted"),
}

_HELD_BY: dict[str, Promise] = {
    "operator": _("The platform placed this hold and lifts it."),
    "reseller": _("You placed this hold."),
}

_SUPPRESSION_REASONS: dict[str, Promise] = {
    "hard_bounce": _("No such mailbox"),
    "quota": _("The mailbox was full again and again"),
    "complaint": _("Its reader called it spam"),
    "unsubscribed": _("Its reader unsubscribed"),
    "manual": _("Added by hand"),
}

#: Senders that reports name by a code; others by a domain or an address.
_SENDERS: dict[str, Promise] = {
    "": _("All others"),
    "ours": _("Our servers"),
}

#: Currencies without a smaller unit (ISO 4217).
_WHOLE = frozenset({"JPY", "KRW", "CLP", "ISK", "VND"})


@register.simple_tag
def state_badge(code: str) -> SafeString:
    """A state or verdict: sign, words and colour."""
    return _badge(*_STATES.get(str(code), (str(code), "idle", "·")))


def _badge(words: str | Promise, kind: str, sign: str) -> SafeString:
    return format_html(
        '<span class="badge badge-{}"><span aria-hidden="true">{}</span> {}</span>',
        kind,
        sign,
        words,
    )


@register.simple_tag
def mail_badge(code: str) -> SafeString:
    """Where a recipient's message stands, or how a try ended."""
    return _badge(*_MAIL[code])


@register.filter
def mail_reason(text: str) -> str:
    """Why a message waits or ended."""
    return str(_MAIL_REASONS.get(text, text))


@register.filter
def role_name(code: str) -> str:
    """A role, without what it may do."""
    return str(ROLES.get(code, code)).partition(":")[0]


@register.filter
def meter(code: str) -> str:
    """What a meter counts."""
    return str(_METERS.get(code, code.replace("_", " ")))


@register.filter
def purpose(code: str) -> str:
    """What a DNS record is for."""
    return str(_PURPOSES.get(code, code.replace("_", " ")))


@register.filter
def record_need(code: str) -> str:
    """What a domain lacks without a record, as the title of a group."""
    return str(_NEEDS.get(code, code))


@register.filter
def kept_back(stream: str) -> str:
    """What a suppressed address does not get."""
    return str(KEPT_BACK.get(stream, stream))


@register.filter
def on_hold(scope: str) -> str:
    """What something does not do because of a hold."""
    return str(_ON_HOLD.get(scope, scope))


@register.filter
def held_by(side: str) -> str:
    """Who placed a hold."""
    return str(_HELD_BY.get(side, side))


@register.filter
def stream_name(stream: str) -> str:
    """A kind of mail."""
    return str(STREAMS.get(stream, stream))


@register.filter
def paused_by(side: str) -> str:
    """Who let a stream stand still."""
    return str(_PAUSED_BY.get(side, side))


@register.filter
def suppression_reason(code: str) -> str:
    """Why an address gets no mail."""
    return str(_SUPPRESSION_REASONS.get(code, code.replace("_", " ")))


@register.filter
def sender_name(name: str) -> str:
    """Who sends in a domain's name."""
    if name in _SENDERS:
        return str(_SENDERS[name])
    return SERVICE_NAMES.get(name, name)


@register.filter
def within(name: str, zone: str) -> str:
    """A record's name as those enter it whose provider adds the zone's: `@` at its top."""
    return "@" if name == zone else name.removesuffix(f".{zone}")


@register.filter
def unlocalised(number: float) -> str:
    """A number as SVG wants it, whatever the reader's language."""
    return f"{number:g}"


@register.filter
def quantity(value: Decimal) -> str:
    """A count without idle zeros: 12, 1,204 or 0.5."""
    return _trimmed(f"{value:,.4f}")


@register.filter
def money(minor: int, currency: str) -> str:
    """An amount in minor units: 1234 EUR → 12.34 EUR."""
    digits = 0 if currency in _WHOLE else 2
    return f"{Decimal(minor).scaleb(-digits):,.{digits}f} {currency}"


@register.filter
def unit_price(minor: Decimal, currency: str) -> str:
    """A price per unit, with as many digits as it needs."""
    digits = 0 if currency in _WHOLE else 2
    whole, _, rest = f"{Decimal(minor).scaleb(-digits):,.8f}".partition(".")
    rest = rest.rstrip("0").ljust(digits, "0")
    return f"{whole}.{rest} {currency}" if rest else f"{whole} {currency}"


@register.filter
def public_id(value: UUID, prefix: str) -> str:
    """`dom_…` and its kin."""
    return ids.to_public(prefix, value)


def _trimmed(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number
