"""SPF records (RFC 7208): find, understand and merge them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: Mechanisms that cost the receiver a DNS look-up, and the modifier that does (§4.6.4).
_MECHANISM = re.compile(r"[+?~-]?(include|a|mx|ptr|exists)(?:[:](?P<name>[^/]+))?(?:/.*)?")
_REDIRECT = "redirect="
_ALL = re.compile(r"^[+?~-]?all$")
_EXPLANATION = "exp="
#: Which `all` stands when several records become one: the gentlest, but the whole world last.
_ENDS = ("?all", "~all", "-all", "+all")
#: §4.6.4: a receiver gives up beyond these; a look-up is void when nothing is there.
MOST_LOOKUPS, MOST_VOID = 10, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A term that costs a look-up; `name` is empty where it is the record's own domain.

    A name with macros is known only while a message arrives (§7).
    """

    kind: str
    name: str

    @property
    def has_macro(self) -> bool:
        """Whether the name cannot be told beforehand."""
        return "%" in self.name


def is_spf(text: str) -> bool:
    """Whether a TXT value is an SPF record (§4.5: the version, then a space or the end)."""
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def new(include: str) -> str:
    """A record that lets only `include` send."""
    return f"v=spf1 include:{include} -all"


def first_include(record: str) -> str:
    """What a record that `new` made includes."""
    return record.split("include:")[1].split()[0]


def authorises(record: str, include: str) -> bool:
    """Whether the record reaches `include` before an `all` ends the evaluation."""
    for term in record.lower().split()[1:]:
        if term in {f"include:{include}", f"+include:{include}"}:
            return True
        if _ALL.match(term):
            return False
    return False


def merge(record: str, include: str) -> str:
    """The record with our include in it, everything else as it was (one record only: §3.2)."""
    if authorises(record, include):
        return record
    version, *terms = record.split()
    terms = [term for term in terms if term.lower() != f"include:{include}"]
    return " ".join([version, f"include:{include}", *terms])


def united(records: Sequence[str]) -> str:
    """One record that lets send whom any of these lets (§3.2: there may be only one).

    A single one stays as it is. Of several each redirect becomes an include, since it would not be
    followed beside the `all` of another (§6.1), and no explanation stays: two are an error (§6).
    """
    apart = list(dict.fromkeys(records))
    if len(apart) == 1:
        return apart[0]
    terms: dict[str, str] = {}
    ends: set[str] = set()
    for record in apart:
        said, end = _until_all(record)
        for term in said:
            terms.setdefault(term.lower(), term)
        ends.add(end)
    last = [end for end in _ENDS if end in ends][:1]
    return " ".join(["v=spf1", *terms.values(), *last])


def _until_all(record: str) -> tuple[list[str], str]:
    """The mechanisms before `all`, a redirect as an include; and the `all`, empty without one."""
    said: list[str] = []
    redirects: list[str] = []
    for term in record.split()[1:]:
        if _ALL.match(term.lower()):
            # What follows is never looked at, nor is a redirect before it.
            return said, term.lower() if len(term) > len("all") else f"+{term.lower()}"
        if term.lower().startswith(_REDIRECT):
            redirects.append(f"include:{term[len(_REDIRECT) :]}")
        elif not term.lower().startswith(_EXPLANATION):
            said.append(term)
    return said + redirects, ""


def without(record: str, name: str) -> str:
    """The record with nothing of `name` in it, neither an include nor a redirect."""
    at_fault = {f"{sign}include:{name}" for sign in ("", "+", "?", "~", "-")}
    at_fault.add(f"{_REDIRECT}{name}")
    return " ".join(term for term in record.split() if term.lower().rstrip(".") not in at_fault)


def lookups(record: str) -> list[Lookup]:
    """What a receiver may have to look up for this record alone, in its order (§5, §6.1)."""
    found: list[Lookup] = []
    redirect: list[Lookup] = []
    for term in record.lower().split()[1:]:
        if _ALL.match(term):
            return found  # what follows is not looked at, nor is a redirect
        if term.startswith(_REDIRECT):
            redirect.append(Lookup(kind="redirect", name=term.removeprefix(_REDIRECT)))
        elif match := _MECHANISM.fullmatch(term):
            found.append(Lookup(kind=match[1], name=(match["name"] or "").rstrip(".")))
    return found + redirect[:1]
