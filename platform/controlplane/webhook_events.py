"""What resellers' webhooks are told: business events from the outbox, mail facts by their reader."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from controlplane import drift_events
from kernel import clock, ids
from kernel.outbox import Envelope
from mailcore.delivery import readers
from mailcore.delivery.statements import statement
from tenants.resellers import services as resellers
from tenants.webhooks import selectors, services
from tenants.webhooks.schedule import GIVE_UP_AFTER
from tenants.webhooks.services import Fact

READER = "webhooks"
_FACTS = statement("read_facts")
KINDS = {
    "received": "message.accepted",
    "delivered": "message.delivered",
    "deferred": "message.deferred",
    "bounced": "message.bounced",
    "bounced_late": "message.bounced",
    "expired": "message.expired",
    "suppressed": "message.suppressed",
    "cancelled": "message.cancelled",
    "complained": "message.complained",
    "unsubscribed": "message.unsubscribed",
}
#: What a mail fact knows of an answer, and how it is called outside.
_SAID = {
    "code": "code", "enhanced": "enhanced_code", "reply": "reply", "provider": "provider",
    "attempt": "attempt", "reason": "reason", "kind": "kind", "status": "enhanced_code",
    "diagnostic": "reply", "source": "source",
}  # fmt: skip
_PREFIXES = {
    "organisation_id": ("organisation", "org"),
    "domain_id": ("domain", "dom"),
    "mailbox_id": ("mailbox", "mbx"),
    "alias_id": ("alias", "als"),
    "app_password_id": ("app_password", "asp"),
    "invoice_id": ("invoice", "inv"),
    "job_id": ("job", "job"),
    "hand_over_id": ("hand_over", "hov"),
    "hold_id": ("hold", "hld"),
    "member_id": ("member", "mem"),
}
_Data = Mapping[str, Any]


def _with(*names: str) -> Callable[[_Data], dict[str, object]]:
    """Takes these of an event's data, ids in the form that the API shows."""

    def data(given: _Data) -> dict[str, object]:
        shown: dict[str, object] = {}
        for name in names:
            value = given.get(name)
            outside, prefix = _PREFIXES.get(name, (name, ""))
            if prefix and value:
                value = ids.to_public(prefix, UUID(str(value)))
            shown[outside] = value
        return shown

    return data


def _domain(given: _Data) -> dict[str, object]:
    name = given.get("name") or given.get("domain")
    return {"domain": ids.to_public("dom", UUID(str(given["domain_id"]))), "name": name}


def _step(given: _Data) -> dict[str, object]:
    """A policy or mode that was changed; `reason` is '' where a person or a key chose it."""
    told = {name: given[name] for name in ("from", "to", "reason", "is_automatic")}
    return {**_domain(given), **told}


def _keys(*names: str) -> Callable[[_Data], dict[str, object]]:
    return lambda given: {**_domain(given), **{name: given[name] for name in names}}


_mailbox = _with("mailbox_id", "organisation_id", "address")
_alias = _with("alias_id", "organisation_id", "address", "targets")
_app_password = _with("app_password_id", "mailbox_id", "organisation_id", "address", "name")
# Without name and address: a webhook or a key that reads events may have no right to see people.
_member = _with("member_id", "role", "state")
_hand_over = _with("hand_over_id", "domain_id", "name", "side")
_stream = _with("stream", "reason", "by")
_hold = _with("hold_id", "on", "name", "kind", "scopes", "by", "reason", "until")
_suppression = _with("address", "stream")
_alarm = _with("signal", "stream", "provider", "quantity", "of", "line", "since")

