"""The operator changes how mail goes out: rule files, and the end of overlays."""

from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from kernel import clock
from kernel.actor import Actor, authorise
from kernel.errors import NotFound
from kernel.outbox import audit
from kernel.tenancy import OPERATOR_RESELLER
from mailcore.delivery.shaping.rule_file import read
from mailcore.delivery.statements import statement

_SET, _UNSET = statement("shaping_set"), statement("shaping_unset")
_CLEAR, _WAKE = statement("shaping_clear"), statement("shaping_wake")
RIGHT = "nodes.write"
#: By then (seconds) every worker knows of a change.
KNOWN = 5.0


def set_rules(*, actor: Actor, name: str, content: str) -> None:
    """Store a rule file under a name; workers follow within seconds.

    Raises NotAllowed, BadRules.
    """
    authorise(actor, RIGHT)
    read(content, name=f"{name}.toml")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SET, {"name": name, "content": content, "now": clock.now()})
        _audit("shaping.rules_set", name, actor, content=content)
        _wake()


def unset_rules(*, actor: Actor, name: str) -> None:
    """Forget a rule file; raises NotAllowed, NotFound."""
    authorise(actor, RIGHT)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_UNSET, {"name": name})
        if not cursor.rowcount:
            raise NotFound(f"No rules are called {name}.")
        _audit("shaping.rules_unset", name, actor)
        _wake()


def clear_overlays(
    *, actor: Actor, overlay_id: UUID | None = None, source: str = "", target: str = ""
) -> int:
    """End one overlay, or those of a source, of a target, or of both; how many.

    A suspension that is ended is over at once, without a probe. Raises NotAllowed, NotFound.
    """
    authorise(actor, RIGHT)
    chosen = {"id": overlay_id, "source": source, "target": target}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLEAR, {**chosen, "now": clock.now()})
        if not cursor.rowcount:
            raise NotFound("No overlay that holds is meant by this.")
        subject = str(overlay_id) if overlay_id else f"{source or '*'} {target or '*'}"
        count = int(cursor.rowcount)
        _audit("shaping.overlays_cleared", subject, actor, count=count)
        _wake()
    return count


def _wake() -> None:
    """Mail that waits for the end of a limit asks again soon: it may be another one now."""
    with connection.cursor() as cursor:
        cursor.execute(_WAKE, {"soon": clock.now() + timedelta(seconds=KNOWN)})


def _audit(action: str, subject: str, actor: Actor, **data: object) -> None:
    audit(action, subject=subject, actor=actor, data=data, reseller_id=OPERATOR_RESELLER)
