"""Write the directory: in the transaction of what it mirrors."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from kernel import clock, crypto, ids, keys
from kernel.tenancy import OPERATOR_RESELLER, current_reseller_id
from mailcore.directory.models import (
    AliasRoute,
    AppPassword,
    HandOver,
    MailboxLogin,
    ReleasedName,
    Route,
    SigningKey,
    SpareKey,
)
from mailcore.directory.states import HandOverState, KeyState, LoginState, RouteKind
from mailcore.protocol import verp
from mailcore.protocol.dkim_keys import RSA, KeyPair, SealedPair


def is_domain_taken(domain: str, *, reseller_id: UUID) -> bool:
    """Whether another reseller has proven this name, one above it or one below it; not who."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sec.is_domain_taken(%s, %s)", [domain, reseller_id])
        row = cursor.fetchone()
    return bool(row and row[0])


def kept_until(domain: str, *, reseller_id: UUID) -> datetime | None:
    """Until when a name is kept free because another reseller gave it, or one above or below, up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sec.kept_until(%s, %s, %s)", [domain, reseller_id, clock.now()])
        row = cursor.fetchone()
    return row[0] if row else None


def is_closed_to(reseller_id: UUID, domain: str) -> bool:
    """Whether another reseller has proven the name, or one above or below it, or gave it up lately."""
    query = "SELECT sec.is_domain_taken(%(n)s, %(r)s) OR sec.kept_until(%(n)s, %(r)s, %(t)s) IS NOT NULL"
    with connection.cursor() as cursor:
        cursor.execute(query, {"n": domain, "r": reseller_id, "t": clock.now()})
        row = cursor.fetchone()
    return bool(row and row[0])


def lock_name(registrable: str) -> None:
    """Until the transaction ends nobody else claims or proves a name under this registrable domain."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"claim:{registrable}"]
        )


def lock_address(address: str) -> None:
    """Until the transaction ends nobody else gives this address to a mailbox or an alias."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"address:{address}"]
        )


def claim_domain(
    *, public_id: UUID, domain: str, organisation_id: UUID | None, kind: str = RouteKind.HOSTED
) -> Route:
    """Claim the name for this reseller, unrouted; raises IntegrityError when it has it already."""
    return Route.objects.create(
        public_id=public_id,
        domain=domain,
        reseller_id=current_reseller_id(),
        organisation_id=organisation_id,
        kind=kind,
    )


def set_routed(domain: str, *, is_verified: bool) -> None:
    """Switch mail for the domain on, from when it is kept from others, or off with its bounce name.

    Raises IntegrityError when another reseller holds it.
    """
    if is_verified:
        Route.objects.filter(domain=domain).update(is_held=True, is_verified=True)
    else:
        Route.objects.filter(domain=domain).update(is_verified=False)
        leave_bounces(verp.bounce_domain(domain))


def give_up(domain: str, *, keep_until: datetime | None) -> None:
    """Remove the claim with its bounce name and destroy the keys; keep the name from others."""
    # Others may have claimed the name too, and the worker may see what is theirs.
    own = current_reseller_id()
    Route.objects.filter(domain=domain, reseller_id=own).delete()
    # It may be a mail domain too: that stays.
    bounces = Route.objects.filter(domain=verp.bounce_domain(domain), reseller_id=own)
    bounces.filter(kind=RouteKind.FEEDBACK).delete()
    offered = HandOver.objects.filter(domain=domain, reseller_id=own, state=HandOverState.OFFERED)
    offered.update(state=HandOverState.WITHDRAWN, ended_at=clock.now())
    with connection.cursor() as cursor:  # the ORM would read the rows first, sealed keys and all
        cursor.execute(
            "DELETE FROM public.signing_key WHERE domain = %s AND reseller_id = %s", [domain, own]
        )
    if keep_until is not None:
        ReleasedName.objects.update_or_create(
            domain=domain,
            reseller_id=own,
            defaults={"released_at": clock.now(), "kept_until": keep_until},
        )


def set_free(domain: str) -> int:
    """End the quarantine of a name; how many rows went: only the operator sees all of them."""
    return ReleasedName.objects.filter(domain=domain).delete()[0]


def take_bounces(domain: str, *, organisation_id: UUID) -> bool:
    """Route the bounce name of a domain to feedback; False: somebody holds it for mail."""
    route, _ = Route.objects.get_or_create(
        domain=domain,
        defaults={
            "public_id": ids.uuid7(),
            "reseller_id": current_reseller_id(),
            "organisation_id": organisation_id,
            "kind": RouteKind.FEEDBACK,
            "is_held": True,
            "is_verified": True,
        },
    )
    if route.kind == RouteKind.FEEDBACK and not route.is_verified:
        set_routed(domain, is_verified=True)
    return route.kind == RouteKind.FEEDBACK


def leave_bounces(domain: str) -> None:
    """Take a bounce name off its route; mail that hosts somebody stays."""
    found = Route.objects.filter(domain=domain, kind=RouteKind.FEEDBACK, is_verified=True)
    found.update(is_verified=False)


def add_signing_keys(
    domain: str, pairs: Mapping[str, KeyPair | SealedPair], *, state: str = KeyState.PENDING
) -> dict[str, UUID]:
    """Keep key pairs by selector, their private halves sealed; selector → the key's public id."""
    reseller_id = current_reseller_id()
    kept = dict(zip(pairs, _sealed(pairs.values(), reseller_id=reseller_id), strict=True))
    SigningKey.objects.bulk_create(
        SigningKey(
            public_id=pair.id,
            reseller_id=reseller_id,
            domain=domain,
            selector=selector,
            algorithm=pair.algorithm,
            state=state,
            sealed_key=pair.sealed,
            public_key=pair.public,
        )
        for selector, pair in kept.items()
    )
    return {selector: pair.id for selector, pair in kept.items()}


