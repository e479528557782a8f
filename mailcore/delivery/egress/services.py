"""What an operator does with sources and pools; processes take it over within seconds."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from kernel import clock
from kernel.actor import Actor, authorise
from kernel.dns.names import InvalidName, normalise
from kernel.errors import InvalidInput, NotFound
from kernel.outbox import audit
from kernel.tenancy import OPERATOR_RESELLER
from mailcore.delivery.egress import naming
from mailcore.delivery.egress.errors import LastSource, PoolExists, PoolUnusable, SourceExists
from mailcore.delivery.egress.members import Role
from mailcore.delivery.egress.warmup import SHARES
from mailcore.delivery.statements import statement
from mailcore.protocol.providers import PROVIDERS

RIGHT = "nodes.write"
STREAMS = ("mailbox", "transactional", "bulk", "system")

_LAST_IN = statement("pools_left_empty")


def add_source(
    *, actor: Actor, address: str, ehlo: str, node: str, is_here: bool, is_new: bool
) -> None:
    """Make an address of a node known; in no pool yet. `is_here`: this machine is the node.

    `is_new`: it never sent mail, so its warm-up begins today. Raises NotAllowed, InvalidInput,
    SourceExists.
    """
    authorise(actor, RIGHT)
    wanted, name = _address(address), _name(ehlo)
    if is_here and not naming.is_here(wanted):
        raise InvalidInput(
            f"{wanted} is not an address of this machine: give it to an interface first.",
            field="address",
        )
    with transaction.atomic():
        if not _change(
            "INSERT INTO public.egress_source (address, ehlo, node) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            wanted,
            name,
            node,
        ):
            raise SourceExists(f"The source {wanted} is there already.", field="address")
        if is_new:
            _begin_warmup(wanted)
        _audit("source.added", wanted, actor, ehlo=name, node=node)


def suspend_source(*, actor: Actor, address: str, reason: str, even_the_last: bool = False) -> None:
    """Send nothing more from an address; its pools' other sources and standbys take over.

    Raises NotAllowed, NotFound; LastSource when a pool would have nobody left and its mail wait.
    """
    authorise(actor, RIGHT)
    with transaction.atomic():
        left_empty = [] if even_the_last else _left_empty(address, pool=None)
        if left_empty:
            raise LastSource(
                f"{address} is the last source that sends for {', '.join(left_empty)}:"
                " that mail would wait."
            )
        _set_state(address, "suspended", reason)
        _audit("source.suspended", address, actor, reason=reason)


def resume_source(*, actor: Actor, address: str) -> None:
    """Send from an address again; raises NotAllowed, NotFound."""
    authorise(actor, RIGHT)
    with transaction.atomic():
        _set_state(address, "active", "")
        _audit("source.resumed", address, actor)


def add_pool(*, actor: Actor, name: str, reseller_id: UUID | None = None) -> None:
    """Make an empty pool, shared or for one reseller; raises NotAllowed, InvalidInput, PoolExists."""
    authorise(actor, RIGHT)
    try:
        with transaction.atomic():
            _change(
                "INSERT INTO public.egress_pool (name, reseller_id) VALUES (%s, %s)",
                name,
                reseller_id,
            )
            _audit("pool.added", name, actor, reseller=str(reseller_id or ""))
    except IntegrityError as error:
        if "egress_pool_pkey" in str(error):
            raise PoolExists(f"The pool {name} is there already.", field="name") from error
        raise InvalidInput(
            "A pool is named with small letters, digits and hyphens.", field="name"
        ) from error


def set_member(
    *,
    actor: Actor,
    pool: str,
    address: str,
    weight: int = 100,
    providers: Sequence[str] = (),
    role: Role = "active",
) -> None:
    """Put a source into a pool, or change how it is in it; `providers`: for these alone.

    Raises NotAllowed, NotFound, InvalidInput.
    """
    authorise(actor, RIGHT)
    _must_exist("egress_pool", "name", pool, f"There is no pool {pool}.")
    _must_exist("egress_source", "address", address, f"There is no source {address}.")
    if unknown := sorted(set(providers) - PROVIDERS):
        raise InvalidInput(
            f"Not known as providers: {', '.join(unknown)}; these are: {_listed(PROVIDERS)}.",
            field="providers",
        )
    if not 1 <= weight <= 10_000:
        raise InvalidInput("A weight is 1 to 10000.", field="weight")
    with transaction.atomic():
        _change(
            "INSERT INTO public.pool_member (pool, address, weight, providers, role)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (pool, address) DO UPDATE"
            " SET weight = EXCLUDED.weight, providers = EXCLUDED.providers, role = EXCLUDED.role",
            pool,
            address,
            weight,
            sorted(set(providers)) or None,
            role,
        )
        _audit("pool.member_set", pool, actor, address=address, role=role)


def remove_member(*, actor: Actor, pool: str, address: str, even_the_last: bool = False) -> None:
    """Take a source out of a pool; raises NotAllowed, NotFound, LastSource."""
    authorise(actor, RIGHT)
    with transaction.atomic():
        if not even_the_last and _left_empty(address, pool=pool):
            raise LastSource(
                f"{address} is the last source that sends for {pool}: that mail would wait."
            )
        if not _change(
            "DELETE FROM public.pool_member WHERE pool = %s AND address = %s", pool, address
        ):
            raise NotFound(f"{address} is not in the pool {pool}.")
        _audit("pool.member_removed", pool, actor, address=address)


def map_stream(*, actor: Actor, stream: str, pool: str, reseller_id: UUID | None = None) -> None:
    """Let a stream leave from a pool, one reseller's or everybody's; what is queued stays.

    Raises NotAllowed, NotFound, InvalidInput; PoolUnusable when it is another reseller's or empty.
    """
    authorise(actor, RIGHT)
    if stream not in STREAMS:
        raise InvalidInput(f"The streams are {', '.join(STREAMS)}.", field="stream")
    found = _must_exist("egress_pool", "name", pool, f"There is no pool {pool}.")
    if found["reseller_id"] not in (None, reseller_id):
        raise PoolUnusable(f"The pool {pool} is another reseller's alone.", field="pool")
    if not _rows("SELECT FROM public.pool_member WHERE pool = %s AND providers IS NULL", pool):
        raise PoolUnusable(
            f"The pool {pool} has no source for every provider: that mail would wait.",
            field="pool",
        )
    with transaction.atomic():
        _change(
            "INSERT INTO public.stream_pool (reseller_id, stream, pool) VALUES (%s, %s, %s)"
            " ON CONFLICT (reseller_id, stream) DO UPDATE SET pool = EXCLUDED.pool",
            reseller_id,
            stream,
            pool,
        )
        _audit("stream.mapped", stream, actor, pool=pool, reseller=str(reseller_id or ""))


def unmap_stream(*, actor: Actor, stream: str, reseller_id: UUID | None = None) -> None:
    """Let a stream leave as everybody's does; raises NotAllowed, NotFound."""
    authorise(actor, RIGHT)
    with transaction.atomic():
        if not _change(
            "DELETE FROM public.stream_pool"
            " WHERE stream = %s AND reseller_id IS NOT DISTINCT FROM %s",
            stream,
            reseller_id,
        ):
            raise NotFound(f"The stream {stream} is not mapped to a pool there.")
        _audit("stream.unmapped", stream, actor, reseller=str(reseller_id or ""))