#: Type in the outbox → type of the catalogue, and what is told.
TOLD: dict[str, tuple[str, Callable[[_Data], dict[str, object]]]] = {
    "organisation.created": ("organisation.created", _with("organisation_id")),
    "organisation.changed": ("organisation.changed", _with("organisation_id")),
    "member.invited": ("member.invited", _member),
    "member.joined": ("member.joined", _member),
    "member.changed": ("member.changed", _member),
    "member.removed": ("member.removed", _member),
    "domain.added": ("domain.added", _domain),
    "domain.verified": ("domain.verified", _domain),
    "domain.suspended": ("domain.suspended", lambda given: {**_domain(given), "by": given["by"]}),
    "domain.resumed": ("domain.resumed", lambda given: {**_domain(given), "by": given["by"]}),
    "domain.lapsed": ("domain.lapsed", lambda given: {**_domain(given), "since": given["since"]}),
    "domain.released": (
        "domain.released",
        lambda given: {**_domain(given), "kept_until": given["kept_until"]},
    ),
    "domain.claim_ending": (
        "domain.claim_ending",
        lambda given: {**_domain(given), "until": given["until"]},
    ),
    "domain.claim_ended": (
        "domain.claim_ended",
        lambda given: {**_domain(given), "reason": given["reason"]},
    ),
    "domain.handed_over": ("domain.handed_over", _hand_over),
    "hand_over.offered": ("hand_over.offered", _hand_over),
    "hand_over.withdrawn": ("hand_over.withdrawn", _hand_over),
    "hand_over.declined": ("hand_over.declined", _hand_over),
    "hand_over.expired": ("hand_over.expired", _hand_over),
    "dns.drifted": ("dns.drifted", drift_events.shown),
    "dns.recovered": ("dns.recovered", drift_events.shown),
    "dmarc.policy_changed": ("dmarc.policy_changed", _step),
    "mta_sts.mode_changed": ("mta_sts.mode_changed", _step),
    "dkim.rotated": ("dkim.rotated", _keys("selectors", "before", "reason")),
    "dkim.revoked": ("dkim.revoked", _keys("selector", "selectors")),
    "dns.applied": ("dns.applied", _with("domain_id", "plan", "added", "removed")),
    "mailbox.created": ("mailbox.created", _mailbox),
    "mailbox.invited": ("mailbox.invited", _mailbox),
    "mailbox.suspended": ("mailbox.suspended", _mailbox),
    "mailbox.resumed": ("mailbox.resumed", _mailbox),
    "mailbox.limit_reached": (
        "mailbox.limit_reached",
        _with("mailbox_id", "organisation_id", "address", "limit", "day"),
    ),
    "mailbox.changed": ("mailbox.changed", _mailbox),
    "mailbox.password_changed": ("mailbox.password_changed", _mailbox),
    "mailbox.deleted": ("mailbox.deleted", _mailbox),
    "mailbox.restored": ("mailbox.restored", _mailbox),
    "mailbox.purged": ("mailbox.purged", _mailbox),
    "alias.created": ("alias.created", _alias),
    "alias.changed": ("alias.changed", _alias),
    "alias.deleted": ("alias.deleted", _alias),
    "app_password.created": ("app_password.created", _app_password),
    "app_password.deleted": ("app_password.deleted", _app_password),
    "suppression.added": ("suppression.added", _suppression),
    "suppression.removed": ("suppression.removed", _suppression),
    "stream.paused": ("stream.paused", _stream),
    "stream.resumed": ("stream.resumed", _stream),
    "hold.placed": ("hold.placed", _hold),
    "hold.lifted": ("hold.lifted", _hold),
    "delivery.alarm": ("alarm.opened", _alarm),
    "delivery.recovered": ("alarm.recovered", _alarm),
    "job.ended": (
        "job.ended",
        _with("job_id", "kind", "state", "reason", "total", "done", "failed"),
    ),
    "invoice.issued": (
        "invoice.issued",
        _with("invoice_id", "number", "currency", "total_minor"),
    ),
}


def tell(event: Envelope) -> None:
    """Any event of TOLD: queue it for the webhooks of its reseller."""
    event_type, data = TOLD[event.type]
    fact = Fact(
        event_id=event.id,
        reseller_id=event.reseller_id,
        event_type=event_type,
        occurred_at=event.occurred_at,
        data=data(event.data),
    )
    organisation = event.data.get("organisation_id")
    services.keep_event(
        fact,
        subject=event.subject,
        organisation_id=UUID(str(organisation)) if organisation else None,
    )
    services.queue_events([fact])


def tell_owner(event: Envelope) -> None:
    """`webhook.disabled` {url, reason, since}: mail the reseller's owner."""
    since = str(event.data["since"])
    resellers.notify_owner(
        reseller_id=event.reseller_id,
        template="webhook_disabled",
        context={
            "url": event.data["url"],
            "reason": event.data["reason"],
            "since": datetime.fromisoformat(since) if since else None,
        },
    )


def queue_mail_facts() -> int:
    """Queue mail facts since the last time; how many were read. As role worker, in no reseller."""
    return readers.follow(
        READER,
        _FACTS,
        handle=_queue,
        parameters={
            "resellers": selectors.resellers_asking_for(set(KINDS.values())),
            # A reader that begins, or stood still for days, tells no old stories.
            "since": clock.now() - GIVE_UP_AFTER,
        },
    )


def _queue(batch: readers.Batch) -> None:
    services.queue_events([fact_of(*row) for row in batch.rows if row[1] in KINDS])


def fact_of(
    event_id: UUID,
    kind: str,
    reseller_id: UUID,
    organisation_id: UUID | None,
    message_id: UUID | None,
    stream: str,
    from_domain: str,
    occurred_at: datetime,
    data: str,
    address: str | None,
    header: str | None,
) -> Fact:
    """A mail fact as it is told outside; the columns are those of sql/read_facts.sql."""
    said = json.loads(data)
    told: dict[str, object] = {
        "message": ids.to_public("msg", message_id) if message_id else None,
        "message_id": header,
        "recipient": address,
        "from_domain": from_domain,
        "stream": stream,
        "organisation": ids.to_public("org", organisation_id) if organisation_id else None,
    }
    told |= {shown: said[name] for name, shown in _SAID.items() if said.get(name) not in (None, "")}
    if kind.startswith("bounced"):
        told["is_late"] = kind == "bounced_late"
    return Fact(
        event_id=event_id,
        reseller_id=reseller_id,
        event_type=KINDS[kind],
        occurred_at=occurred_at,
        data=told,
    )