def _sealed(pairs: Iterable[KeyPair | SealedPair], *, reseller_id: UUID) -> list[SealedPair]:
    key_id, key = keys.current_key(reseller_id)
    return [
        pair if isinstance(pair, SealedPair) else _seal(pair, key_id=key_id, key=key)
        for pair in pairs
    ]


def _seal(pair: KeyPair, *, key_id: UUID, key: bytes) -> SealedPair:
    own = ids.uuid7()
    sealed = crypto.seal(key=key, key_id=key_id, plain=pair.private, context=own.bytes)
    return SealedPair(id=own, algorithm=pair.algorithm, sealed=sealed, public=pair.public)


def keep_spare(pair: KeyPair) -> None:
    """Store an RSA pair for whoever needs one next; as role worker."""
    (spare,) = _sealed([pair], reseller_id=OPERATOR_RESELLER)
    with connection.cursor() as cursor:  # the ORM would read what it wrote
        cursor.execute(
            "INSERT INTO public.spare_key (public_id, sealed_key, public_key, created_at)"
            " VALUES (%s, %s, %s, %s)",
            [spare.id, spare.sealed, spare.public, clock.now()],
        )


def count_spares() -> int:
    """How many RSA pairs are in store; as role worker."""
    return SpareKey.objects.count()


def take_spares(wanted: int) -> list[SealedPair]:
    """Up to so many RSA pairs out of the store; they go back when the transaction fails."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sec.take_spare_keys(%s)", [wanted])
        return [
            SealedPair(id=key_id, algorithm=RSA, sealed=bytes(sealed), public=public)
            for key_id, sealed, public in cursor.fetchall()
        ]


def set_key_state(key_id: UUID, *, state: str) -> None:
    """Move a signing key on in its life; engines sign with it from, or until, a few seconds on."""
    SigningKey.objects.filter(public_id=key_id).update(state=state)


def destroy_signing_key(key_id: UUID) -> None:
    """Let a private half be gone for good; nothing is signed with it after this transaction."""
    SigningKey.objects.only("pk").filter(public_id=key_id).delete()


def add_login(
    *,
    public_id: UUID,
    address: str,
    domain: str,
    organisation_id: UUID,
    password: str,
) -> MailboxLogin:
    """Let the owner of a mailbox in; `password` is a Dovecot scheme string.

    Raises IntegrityError when the address is in use.
    """
    shown = str(public_id)
    return MailboxLogin.objects.create(
        public_id=public_id,
        address=address,
        domain=domain,
        reseller_id=current_reseller_id(),
        organisation_id=organisation_id,
        password=password,
        # A UUIDv7 begins with the time: only its end spreads over folders (foundations 10).
        home=f"{shown[-2:]}/{shown}",
    )


def change_login(
    public_id: UUID, *, password: str | None = None, quota_bytes: int | None = None
) -> None:
    """Another password (a Dovecot scheme string) or quota; None leaves what is there."""
    given = {"password": password, "quota_bytes": quota_bytes}
    changes = {name: value for name, value in given.items() if value is not None}
    MailboxLogin.objects.filter(public_id=public_id).update(**changes)


def remove_login(public_id: UUID) -> None:
    """Take a mailbox out of the directory, with its app passwords."""
    AppPassword.objects.filter(mailbox_id=public_id).delete()
    MailboxLogin.objects.filter(public_id=public_id).delete()


def set_login_state(public_id: UUID, state: LoginState) -> None:
    """Suspend a login or let it in again."""
    MailboxLogin.objects.filter(public_id=public_id).update(state=state)


def add_alias(
    *, public_id: UUID, address: str, domain: str, organisation_id: UUID, targets: Sequence[str]
) -> None:
    """Let mail to an address go to these mailboxes; raises IntegrityError when it is in use."""
    AliasRoute.objects.create(
        public_id=public_id,
        address=address,
        domain=domain,
        reseller_id=current_reseller_id(),
        organisation_id=organisation_id,
        targets=list(targets),
    )


def set_alias_targets(public_id: UUID, targets: Sequence[str]) -> None:
    """Let an alias's mail go elsewhere from now on."""
    AliasRoute.objects.filter(public_id=public_id).update(targets=list(targets))


def remove_alias(public_id: UUID) -> None:
    """Mail to the alias is refused from now on."""
    AliasRoute.objects.filter(public_id=public_id).delete()