def begin_warmup(*, actor: Actor, address: str) -> None:
    """Begin the calendars of an address anew, from today on; raises NotAllowed, NotFound."""
    authorise(actor, RIGHT)
    _must_exist("egress_source", "address", address, f"There is no source {address}.")
    with transaction.atomic():
        _begin_warmup(address)
        _audit("source.warm_up_begun", address, actor)


def end_warmup(*, actor: Actor, address: str) -> None:
    """Take an address for warm everywhere, at one's own risk; raises NotAllowed, NotFound."""
    authorise(actor, RIGHT)
    with transaction.atomic():
        if not _change("DELETE FROM public.warmup WHERE address = %s", address):
            raise NotFound(f"The source {address} is not warming.")
        _audit("source.warm_up_ended", address, actor)


def _begin_warmup(address: str) -> None:
    # Today is judged too when enough is sent on it: who begins in the evening holds for a day.
    _change(
        "INSERT INTO public.warmup (address, provider_group, step, judged_on, verdict, reason)"
        " SELECT %s, found, 1, %s::date - 1, 'step', 'begun by hand' FROM unnest(%s::text[]) AS found"
        " ON CONFLICT (address, provider_group) DO UPDATE SET step = 1,"
        " judged_on = EXCLUDED.judged_on, verdict = 'step', reason = EXCLUDED.reason",
        address,
        clock.now().date(),
        sorted(SHARES),
    )


def _set_state(address: str, state: str, reason: str) -> None:
    if not _change(
        "UPDATE public.egress_source SET state = %s, reason = %s, changed_at = %s"
        " WHERE address = %s",
        state,
        reason,
        clock.now(),
        address,
    ):
        raise NotFound(f"There is no source {address}.")


def _left_empty(address: str, *, pool: str | None) -> list[str]:
    rows = _rows(_LAST_IN, {"address": address, "pool": pool})
    return [str(row["pool"]) for row in rows]


def _must_exist(table: str, key: str, value: str, sentence: str) -> dict[str, Any]:
    rows = _rows(f"SELECT * FROM public.{table} WHERE {key} = %s", value)  # noqa: S608 - our own names
    if not rows:
        raise NotFound(sentence)
    return rows[0]


def _rows(query: str, parameters: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters if isinstance(parameters, dict) else [parameters])
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _change(query: str, *parameters: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, list(parameters))
        return int(cursor.rowcount)


def _address(text: str) -> str:
    try:
        found = ip_address(text.strip())
    except ValueError as error:
        raise InvalidInput(f"{text} is no IP address.", field="address") from error
    # Also every address with a zone (fe80::1%eth0), which the database has no form for.
    if found.is_link_local or "%" in text:
        raise InvalidInput(f"{text} is of one link only: no mail leaves from it.", field="address")
    return str(found)


def _name(text: str) -> str:
    try:
        name = normalise(text)
    except InvalidName as error:
        raise InvalidInput(f"{text} is no host name ({error.code}).", field="ehlo") from error
    if "." not in name:
        raise InvalidInput(f"{text} is not fully qualified (RFC 5321 §4.1.1.1).", field="ehlo")
    return name


def _listed(words: frozenset[str]) -> str:
    return ", ".join(sorted(words))


def _audit(action: str, subject: str, actor: Actor, **data: str) -> None:
    audit(
        action,
        subject=subject,
        actor=actor,
        data={name: value for name, value in data.items() if value},
        reseller_id=OPERATOR_RESELLER,
    )
