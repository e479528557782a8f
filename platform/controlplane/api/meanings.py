"""What each code of a problem means; the tables of docs/api.md are made of it, and the pages that `type` leads to."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: A status, and in half a sentence what the code says; names of fields stand in backticks.
Meaning = tuple[int, Promise]
#: Of the resellers' API, and of every API.
RESELLERS: Mapping[str, Meaning] = {
    "not_authenticated": (401, _("no key, or one that is unknown, expired or revoked")),
    "not_allowed": (403, _("the key lacks the right")),
    "not_found": (404, _("not there, or not there for you")),
    "malformed": (400, _("not JSON, or not as JSON should be")),
    "api_key.wrong_address": (403, _("the key is not good from this address")),
    "api_key.beyond_maker": (403, _("a key gives no more than it has")),
    "api_key.unknown_scope": (422, _("no right of a key")),
    "api_key.network_invalid": (422, _("no address or range")),
    "api_key.revoked": (409, _("a revoked key is not rotated")),
    "api_key.old_secret": (403, _("a replaced secret makes, rotates and revokes no keys")),
    "api_key.too_many": (
        409,
        _(
            "the key made 50 that are good, or the organisation of the member has 50 that no key made"
        ),
    ),
    "organisation.name_of_reseller": (
        403,
        _("a key of one organisation changes its contact, not its name"),
    ),
    "member.exists": (409, _("a member already, or invited")),
    "member.beyond_role": (
        403,
        _(
            "only an owner deals with owners and administrators, others with fewer rights than their own"
        ),
    ),
    "member.last_owner": (409, _("there has to be an owner")),
    "member.owner_there": (409, _("there is an owner already")),
    "member.not_joined": (409, _("the invitation is still open")),
    "member.already_joined": (409, _("the invitation was accepted")),
    "member.invited_lately": (409, _("sent less than ten minutes ago")),
    "member.too_many_invitations": (
        409,
        _("50 are open, or 100 were sent today, or 3 to this person"),
    ),
    "member.invitation_gone": (404, _("the link was used, replaced or is too old (in the portal)")),
    "reseller.email_invalid": (422, _("no mail address")),
    "invalid_input": (422, _("a field is wrong; see `errors`")),
    "invalid_cursor": (422, _("a cursor that we did not give, or of another order")),
    "conflict": (409, _("not in a state in which this can be done; `detail` says why")),
    "precondition_failed": (412, _("it was changed since you read it; read it again")),
    "idempotency.key_reused": (422, _("the key was used with another request")),
    "host.unknown": (421, _("nothing is served under this host name")),
    "portal.suspended": (403, _("the reseller's portal is closed at the moment")),
    "method_not_allowed": (405, _("not a method of this path; `Allow` says which are")),
    "not_acceptable": (406, _("answers are JSON; `Accept` asks for something else")),
    "unsupported_media_type": (
        415,
        _("bodies are JSON, where rows are sent also CSV; `Content-Type` says something else"),
    ),
    "request_line_too_long": (414, _("path and query have more than 8,000 characters")),
    "headers_too_large": (
        431,
        _("more than 100 header fields, or one of more than 8,000 characters"),
    ),
    "body_too_large": (413, _("more than 1 MB, or 20 MB of messages")),
    "domain.taken": (
        409,
        _(
            "somebody else has proven the domain, or one above or below it, or you added it already; not said by whom"
        ),
    ),
    "domain.invalid": (422, _("no name for a mail domain")),
    "domain.public_suffix": (422, _("a name that others register their domains below")),
    "domain.reserved": (422, _("a name that is nobody's to add")),
    "domain.quarantined": (409, _("somebody else gave it up; kept free until `until`")),
    "domain.in_use": (409, _("there are addresses on it")),
    "domain.suspended_by_operator": (409, _("only the operator lets it go on")),
    "dmarc.source_invalid": (422, _("no name of a sender")),
    "dmarc.too_many_sources": (409, _("500 senders of the domain are marked")),
    "hand_over.open": (409, _("the domain is offered already")),
    "hand_over.too_many": (409, _("20 offers of the giver to this taker are open")),
    "hand_over.ended": (
        409,
        _(
            "the offer was accepted, declined or withdrawn, or is too old, or the giver is suspended"
        ),
    ),
    "hand_over.entangled": (409, _("aliases lead from the domain to others of the giver, or back")),
    "hand_over.to_unknown": (422, _("no portal of this name")),
    "hand_over.code_wrong": (422, _("no offer behind this code")),
    "domain.not_verified": (409, _("prove the ownership first")),
    "dns_update.invalid": (422, _("a way to write DNS, or a part of it, cannot be right")),
    "dns_credential.none": (409, _("nothing to write the domain's zone with")),
    "dns_credential.too_many": (409, _("the organisation has 2,000")),
    "dns_plan.zone_unavailable": (
        503,
        _("the DNS server or provider does not answer as it should now"),
    ),
    "dns_plan.zone_refused": (409, _("it does not let us write this zone")),
    "dns_plan.zone_changed": (409, _("the zone is not as it was planned for: plan again")),
    "dns_plan.expired": (409, _("older than an hour: plan again")),
    "dns_plan.state": (409, _("not in this state of the plan")),
    "dns_plan.busy": (409, _("another plan of the domain is being carried out")),
    "brand.mail_host_invalid": (
        422,
        _("no host name in a domain of your own, or the other kind's"),
    ),
    "brand.mail_host_serves": (
        422,
        _("the name leads to a portal, webmail or another page already"),
    ),
    "mailbox.exists": (409, _("the address is taken")),
    "mailbox.not_invited": (409, _("it has a password already")),
    "mailbox.invited_lately": (409, _("sent less than ten minutes ago")),
    "mailbox.too_many_invitations": (
        409,
        _("10,000 mailboxes were invited to today, or this person 20 times"),
    ),
    "mailbox.invitation_gone": (
        404,
        _("the link was used, replaced or is too old (in the portal)"),
    ),
    "mailbox.local_part": (422, _("no part before the @ that an address can have")),
    "mailbox.password_weak": (422, _("a password that is too short or too common")),
    "app_password.too_many": (409, _("there are 50 already")),
    "alias.exists": (409, _("the address is taken")),
    "alias.target_invalid": (422, _("no mailbox of the same organisation")),
    "alias.loop": (422, _("an alias cannot lead to an alias")),
    "message.sender_refused": (422, _("the From domain is none that the key sees")),
    "message.invalid": (422, _("a field that no message can be made of")),
    "message.header_not_allowed": (
        422,
        _("a header field that we write, or that must not be sent"),
    ),
    "message.too_large": (
        422,
        _("more than 10 MB put together, or 100 MB with all recipients' copies"),
    ),
    "message.too_many_recipients": (422, _("more than 1,000 in one request")),
    "message.none_accepted": (
        422,
        _("no message of a batch was accepted; `errors` says for each why"),
    ),
    "bulk.header_invalid": (
        422,
        _("a header field that a mailing must bring is missing, doubled or malformed"),
    ),
    "bulk.unsubscribe_incomplete": (422, _("a mailing's links to unsubscribe are not whole")),
    "bulk.one_recipient": (422, _("a message of a mailing has several recipients")),
    "hold.invalid": (422, _("a kind, scope, reason or end of a hold that cannot be")),
    "hold.stands": (409, _("a hold of this kind stands on it already")),
    "hold.of_operator": (409, _("the operator placed this hold, and lifts it")),
    "hold.of_reseller": (409, _("the reseller placed this hold, and lifts it")),
    "hold.sending": (409, _("a hold keeps the domain from sending")),
    "hold.deleting": (409, _("a hold keeps this from being deleted")),
    "hold.moving": (409, _("a hold stands on the domain or a mailbox of it: no hand-over")),
    "stream.not_pausable": (409, _("the stream of the portal's own notices always runs")),
    "stream.paused_by_platform": (
        409,
        _(
            "the operator, or what receivers say, paused this stream: it is not the reseller's to resume"
        ),
    ),
    "bulk.domain_not_ready": (
        409,
        _("a mailing's domain lacks an active DKIM key or a DMARC record"),
    ),
    "suppression.address_invalid": (422, _("no address")),
    "suppression.stream_invalid": (422, _("no stream that has suppressions")),
    "webhook.target_invalid": (422, _("no https address on the Internet")),
    "webhook.event_type_unknown": (422, _("not in the catalogue, or none at all")),
    "webhook.too_many": (409, _("there are 20 already")),
    "webhook.disabled": (409, _("it is switched off")),
    "rate_limited": (429, _("too many requests; wait as `Retry-After` says")),
    "rows_invalid": (422, _("rows of a bulk request are wrong; `errors` says which")),
    "job.over": (409, _("it has ended already")),
    "job.too_many": (409, _("20 jobs are unfinished")),
    "plan.limit_reached": (403, _("the plan allows no more")),
    "plan.none": (403, _("there is no plan that would allow it")),
    "unavailable": (503, _("something behind us does not answer; try again")),
    "internal_error": (500, _("our fault; quote the `request_id`")),
}
#: What only the operator's API answers.
OPERATOR: Mapping[str, Meaning] = {
    "reseller.company_invalid": (422, _("no name of a company")),
    "reseller.slug_invalid": (422, _("no beginning of a host name")),
    "reseller.slug_reserved": (422, _("a beginning of a host name that is kept")),
    "reseller.not_active": (409, _("it is pending or suspended")),
    "reseller.slug_taken": (409, _("another reseller has it")),
    "plan.unknown": (422, _("no plan has this key")),
    "plan.exists": (409, _("a plan has this key")),
    "plan.in_use": (409, _("a reseller has the plan, or new ones get it")),
    "egress.source_exists": (409, _("this source is there already")),
    "egress.pool_exists": (409, _("this pool is there already")),
    "egress.last_source": (409, _("mail of a pool would wait; suspending takes `even_the_last`")),
    "egress.pool_unusable": (
        409,
        _("another reseller's alone, or without a source for every provider"),
    ),
}
