"""Which handler answers which event: the one place where capabilities meet.

A handler runs as role worker, in the schema of the event's reseller and in a transaction of its
own with the other handlers of that event. It may run twice, so it must be idempotent.
"""

from collections.abc import Callable

from kernel.outbox import Envelope

Handler = Callable[[Envelope], None]

HANDLERS: dict[str, tuple[Handler, ...]] = {}
