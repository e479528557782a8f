"""Addresses of a domain: which there may be, and that each is given once."""

from uuid import UUID

from kernel.actor import Actor
from mailcore.directory import services as directory
from mailcore.domains import selectors as domains
from mailcore.domains.errors import DomainNotVerified
from mailcore.domains.models import Domain
from mailcore.domains.states import DomainState
from mailcore.mailboxes.errors import InvalidLocalPart
from mailcore.mailboxes.models import Alias, Mailbox
from mailcore.protocol import addresses

#: Names under which only mail systems speak.
_RESERVED = frozenset({"mailer-daemon", "bounce", "bounces"})


def verified_domain(domain_id: UUID, *, actor: Actor) -> Domain:
    """A domain that gets addresses; raises NotFound, DomainNotVerified."""
    domain = domains.get_seen(domain_id, actor=actor)
    if domain.state != DomainState.VERIFIED:
        raise DomainNotVerified(field="domain")
    return domain


def local_part_of(text: str) -> str:
    """A local part in its stored form; raises InvalidLocalPart."""
    try:
        local = addresses.mailbox_local_part(text)
    except addresses.InvalidAddress as error:
        raise InvalidLocalPart(field="local_part", reason=error.code) from error
    if local in _RESERVED:
        raise InvalidLocalPart("This name is reserved for the mail system.", field="local_part")
    return local


def take_address(address: str) -> bool:
    """Keep an address for the caller's transaction; False when somebody has it."""
    directory.lock_address(address)
    return not (
        Mailbox.objects.filter(address=address).exists()
        or Alias.objects.filter(address=address).exists()
    )
