"""What a server's refusal means: reason, kind and scope (RFC 3463; delivery-plane §2.6)."""

import re
from functools import lru_cache

from mailcore.protocol import reply_codes
from mailcore.protocol.reply_meanings import Classified as Classified
from mailcore.protocol.reply_meanings import Kind as Kind
from mailcore.protocol.reply_meanings import Reason as Reason
from mailcore.protocol.reply_meanings import Rule
from mailcore.protocol.reply_meanings import Scope as Scope
from mailcore.protocol.reply_rules import ANY, RULES, WIDE

#: Read of a reply; what counts stands at its beginning.
LONGEST = 600
_OWN_PHASES = frozenset({"queue", "scan", "sign"})
#: Whoever is named `quota` has no full mailbox for that.
_ADDRESS = re.compile(r"\S+@\S+")
_LEADING = re.compile(r"^\s*[2-5][0-9]{2}(?:[ -]|$)")


@lru_cache(maxsize=4096)
def classify(
    *, code: int | None, enhanced: str, text: str, phase: str, provider: str = "other"
) -> Classified:
    """The meaning of a refusal; what the words say goes before what the codes say.

    `code` is None where no server answered; `phase` is where it happened ("" when unknown, as in a
    notification that came back). A temporary reply is never hard, whatever its words.
    """
    if phase in _OWN_PHASES:
        return Classified(reason="local", kind="admin", scope="local")
    # Where no server answered, the words are ours, and only the phase says how far it came.
    said = _line(code, enhanced, text) if code or enhanced or not phase else ""
    found = (
        _among(RULES.get(provider, ()), said)
        or _among(RULES[ANY], said)
        or reply_codes.by_exact(enhanced)
        or _among(RULES[WIDE], said)
        or reply_codes.by_vague(enhanced)
        or reply_codes.by_code(code, phase)
    )
    if found.kind == "hard" and _is_temporary(code, enhanced):
        return Classified(reason=found.reason, kind="soft", scope=found.scope)
    return found


def _line(code: int | None, enhanced: str, text: str) -> str:
    """The reply as one line of lower-case words, with its codes even where `text` leaves them out."""
    head = "" if _LEADING.match(text) or code is None else f"{code} {enhanced} "
    return " ".join(_ADDRESS.sub("", head + text[:LONGEST]).lower().split()) + " "


def _among(rules: tuple[Rule, ...], said: str) -> Classified | None:
    return next((rule.meaning for rule in rules if rule.fits(said)), None)


def _is_temporary(code: int | None, enhanced: str) -> bool:
    return enhanced.startswith("4") if code is None else 400 <= code < 500
