"""Handlers of domain events: wake the worker that looks at domains, and tell of steps and offers."""

from django.db import transaction

from kernel.outbox import Envelope
from kernel.tasks import SCHEMA_HEADER
from kernel.tenancy import PUBLIC
from mailcore.domains import services as domains
from mailcore.domains.tasks import check_due_domains
from tenants.accounts import selectors as accounts
from tenants.accounts.models import Role
from tenants.resellers import services as resellers


def look_now(_: Envelope) -> None:
    """Domains that were added, resumed or changed, or that somebody waits for."""
    # Only a wake-up: should it be lost, beat comes by every two seconds.
    transaction.on_commit(_wake, robust=True)


def republish_all(_: Envelope) -> None:
    """`brand.mail_hosts_changed`: every domain's records name other hosts now."""
    domains.republish_all()


def tell_of_step(event: Envelope) -> None:
    """`dmarc.policy_changed` and `mta_sts.mode_changed`: mail the owner of what nobody asked for."""
    data = event.data
    if not data["is_automatic"]:
        return
    resellers.notify_owner(
        reseller_id=event.reseller_id,
        template="policy_step_back",
        context={
            "is_dmarc": event.type == "dmarc.policy_changed",
            "name": data["name"],
            "before": data["from"],
            "after": data["to"],
            "is_written": data["is_written"],
        },
    )


def tell_of_claims(event: Envelope) -> None:
    """`domain.claims_told` {what, names, more}: a mail about all claims that end, or will."""
    resellers.notify_people(
        reseller_id=event.reseller_id,
        addresses=accounts.list_addresses(Role.OWNER, Role.ADMIN),
        template="domain_claims",
        context={**event.data, "page": "domains/"},
    )


def tell_of_offer(event: Envelope) -> None:
    """`hand_over.offered`: mail the giver's owner, who may not be the one that did it."""
    if event.data["side"] == "given":
        resellers.notify_owner(
            reseller_id=event.reseller_id,
            template="hand_over_offered",
            context={"name": event.data["name"]},
        )


def _wake() -> None:
    check_due_domains.apply_async(
        headers={SCHEMA_HEADER: PUBLIC}, queue="control", expires=10, retry=False
    )
