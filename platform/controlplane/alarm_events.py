"""Handlers of alarms and of paused streams: who is told, and what."""

from datetime import datetime

from controlplane.alarm_words import words_of
from kernel.outbox import Envelope
from tenants.resellers import services as resellers


def tell_operator(event: Envelope) -> None:
    """`delivery.alarm` and `delivery.recovered` {signal, stream, provider, quantity, of, since}."""
    words = words_of(str(event.data["signal"]))
    resellers.notify_operator(
        reseller_id=event.reseller_id,
        template="alarm",
        context={
            "is_over": event.type == "delivery.recovered",
            "what": words.what,
            "advice": words.advice,
            "stream": event.data["stream"],
            "provider": event.data["provider"],
            "quantity": event.data["quantity"],
            "of": event.data["of"],
            "since": datetime.fromisoformat(str(event.data["since"])),
        },
    )


def tell_of_pause(event: Envelope) -> None:
    """`stream.paused` {stream, reason, by}: the reseller's owner, and the operator.

    A reseller that paused it knows.
    """
    if _is_own(event):
        return
    context = _stream(event, is_over=False)
    resellers.notify_owner(reseller_id=event.reseller_id, template="stream", context=context)
    order = f"./livery streams resume {event.reseller_id} {event.data['stream']}"
    resellers.notify_operator(
        reseller_id=event.reseller_id,
        template="stream_operator",
        context={**context, "order": order},
    )


def tell_of_resume(event: Envelope) -> None:
    """`stream.resumed` {stream, reason, by}: the reseller's owner, unless it was their own pause."""
    if _is_own(event):
        return
    resellers.notify_owner(
        reseller_id=event.reseller_id, template="stream", context=_stream(event, is_over=True)
    )


def _is_own(event: Envelope) -> bool:
    return event.data.get("by") == "reseller"


def _stream(event: Envelope, *, is_over: bool) -> dict[str, object]:
    return {
        "stream": event.data["stream"],
        "reason": event.data["reason"],
        "is_over": is_over,
        "at": event.occurred_at,
    }
