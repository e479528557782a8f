"""Handlers that turn a confirmed sign-up into an open portal, one step per event."""

from uuid import UUID

from kernel.outbox import Envelope
from tenants.accounts import selectors as people
from tenants.accounts import services as accounts
from tenants.plans import services as plans
from tenants.resellers import selectors, services


def provision(event: Envelope) -> None:
    """`reseller.requested`: the schema and the data key."""
    services.provision_schema(reseller_id=UUID(str(event.data["reseller"])))


def create_owner(event: Envelope) -> None:
    """`reseller.schema_ready`: the member who signed up, or whom the operator wants as owner."""
    credentials = selectors.find_owner_credentials(event.reseller_id)
    if credentials is not None:
        accounts.create_owner(email=credentials.email, password_hash=credentials.password_hash)
    elif not selectors.is_active(event.reseller_id):  # else a repeated event
        reseller = selectors.get_reseller(event.reseller_id)
        accounts.invite_owner(email=reseller.owner_email)


def activate(event: Envelope) -> None:
    """`reseller.owner_ready`: from now on the portal answers."""
    services.activate(reseller_id=event.reseller_id)


def grant_plan(event: Envelope) -> None:
    """`reseller.activated`: what a new reseller may have, unless the operator gave it a plan already."""
    plans.grant_first_plan(reseller_id=event.reseller_id)


def welcome(event: Envelope) -> None:
    """`reseller.activated`: tell the owner where to log in; who was invited knows it already."""
    if people.list_owners():
        services.send_welcome(reseller_id=event.reseller_id)
