"""The event types that an endpoint can ask for. Within a version of the API they are only added."""

#: Sent on demand, to one endpoint, whatever it asks for.
TEST = "webhook.test"

#: type → what happened, as the documents say it.
CATALOGUE: dict[str, str] = {
    "organisation.created": "an organisation was added",
    "organisation.changed": "an organisation has another name or contact",
    "member.invited": "somebody was invited to the portal, or sent the link again",
    "member.joined": "somebody who was invited has chosen a password",
    "member.changed": "a member has another role or name, was shut out or let in again",
    "member.removed": "a member or an invitation was removed",
    "domain.added": "a domain was added; its ownership is not proven yet",
    "domain.verified": "a domain is ours to serve: mail is received and sent",
    "domain.suspended": "a domain was switched off: no mail is received or sent",
    "domain.resumed": "a suspended domain is looked at again; it is verified when its proof stands",
    "domain.lapsed": "nothing in DNS leads here any more: a verified domain is pending again",
    "domain.released": "a domain was given up",
    "domain.handed_over": "a domain went to another reseller, or came from one",
    "hand_over.offered": "a domain is offered to another reseller, or was offered to you",
    "hand_over.withdrawn": "an offer of a domain was taken back",
    "hand_over.declined": "an offer of a domain was declined",
    "hand_over.expired": "an offer of a domain was not answered in time",
    "dns.drifted": "records of a domain that were right are not any more",
    "dns.recovered": "records of a domain are right again",
    "dmarc.policy_changed": "a domain asks receivers for another DMARC policy",
    "mta_sts.mode_changed": "a domain asks senders for another MTA-STS mode",
    "dkim.rotated": "other DKIM keys of a domain sign now",
    "dkim.revoked": "a DKIM key was withdrawn: its record is to be shown empty",
    "dns.applied": "records were written into a domain's zone; its servers may show them in minutes",
    "mailbox.created": "a mailbox was created",
    "mailbox.suspended": "a mailbox was locked",
    "mailbox.resumed": "a mailbox was unlocked",
    "mailbox.changed": "a mailbox's name or quota was changed",
    "mailbox.password_changed": "a mailbox got another password",
    "mailbox.deleted": "a mailbox was deleted; for 14 days it can be restored",
    "mailbox.restored": "a deleted mailbox is back",
    "mailbox.purged": "a deleted mailbox is gone for good, and its address free",
    "alias.created": "an alias was created",
    "alias.changed": "an alias leads to other mailboxes",
    "alias.deleted": "an alias was deleted",
    "app_password.created": "a mailbox got a password for one program",
    "app_password.deleted": "such a password was taken away",
    "mailbox.limit_reached": "a mailbox reached a sending limit of the day",
    "message.accepted": "a recipient of a message was taken on",
    "message.delivered": "the recipient's server took the message",
    "message.deferred": "a try failed; there will be another",
    "message.bounced": "the recipient's server refused for good, at once or by a later report",
    "message.expired": "no try succeeded in time",
    "message.suppressed": "nothing was sent: the address gets no mail of this stream",
    "message.cancelled": "nothing more is sent: somebody cancelled it",
    "message.complained": "the recipient called the message unwanted",
    "message.unsubscribed": "the recipient left the mailing",
    "suppression.added": "an address was put on the suppression list by hand",
    "suppression.removed": "an address was taken off the suppression list",
    "stream.paused": "a stream stands still: its mail is kept; `by` says who paused it",
    "stream.resumed": "a stream runs again",
    "alarm.opened": "a stream passed a warn line",
    "alarm.recovered": "a stream keeps its warn line again",
    "job.ended": "a job has ended or was cancelled",
    "invoice.issued": "an invoice was made",
}

#: What an endpoint that names no types gets: everything but one event for each try and acceptance.
DEFAULT = tuple(
    sorted(set(CATALOGUE) - {"message.accepted", "message.deferred", "message.delivered"})
)
