"""Errors in words: services tell a code and its parameters, people read a sentence."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.errors import ApplicationError

#: Codes whose message names the one thing that is wrong where it was raised.
SPEAK_FOR_THEMSELVES = frozenset({"invalid_input", "conflict"})

WORDS: dict[str, Promise] = {
    "not_allowed": _("Your role does not allow this."),
    "rate_limited": _("This is too much at once. Try again in a moment."),
    "not_found": _("This does not exist here."),
    "reseller.slug_invalid": _(
        "Use 3 to 32 characters: the letters a to z, digits and single hyphens, "
        "beginning and ending with a letter or digit."
    ),
    "reseller.slug_reserved": _("This name is reserved. Please choose another one."),
    "reseller.slug_taken": _("This name is already in use. Please choose another one."),
    "reseller.not_active": _("This portal is not open yet, or was closed."),
    "reseller.company_invalid": _("Enter the name of your company, without web addresses."),
    "reseller.email_invalid": _("Enter a complete e-mail address, such as name@example.com."),
    "reseller.password_weak": _("Choose a longer or less common password."),
    "sign_up.invalid": _("Please check the marked fields."),
    "sign_up.not_found": _("This link is not valid. Copy it completely from the mail."),
    "sign_up.expired": _("This link is older than 24 hours. Please sign up again."),
    "brand.colour_invalid": _("Write the colour as # and six digits, such as #2f5d8a."),
    "brand.product_name_invalid": _("Enter a name of 1 to 60 characters."),
    "brand.mail_host_invalid": _(
        "Enter a host name in a domain of your own, such as mail.example.com, another for each field."
    ),
    "brand.mail_host_serves": _(
        "This name leads to a portal, webmail or another page already. Choose one that leads nowhere yet."
    ),
    "brand.logo_invalid": _("This picture cannot be used. Upload an SVG or PNG of at most 100 kB."),
    "domain.invalid": _("Enter a domain name such as example.com."),
    "domain.public_suffix": _(
        "Domains are registered below this name. Enter the whole name, such as example.com."
    ),
    "domain.reserved": _("This name is reserved and cannot be added."),
    "domain.taken": _("This domain, or one above or below it, is already in use here."),
    "domain.not_verified": _("Publish the proof of ownership of this domain first."),
    "domain.quarantined": _(
        "This domain was given up here not long ago and is kept free for a while. "
        "Ask us if it is yours."
    ),
    "domain.in_use": _("There are still addresses on this domain. Delete them first."),
    "domain.suspended_by_operator": _(
        "This domain was suspended by the platform. Write to us, so that we look at it again."
    ),
    "hand_over.open": _("This domain is offered already. Withdraw that offer first."),
    "hand_over.too_many": _(
        "There are 20 open offers between you and this reseller. Some have to end first."
    ),
    "hand_over.ended": _("This offer is over."),
    "hand_over.entangled": _(
        "Aliases lead from this domain to others, or from others to it. They have to be changed "
        "before."
    ),
    "hand_over.to_unknown": _("No other portal has this host name."),
    "hand_over.code_wrong": _("This code is not valid, or was used already."),
    "dns_update.invalid": _("The DNS server, the key or the token is not valid."),
    "dns_credential.none": _("First choose how this domain's DNS is written."),
    "dns_credential.too_many": _("This organisation has too many keys for DNS: remove some."),
    "dns_plan.zone_unavailable": _("The DNS server does not answer as it should: %(reason)s"),
    "dns_plan.zone_refused": _("The DNS server does not let us write this zone: %(reason)s"),
    "dns_plan.zone_changed": _("The zone was changed since: look at what would change now."),
    "dns_plan.expired": _("This is too old: look at what would change now."),
    "dns_plan.state": _("That cannot be done any more."),
    "dns_plan.busy": _("Records of this domain are being written: wait a moment."),
    "mailbox.exists": _("This address is already in use."),
    "app_password.too_many": _("There are 50 app passwords already. Delete one first."),
    "alias.exists": _("This address is already in use."),
    "alias.target_invalid": _("An alias leads to mailboxes of the same organisation."),
    "alias.loop": _("An alias cannot lead to an alias: name the mailboxes themselves."),
    "mailbox.local_part": _(
        "Use letters and digits, with single dots, hyphens or underscores between them."
    ),
    "mailbox.password_weak": _("Use at least 10 characters, and no common password."),
    "mailbox.not_invited": _("This mailbox has a password already."),
    "mailbox.invited_lately": _("The mail was sent a moment ago. Wait ten minutes."),
    "mailbox.too_many_invitations": _("Too many invitations were sent today. Wait until tomorrow."),
    "mailbox.invitation_gone": _("This link was used, replaced or is too old."),
    "suppression.address_invalid": _("This is not a complete e-mail address."),
    "suppression.stream_invalid": _("Choose one of the streams of automatic mail, or none."),
    "bulk.one_recipient": _("Send one message to each recipient of a mailing."),
    "bulk.header_invalid": _("A header field of this message is missing, doubled or malformed."),
    "bulk.unsubscribe_incomplete": _(
        "Give an https address in List-Unsubscribe, with List-Unsubscribe-Post beside it, or neither."
    ),
    "bulk.domain_not_ready": _(
        "Mailings need a verified domain with an active DKIM key and a DMARC record."
    ),
    "hold.invalid": _("A part of this hold is not valid."),
    "hold.stands": _("A hold of this kind stands on it already."),
    "hold.of_operator": _("We placed this hold. Write to us, so that we look at it."),
    "hold.of_reseller": _("The reseller placed this hold; only they lift it."),
    "hold.sending": _("Sending is on hold for this domain."),
    "hold.deleting": _("A hold keeps this from being deleted."),
    "hold.moving": _("A hold stands on this domain or a mailbox of it: it stays here."),
    "stream.not_pausable": _("Notices of the portal itself cannot be paused."),
    "stream.paused_by_platform": _("We paused this stream. Write to us, so that we look at it."),
    "message.invalid": _("A field of this message is not acceptable."),
    "message.header_not_allowed": _("This header field cannot be added."),
    "message.sender_refused": _("Send from a verified domain of this portal."),
    "message.too_many_recipients": _("Name at most 1,000 recipients at once."),
    "message.too_large": _("Make this message smaller."),
    "message.none_accepted": _("None of these messages was accepted."),
    "webhook.target_invalid": _(
        "Enter an https address that can be reached on the Internet, such as "
        "https://hooks.example.com/mail."
    ),
    "webhook.event_type_unknown": _("Choose at least one event."),
    "webhook.too_many": _("There are as many webhooks as there can be. Remove one first."),
    "webhook.disabled": _("This webhook is switched off. Switch it on first."),
    "dmarc.source_invalid": _("Choose one of the senders that the page shows."),
    "dmarc.too_many_sources": _("As many senders are marked as there can be. Take some back."),
    "api_key.unknown_scope": _("A key cannot have this right."),
    "api_key.network_invalid": _(
        "Write each address or range like 192.0.2.7 or 192.0.2.0/24, at most 20 of them."
    ),
    "api_key.revoked": _("This key was revoked. Make a new one."),
    "api_key.old_secret": _("This secret was replaced. Use the new one."),
    "api_key.too_many": _("There are as many keys as there can be. Revoke one first."),
    "organisation.name_of_reseller": _("The name of an organisation is its reseller's to change."),
    "member.exists": _("This person is a member already, or invited."),
    "member.last_owner": _("There has to be an owner. Make somebody else one first."),
    "member.owner_there": _("Somebody owns this portal already."),
    "member.not_joined": _("This person has not accepted the invitation yet."),
    "member.already_joined": _("This person has accepted the invitation already."),
    "member.too_many_invitations": _(
        "Too many invitations are open, or were sent today. Take some back, or wait until tomorrow."
    ),
    "member.invited_lately": _("The mail was sent a moment ago. Wait ten minutes."),
    "member.beyond_role": _("Only an owner changes owners and administrators."),
    "member.invitation_gone": _("This link was used, replaced or is too old."),
    "rows_invalid": _("Some rows are not as they should be; nothing was begun."),
    "job.over": _("This job has ended already."),
    "job.too_many": _("Too many jobs are waiting. Let one of them end."),
    "plan.limit_reached": _("Your plan's limit is reached."),
    "plan.none": _("This portal has no plan yet. Please try again in a moment."),
    "egress.source_exists": _("This source is there already."),
    "egress.pool_exists": _("This pool is there already."),
    "egress.last_source": _("It is the last source that sends for a pool: that mail would wait."),
    "egress.pool_unusable": _(
        "This pool is another reseller's alone, or has no source for every provider."
    ),
    "plan.exists": _("There is a plan with this key already."),
    "plan.in_use": _("Resellers have this plan, or new ones get it."),
    "plan.unknown": _("There is no plan with this key."),
    "billing.not_subscribed": _("This reseller has no price list yet."),
    "billing.price_missing": _("The price list has no price for something that was used."),
    "billing.nothing_to_bill": _("Nothing was used yet, so there is no invoice."),
}

#: More exactly, by code and reason.
_REASONS: dict[tuple[str, str], Promise] = {
    ("reseller.password_weak", "password_too_short"): _("Use at least 10 characters."),
    ("reseller.password_weak", "password_too_long"): _("Use at most 128 characters."),
    ("reseller.password_weak", "password_too_common"): _(
        "This password is on lists of common passwords."
    ),
    ("brand.logo_invalid", "size"): _("The file is larger than 100 kB or empty."),
    ("brand.logo_invalid", "dimensions"): _("The picture is wider or higher than 4,000 pixels."),
    ("brand.logo_invalid", "doctype"): _(
        "SVG files with a document type are not accepted. Export it as plain SVG."
    ),
    ("brand.logo_invalid", "svg"): _("This is not an SVG or PNG file that we can read."),
    ("brand.logo_invalid", "empty"): _(
        "Nothing of this SVG can be shown safely. Export it as plain shapes."
    ),
    ("domain.invalid", "ip_address"): _("Enter a domain name, not an IP address."),
    ("domain.invalid", "too_long"): _("This name is too long."),
    ("mailbox.local_part", "local_too_long"): _("Use at most 64 characters."),
    ("webhook.target_invalid", "scheme"): _("The address has to begin with https://."),
    ("webhook.target_invalid", "form"): _(
        "Write the address without a user name, spaces or a part after #."
    ),
    ("webhook.target_invalid", "port"): _("Use port 443, or one from 1024 on."),
    ("webhook.target_invalid", "private"): _("This address is not on the Internet."),
    ("webhook.target_invalid", "too_long"): _("Use at most 1,000 characters."),
}


def sentence(error: ApplicationError) -> str:
    """What a person reads for an error."""
    reasons = error.detail.get("reasons")
    named = reasons if isinstance(reasons, list) else [error.detail.get("reason")]
    known_reasons = [_REASONS.get((error.code, str(one))) for one in named]
    told = [str(words) for words in known_reasons if words is not None]
    if told:
        return " ".join(told)
    known = str(WORDS.get(error.code, error.message))
    return known % error.detail if "%(" in known else known
