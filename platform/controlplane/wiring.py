"""Which handler answers which event: the one place where capabilities meet.

A handler runs as role worker, in the schema of the event's reseller and in a transaction of its
own with the other handlers of that event. It may run twice, so it must be idempotent.
"""

from collections.abc import Callable

from controlplane import alarm_events as alarms
from controlplane import billing_events as billing
from controlplane import domain_events as domains
from controlplane import drift_events as drift
from controlplane import hold_events as holds
from controlplane import mail_events as mail
from controlplane import member_events as members
from controlplane import reseller_events as resellers
from controlplane import webhook_events as webhooks
from kernel.outbox import Envelope

Handler = Callable[[Envelope], None]

_HANDLERS: dict[str, tuple[Handler, ...]] = {
    "reseller.requested": (resellers.provision,),
    "reseller.schema_ready": (resellers.create_owner,),
    "reseller.owner_ready": (resellers.activate,),
    "reseller.activated": (resellers.grant_plan, billing.subscribe, resellers.welcome),
    "domain.added": (domains.look_now,),
    "domain.check_requested": (domains.look_now,),
    "domain.dns_update_requested": (domains.look_now,),
    "domain.resumed": (domains.look_now,),
    "brand.mail_hosts_changed": (domains.republish_all,),
    "domain.publishing_chosen": (domains.look_now,),
    "domain.claims_told": (domains.tell_of_claims,),
    "domain.alarms_told": (drift.tell,),
    "dmarc.policy_changed": (domains.look_now, domains.tell_of_step),
    "mta_sts.mode_changed": (domains.look_now, domains.tell_of_step),
    "hand_over.offered": (domains.tell_of_offer,),
    "member.changed": (members.follow_owners,),
    "member.removed": (members.follow_owners,),
    "hold.placed": (holds.sync_queue,),
    "hold.lifted": (holds.sync_queue,),
    "mailbox.created": (billing.count_new_mailbox,),
    "mailbox.day": (billing.count_mailbox_days,),
    "mailbox.invited": (mail.mail_links,),
    "mailbox.restored": (mail.mail_links,),
    "mailbox.limit_reached": (mail.warn_of_limit,),
    "mail.counted": (billing.count_messages,),
    "invoice.issued": (billing.demand_payment,),
    "delivery.alarm": (alarms.tell_operator,),
    "delivery.recovered": (alarms.tell_operator,),
    "stream.paused": (alarms.tell_of_pause,),
    "stream.resumed": (alarms.tell_of_resume, mail.release_now),
    "webhook.disabled": (webhooks.tell_owner,),
}

#: Whatever the catalogue names is told to the reseller's webhooks too, after the other handlers.
HANDLERS = {
    name: (*_HANDLERS.get(name, ()), *((webhooks.tell,) if name in webhooks.TOLD else ()))
    for name in (*_HANDLERS, *webhooks.TOLD)
}
