"""Aliases: addresses whose mail goes to mailboxes of the same organisation."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from kernel import ids
from kernel.actor import SYSTEM, Actor, authorise
from kernel.errors import InvalidInput
from kernel.outbox import audit, publish
from mailcore.directory import services as directory
from mailcore.domains import selectors as domains
from mailcore.domains.models import Domain
from mailcore.mailboxes import selectors
from mailcore.mailboxes.errors import AliasExists, AliasLoop, InvalidTarget
from mailcore.mailboxes.models import CATCH_ALL, Alias
from mailcore.mailboxes.services.addresses import local_part_of, take_address, verified_domain
from mailcore.protocol import addresses
from tenants.plans.services import release, require

MOST_TARGETS = 100


@transaction.atomic
def create_alias(
    *, actor: Actor, domain_id: UUID, local_part: str, targets: Sequence[str]
) -> Alias:
    """An address, or with the local part `*` all that are no others, that leads to mailboxes.

    Raises NotAllowed, NotFound (domain), DomainNotVerified, InvalidLocalPart, InvalidTarget,
    AliasLoop, AliasExists, plans.LimitReached.
    """
    authorise(actor, "mailboxes.write")
    domain = verified_domain(domain_id, actor=actor)
    local = CATCH_ALL if local_part.strip() == CATCH_ALL else local_part_of(local_part)
    alias = Alias(public_id=ids.uuid7(), domain=domain, address=f"{local}@{domain.name}")
    domains.keep_verified(domain)
    if not take_address(alias.address):
        raise AliasExists(field="local_part")
    alias.targets = _targets(targets, domain=domain, actor=actor)
    require("aliases")
    alias.save(force_insert=True)
    directory.add_alias(
        public_id=alias.public_id,
        address=alias.address,
        domain=domain.name,
        organisation_id=domain.organisation_id,
        targets=alias.targets,
    )
    _tell("alias.created", alias, actor)
    return alias


@transaction.atomic
def change_alias(*, actor: Actor, alias_id: UUID, targets: Sequence[str]) -> Alias:
    """Other targets from now on.

    Raises NotAllowed, NotFound, DomainNotVerified, InvalidTarget, AliasLoop.
    """
    authorise(actor, "mailboxes.write")
    domains.keep_verified(selectors.get_seen_alias(alias_id, actor=actor).domain)
    alias = selectors.get_seen_alias(alias_id, actor=actor, for_update=True)
    wanted = _targets(targets, domain=alias.domain, actor=actor)
    if wanted != alias.targets:
        _lead(alias, wanted, actor)
    return alias


@transaction.atomic
def delete_alias(*, actor: Actor, alias_id: UUID) -> None:
    """Mail to it is refused from now on; raises NotAllowed, NotFound."""
    authorise(actor, "mailboxes.write")
    domains.keep_held(selectors.get_seen_alias(alias_id, actor=actor).domain)
    alias = selectors.get_seen_alias(alias_id, actor=actor, for_update=True)
    directory.remove_alias(alias.public_id)
    _tell("alias.deleted", alias, actor)
    alias.delete()
    release("aliases")


def drop_target(address: str) -> None:
    """Take a mailbox that is gone out of all aliases; one that leads nowhere then goes too."""
    leading = Alias.objects.select_related("domain").filter(targets__contains=[address])
    domains.keep_each(leading.values_list("domain_id", flat=True))
    for alias in leading.select_for_update(of=("self",)):
        left = [target for target in alias.targets if target != address]
        if left:
            _lead(alias, left, SYSTEM)
        else:
            delete_alias(actor=SYSTEM, alias_id=alias.public_id)


def _lead(alias: Alias, targets: list[str], actor: Actor) -> None:
    alias.targets = targets
    alias.save(update_fields=["targets"])
    directory.set_alias_targets(alias.public_id, targets)
    _tell("alias.changed", alias, actor)


def _targets(given: Sequence[str], *, domain: Domain, actor: Actor) -> list[str]:
    """Addresses of mailboxes of the domain's organisation, each once, in their order."""
    wanted = list(dict.fromkeys(_normalised(text) for text in given))
    if not 1 <= len(wanted) <= MOST_TARGETS:
        raise InvalidInput(f"An alias has 1 to {MOST_TARGETS} targets.", field="targets")
    mailboxes = selectors.list_mailboxes(
        organisation_id=domain.organisation_id, domain_id=actor.domain
    )
    addressed = mailboxes.filter(address__in=wanted)
    domains.keep_each(addressed.values_list("domain_id", flat=True))
    # Asked again: a domain may have gone to another reseller while we waited for it.
    found = set(addressed.values_list("address", flat=True))
    missing = [address for address in wanted if address not in found]
    if missing:
        # Mailboxes only, so no alias can lead back to itself.
        aliases = selectors.list_aliases(
            organisation_id=domain.organisation_id, domain_id=actor.domain
        )
        is_alias = aliases.filter(address__in=missing).exists()
        kind = AliasLoop if is_alias else InvalidTarget
        raise kind(field="targets", targets=missing[:5])
    return wanted


def _normalised(text: str) -> str:
    try:
        return addresses.normalise(text)
    except addresses.InvalidAddress as error:
        raise InvalidTarget(field="targets", reason=error.code) from error


def _tell(event: str, alias: Alias, actor: Actor) -> None:
    data: dict[str, object] = {"address": alias.address, "targets": alias.targets}
    audit(event, subject=alias.reference, actor=actor, data=data)
    publish(
        event,
        subject=alias.reference,
        data={
            "alias_id": str(alias.public_id),
            "organisation_id": str(alias.domain.organisation_id),
            **data,
        },
        actor=actor,
    )
