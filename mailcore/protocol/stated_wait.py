"""The time that a server asks to wait, out of the words of its reply."""

import re

_UNIT = {"s": 1, "m": 60, "h": 3600}
_AGO = r"(?:again|back|retry|after|wait|greylist\w*|deferred|delayed|blocked|in|for)"
_AMOUNT = re.compile(
    rf"\b{_AGO}\b\W{{1,3}}(?:\w+\W){{0,3}}?(?:about |at least )?"
    r"(?P<number>[0-9]{1,5}) ?(?P<unit>s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\b"
)
_CLOCK = re.compile(r"\b(?:in|after|for|back)\W{1,3}([0-9]{1,2}):([0-9]{2}):([0-9]{2})\b")


def stated_wait(text: str) -> int | None:
    """Seconds, as in `try again in 5 minutes` or `come back in 00:05:00`; None when nothing is said."""
    said = text.lower()
    clock = _CLOCK.search(said)
    if clock:
        hours, minutes, seconds = map(int, clock.groups())
        return hours * 3600 + minutes * 60 + seconds
    amount = _AMOUNT.search(said)
    return int(amount["number"]) * _UNIT[amount["unit"][0]] if amount else None
