"""Every part of a stack, in the order in which they are started."""

import importlib
import pkgutil
from collections.abc import Sequence

from stack import mail_parts
from stack.core_parts import code, postgres, redis_server
from stack.model import Part, Stack, StackError

#: Order of the progress lines and of starts whose requirements are met at the same time.
ORDER = (
    "postgres",
    "redis",
    "hosting",
    "hosting-secondary",
    "registry",
    "registry-secondary",
    "unbound",
    "prepare",
    "accept",
    "feedback",
    "dovecot",
    "rspamd",
    "postfix",
    "web",
    "roundcube",
    "caddy",
    "mail-names",
    "outside",
    f"egress.{code.EGRESS_NODE}",
    "events",
    "control",
    "beat",
    "seed",
)


def parts(stack: Stack) -> list[Part]:
    """Return all parts in start order; StackError when two share a name or one requires a stranger."""
    found = [
        *postgres.parts(stack),
        *redis_server.parts(stack),
        *code.parts(stack),
        *_outside(stack),
    ]
    for module in sorted(info.name for info in pkgutil.iter_modules(mail_parts.__path__)):
        imported = importlib.import_module(f"{mail_parts.__name__}.{module}")
        if hasattr(imported, "parts"):
            found += imported.parts(stack)
    return in_order(found)


def _outside(stack: Stack) -> list[Part]:
    return [
        Part(
            name="outside",
            command=(str(stack.python), "-m", "stack.outside"),
            environment={
                **stack.environment(),
                "LIVERY_ENDPOINTS": str(stack.endpoints_file),
            },
            listens=(stack.endpoint("outside_mx"), stack.endpoint("outside_control")),
            requires=("registry-secondary", "hosting-secondary", "unbound"),
        )
    ]


def in_order(found: Sequence[Part]) -> list[Part]:
    """Sort parts by ORDER, strangers last but one by one after what they require."""
    names = [part.name for part in found]
    if len(names) != len(set(names)):
        raise StackError(f"Two parts share a name: {', '.join(sorted(names))}")
    for part in found:
        missing = set(part.requires) - set(names)
        if missing:
            raise StackError(f"Part {part.name} requires unknown {', '.join(sorted(missing))}")
    rank = {name: place for place, name in enumerate(ORDER)}
    waiting = sorted(found, key=lambda part: rank.get(part.name, len(rank)))
    ordered: list[Part] = []
    while waiting:
        done = {part.name for part in ordered}
        following = next((part for part in waiting if set(part.requires) <= done), None)
        if following is None:
            circle = ", ".join(part.name for part in waiting)
            raise StackError(f"Parts require each other in a circle: {circle}")
        ordered.append(following)
        waiting.remove(following)
    return ordered
