"""Drain addresses and nodes, and share a node's queue between processes."""

from django.conf import settings
from django.db import connection, transaction

from kernel import clock
from kernel.actor import Actor, authorise
from kernel.errors import Conflict, InvalidInput, NotFound
from kernel.outbox import audit
from kernel.tenancy import OPERATOR_RESELLER
from mailcore.delivery.statements import statement

_REHOME = statement("rehome")
RIGHT = "nodes.write"
MOST_SHARDS = 64


def drain_node(*, actor: Actor, node: str, reason: str, to: str | None = None) -> int:
    """Let a node claim nothing more, and its rows go to another node; how many moved now.

    What it is sending it finishes; what a dead one had in a session follows when its lease ends
    (15 minutes). Raises NotAllowed, NotFound, Conflict (`to` is drained, or `node` is where
    another one's rows go).
    """
    authorise(actor, RIGHT)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE public.egress_node IN SHARE ROW EXCLUSIVE MODE")
        _require_known(node)
        if to is not None:
            _check_target(node=node, to=to)
        for name in filter(None, (node, to)):
            cursor.execute(
                "INSERT INTO public.egress_node (node) VALUES (%s) ON CONFLICT DO NOTHING", [name]
            )
        cursor.execute(
            "UPDATE public.egress_node SET drained_at = coalesce(drained_at, %s),"
            " drain_reason = %s, moves_to = %s WHERE node = %s",
            [clock.now(), reason, to, node],
        )
        _audit("node.drained", node, actor, reason=reason, to=to or "")
    return rehome()


def undrain_node(*, actor: Actor, node: str) -> None:
    """Let a node claim again; what has moved stays where it is. Raises NotAllowed, NotFound."""
    authorise(actor, RIGHT)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.egress_node SET drained_at = NULL, drain_reason = '', moves_to = NULL"
            " WHERE node = %s",
            [node],
        )
        if not cursor.rowcount:
            raise NotFound(f"The node {node} is not drained.")
        _audit("node.undrained", node, actor)


def set_shards(*, actor: Actor, node: str, shards: int) -> int:
    """Share a node's queue between so many processes; how many rows moved. Start these first.

    Raises NotAllowed, InvalidInput, NotFound.
    """
    authorise(actor, RIGHT)
    if not 1 <= shards <= MOST_SHARDS:
        raise InvalidInput(f"A node has 1 to {MOST_SHARDS} shards.", field="shards")
    _require_known(node)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.egress_node (node, shards) VALUES (%s, %s)"
            " ON CONFLICT (node) DO UPDATE SET shards = EXCLUDED.shards",
            [node, shards],
        )
        _audit("node.shards_set", node, actor, shards=str(shards))
    return rehome()


def drain_source(*, actor: Actor, address: str, reason: str) -> None:
    """Let no more mail leave from an address; raises NotAllowed, NotFound."""
    _set_source(actor, address, state="draining", reason=reason, action="source.drained")


def undrain_source(*, actor: Actor, address: str) -> None:
    """Let mail leave from an address again; raises NotAllowed, NotFound."""
    _set_source(actor, address, state="active", reason="", action="source.undrained")


def rehome() -> int:
    """Move rows that are not leased to where they belong, slice by slice; how many."""
    total = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_REHOME)
            moved, emptied = cursor.fetchone()
        total += int(moved)
        if not moved and not emptied:
            return total


def _require_known(node: str) -> None:
    """A slip of the pen makes no node."""
    if node == settings.EGRESS_NODE:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM public.egress_shard WHERE node = %(node)s"
            "  UNION ALL SELECT FROM public.egress_node WHERE node = %(node)s"
            "  UNION ALL SELECT FROM public.egress_source WHERE node = %(node)s)",
            {"node": node},
        )
        (is_known,) = cursor.fetchone()
    if not is_known:
        raise NotFound(f"There is no node {node}: none such has run or has addresses.")


def _check_target(*, node: str, to: str) -> None:
    if to == node:
        raise Conflict(f"The rows of {node} cannot go to itself.")
    _require_known(to)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM public.egress_node WHERE node = %(to)s AND drained_at IS NOT NULL),"
            " EXISTS (SELECT FROM public.egress_node WHERE moves_to = %(node)s)",
            {"to": to, "node": node},
        )
        is_drained, is_target = cursor.fetchone()
    if is_drained:
        raise Conflict(f"The node {to} is drained itself.")
    if is_target:
        raise Conflict(f"The rows of another node go to {node}: undrain that one first.")


def _set_source(actor: Actor, address: str, *, state: str, reason: str, action: str) -> None:
    authorise(actor, RIGHT)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE public.egress_source SET state = %s, reason = %s, changed_at = %s"
            " WHERE address = %s",
            [state, reason, clock.now(), address],
        )
        if not cursor.rowcount:
            raise NotFound(f"No source has the address {address}.")
        _audit(action, address, actor, reason=reason)


def _audit(action: str, subject: str, actor: Actor, **data: str) -> None:
    audit(
        action,
        subject=subject,
        actor=actor,
        data={name: value for name, value in data.items() if value},
        reseller_id=OPERATOR_RESELLER,
    )
