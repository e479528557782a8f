"""J1, second half: schema, key, activation. Each step may run again after any crash."""

from uuid import UUID

from kernel import clock, ids, keys, schema
from kernel.actor import SYSTEM
from kernel.outbox import audit, publish
from kernel.tenancy import in_schema
from tenants.resellers import events, mails
from tenants.resellers.models import Reseller, SignUp
from tenants.resellers.states import ResellerState


def provision_schema(*, reseller_id: UUID) -> None:
    """Make the reseller's schema and data key, then tell `reseller.schema_ready`."""
    reseller = Reseller.objects.get(public_id=reseller_id)
    if reseller.state != ResellerState.PENDING:
        return
    # Commits on a connection of its own, as role provision; a schema that stands is left alone.
    made_by = schema.replay(reseller.schema_name)
    Reseller.objects.filter(pk=reseller.pk).update(migration_set=made_by)
    with in_schema(reseller.schema_name):
        keys.current_key(reseller_id)
        publish(events.SCHEMA_READY, subject=ids.to_public("res", reseller_id))


def activate(*, reseller_id: UUID) -> None:
    """Open the reseller's portal and tell `reseller.activated`; an open one stays as it is.

    Runs in the reseller's schema.
    """
    pending = Reseller.objects.filter(public_id=reseller_id, state=ResellerState.PENDING)
    if not pending.update(state=ResellerState.ACTIVE, activated_at=clock.now()):
        return
    # The owner has the password now; a second copy of its hash is of no use to anybody honest.
    SignUp.objects.filter(reseller__public_id=reseller_id).update(password="")
    subject = ids.to_public("res", reseller_id)
    audit("reseller.activate", subject=subject, actor=SYSTEM)
    publish(events.ACTIVATED, subject=subject, data={"reseller": str(reseller_id)})


def send_welcome(*, reseller_id: UUID) -> None:
    """Mail the owner where to log in. The mail leaves once: it is queued in the same transaction."""
    mails.send_welcome(Reseller.objects.select_related("brand").get(public_id=reseller_id))


def warn_of_limit(*, reseller_id: UUID, address: str) -> None:
    """Mail the owner that a mailbox reached the limit of a day: its password may be stolen."""
    reseller = Reseller.objects.select_related("brand").get(public_id=reseller_id)
    mails.send_limit_warning(reseller, address=address)
