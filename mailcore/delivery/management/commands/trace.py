"""`manage.py trace MESSAGE-ID`: what happened to a message, try by try."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from mailcore.delivery import selectors
from mailcore.delivery.management.operating import OperatorCommand

_OURS = frozenset({"suppressed", "cancelled"})
_BEFORE_MAIL = frozenset({"dns", "connect", "ehlo", "starttls", "sign", "scan", "queue"})


class Command(OperatorCommand):
    """Envelope, recipients and attempts of a message; never its content."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """The Message-ID, with or without its angle brackets, or our own id."""
        parser.add_argument("message_id")

    def handle(self, *_: Any, **options: Any) -> None:
        """Exit code 1 when there is no such message."""
        rows = selectors.trace(options["message_id"])
        if not rows:
            raise CommandError("no message has this id")
        message = recipient = None
        for row in rows:
            if row["message_id"] != message:
                message = row["message_id"]
                self._show_message(row)
            if row["recipient_id"] != recipient:
                recipient = row["recipient_id"]
                self._show_recipient(row)
            if row["outcome"]:
                self._show_attempt(row)

    def _show_message(self, row: dict[str, Any]) -> None:
        self.stdout.write(
            f"{row['accepted_at']:%Y-%m-%d %H:%M:%S} accepted {row['header']} ({row['stream']},"
            f" {row['size']} bytes) from <{row['envelope_from']}>"
        )

    def _show_recipient(self, row: dict[str, Any]) -> None:
        waits = f", {row['queue_state']}, due {row['due']:%Y-%m-%d %H:%M:%S}" if row["due"] else ""
        held = f" (held: {row['held_reason']})" if row["held_reason"] else ""
        ended = f" {row['final_at']:%Y-%m-%d %H:%M:%S}" if row["final_at"] else ""
        # What a server's reply decided stands with the try.
        is_ours = row["status"] in _OURS or not row["outcome"]
        why = f": {row['final_text']}" if row["final_text"] and is_ours else ""
        self.stdout.write(f"  {row['address']}: {row['status']}{ended}{why}{waits}{held}")

    def _show_attempt(self, row: dict[str, Any]) -> None:
        doubts = [word for word in ("maybe_delivered", "late") if row[word]]
        self.stdout.write(
            f"    {row['ended_at']:%Y-%m-%d %H:%M:%S} {row['outcome']} in {row['phase']}"
            f" ({_way(row)}) {row['reply']} {_meaning(row)} {' '.join(doubts)}".rstrip()
        )


def _way(row: dict[str, Any]) -> str:
    """From which address to whose server, and how safely."""
    at = f" [{row['mx_address']}]" if row["mx_address"] else ""
    to = f"{row['mx'] or '?'}{at}"
    # What ended before MAIL sent nothing, neither in the clear nor otherwise.
    safety = row["tls"] or ("" if row["phase"] in _BEFORE_MAIL else "in the clear")
    way = f"{row['source'] or 'local'} -> {to}"
    return ", ".join(filter(None, [way, row["provider"] or "?", safety]))


def _meaning(row: dict[str, Any]) -> str:
    """What the refusal means, as suppression and the shaper read it."""
    return f"[{row['reason']}, {row['kind']}, {row['scope']}]" if row["reason"] else ""
