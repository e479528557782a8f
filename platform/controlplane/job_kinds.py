"""What jobs can do: kind → what is done with one item; and whether who asked still may."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from kernel import clock, ids
from kernel.actor import Actor, ActorKind
from kernel.tenancy import current_reseller_id
from mailcore.domains import selectors as domains
from mailcore.domains import services as domain_services
from mailcore.mailboxes import services as mailboxes
from tenants.accounts import selectors as accounts
from tenants.jobs.services import Do
from tenants.organisations import selectors as organisations
from tenants.resellers import selectors as resellers

ADD_DOMAIN = "domains.create"
CREATE_MAILBOX = "mailboxes.create"
_Given = Mapping[str, object]


def revive(actor: Actor) -> Actor | None:
    """The actor with the rights of this moment.

    None when the key is dead, the member gone, or the reseller suspended.

    A job goes on for minutes: who is shut out meanwhile shall not act through it.
    """
    if not resellers.is_active(current_reseller_id()):
        return None
    if actor.kind is ActorKind.API_KEY:
        key = organisations.find_api_key_by_id(ids.from_public("key", actor.id))
        if key is None or not organisations.is_good(key, at=clock.now()):
            return None
        return replace(actor, scopes=frozenset(key.scopes))
    if actor.kind is ActorKind.MEMBER:
        member = accounts.find_let_in(public_id=UUID(actor.id))
        return replace(actor, role=member.role) if member is not None else None
    return actor


def _add_domain(actor: Actor, given: _Given) -> str:
    domain = domain_services.add_domain(
        actor=actor,
        organisation_id=UUID(str(given["organisation"])),
        name=str(given["name"]),
    )
    return domain.reference


def _create_mailbox(actor: Actor, given: _Given) -> str:
    local_part, _, name = str(given["address"]).rpartition("@")
    mailbox = mailboxes.create_mailbox(
        actor=actor,
        domain_id=domains.get_seen_by_name(name, actor=actor).public_id,
        local_part=local_part,
        password=_text(given, "password"),
        invite=_text(given, "invite"),
        display_name=str(given["display_name"]),
    )
    return mailbox.reference


def _text(given: _Given, name: str) -> str | None:
    return str(given[name]) if given.get(name) else None


KINDS: Mapping[str, Do] = {ADD_DOMAIN: _add_domain, CREATE_MAILBOX: _create_mailbox}
