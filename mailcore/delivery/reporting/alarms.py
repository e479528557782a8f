"""Alarms: a reseller's stream passes a warn line (delivery-plane §2.7)."""

from datetime import timedelta

from django.db import connection, transaction

from kernel import clock, outbox
from mailcore.delivery.statements import statement

_RAISE = statement("raise_alarms")
#: Shares from which on somebody should look; pauses come later (streams).
LINES: dict[str, float] = {"hard_bounces": 0.02, "complaints": 0.001, "deferrals": 0.1}
#: Fewer say nothing about a share.
LEAST_ENDED, LEAST_TRIED = 200, 50
KEPT = timedelta(days=90)


def raise_alarms() -> int:
    """Publish `delivery.alarm` for what passes a line, once an hour for the same; how many."""
    now = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM public.delivery_alarm WHERE hour < %s", [now - KEPT])
        cursor.execute(
            _RAISE, {"now": now, "least_ended": LEAST_ENDED, "least_tried": LEAST_TRIED, **LINES}
        )
        raised = cursor.fetchall()
        for reseller_id, hour, signal, stream, provider, quantity, of in raised:
            outbox.publish(
                "delivery.alarm",
                subject=f"stream:{stream}",
                reseller_id=reseller_id,
                data={
                    "signal": signal,
                    "stream": stream,
                    "provider": provider,
                    "quantity": int(quantity),
                    "of": int(of),
                    "line": LINES[signal],
                    "hour": hour.isoformat(),
                },
            )
    return len(raised)
