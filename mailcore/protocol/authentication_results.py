"""What our own MX found out about a message's sender (RFC 8601): may its From domain be believed?"""

import re
from email.message import Message
from email.utils import getaddresses

#: A sender's address that cannot end the comment in which the field repeats it.
_PLAIN = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]*@[A-Za-z0-9.-]+")
_PAIR = re.compile(r"([a-z.]+)=(\"[^\"]*\"|[^\s\"]+)")
_DOMAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)+")
_LONGEST = 8000


def proven_sender(
    message: "Message[str, str]", *, authority: str, envelope_from: str
) -> str | None:
    """The domain of the From address where DMARC, DKIM or SPF proved it; None where nothing did.

    Only the topmost field counts, and only of `authority`: our MX takes the others away and puts
    its own on top. A signature or SPF of a domain above or below From's proves it too, as in
    relaxed alignment (RFC 7489 §3.1): a reporter need not publish a policy of its own.
    """
    sender = _from_domain(message)
    fields = message.get_all("Authentication-Results", [])
    # The null sender proves nothing of itself, but a signature may.
    if sender is None or not fields or (envelope_from and not _PLAIN.fullmatch(envelope_from)):
        return None
    results = _results_of(str(fields[0]), authority=authority)
    return sender if any(_proves(result, sender) for result in results) else None


def _from_domain(message: "Message[str, str]") -> str | None:
    fields = message.get_all("From", [])
    if len(fields) != 1:
        return None
    addresses = [address for _, address in getaddresses([str(fields[0])[:_LONGEST]]) if address]
    domain = addresses[0].rpartition("@")[2].lower() if len(addresses) == 1 else ""
    return domain if _DOMAIN.fullmatch(domain) else None


def _results_of(text: str, *, authority: str) -> list[dict[str, str]]:
    """`dkim=pass header.d=…` as pairs; nothing when the field is another's, or odd in any way."""
    if len(text) > _LONGEST:
        return []
    bare = _without_comments(" ".join(text.split()))
    if bare is None:
        return []
    parts = bare.split(";")
    if parts[0].strip().lower() != authority.lower():
        return []
    found = [dict(_PAIR.findall(part.lower())) for part in parts[1:]]
    # One verdict on DMARC: a second one was brought along in some value.
    return found if sum("dmarc" in result for result in found) <= 1 else []


def _without_comments(text: str) -> str | None:
    """The text without its comments, which may nest; None when they or a quoted text do not end.

    Semicolons inside quoted texts become spaces, so that what is left can be cut at the others.
    """
    depth, is_quoted, kept = 0, False, []
    characters = iter(text)
    for character in characters:
        if character == "\\":
            next(characters, "")
        elif is_quoted:
            is_quoted = character != '"'
            kept.append(" " if character in ";=" else character)
        elif character == '"' and not depth:
            is_quoted = True
            kept.append(character)
        elif character in "()":
            depth += 1 if character == "(" else -1
            if depth < 0:
                return None
        elif not depth:
            kept.append(character)
    return "".join(kept) if not depth and not is_quoted else None


def _proves(result: dict[str, str], sender: str) -> bool:
    if result.get("dmarc") == "pass":
        return result.get("header.from") == sender
    if result.get("dkim") == "pass":
        return is_related(result.get("header.d", ""), sender)
    if result.get("spf") == "pass":
        return is_related(result.get("smtp.mailfrom", "").rpartition("@")[2], sender)
    return False


def is_related(one: str, other: str) -> bool:
    """Whether two domains are the same, or one of them stands below the other."""
    if one.count(".") < 1 or other.count(".") < 1:
        return False
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
