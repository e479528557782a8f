"""Servers that answer nothing: a provider that is away holds up nobody else's domains."""

import time
from dataclasses import dataclass, field

#: A server that let so many questions in a row go unanswered is asked one in so many seconds, until
#: it answers. A domain's own records are fewer, tried twice.
_AWAY_AFTER, _PROBE = 60, 1.0


@dataclass(slots=True)
class _Silence:
    unanswered: int = 0
    probe_at: float = 0.0


@dataclass(slots=True, kw_only=True)
class Silences:
    """How many questions in a row each address left unanswered."""

    _known: dict[str, _Silence] = field(default_factory=dict)

    def is_away(self, address: str) -> bool:
        """Whether not to ask it now; one question now and then asks whether it is back."""
        silence, now = self._known.get(address), time.monotonic()
        if silence is None or silence.unanswered < _AWAY_AFTER:
            return False
        is_turn = now >= silence.probe_at
        if is_turn:
            silence.probe_at = now + _PROBE
        return not is_turn

    def note(self, address: str) -> None:
        """One more went unanswered."""
        self._known.setdefault(address, _Silence()).unanswered += 1

    def end(self, address: str) -> None:
        """It answered."""
        self._known.pop(address, None)
