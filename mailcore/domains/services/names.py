"""Which names can be mail domains of a client."""

from functools import cache

from django.conf import settings
from publicsuffixlist import PublicSuffixList

from kernel.dns import names
from mailcore.domains.errors import InvalidDomain, PublicSuffix, ReservedDomain
from mailcore.protocol.dns_records import LONGEST_PREFIX

#: RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476, and names that resolvers keep inside a network.
#: `test` is not among them: a platform may well be tried out below it.
_RESERVED = frozenset(
    {"alt", "arpa", "corp", "example", "home", "internal", "invalid", "lan", "local"}
    | {"localdomain", "localhost", "onion"}
)
#: RFC 6761 §6.5: registered to nobody, for use in documents.
_EXAMPLES = ("example.com", "example.net", "example.org")


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def acceptable(text: str) -> str:
    """The stored form; raises InvalidDomain, PublicSuffix or ReservedDomain."""
    try:
        name = names.normalise(text)
    except names.InvalidName as error:
        raise InvalidDomain(field="name", reason=error.code) from error
    if "_" in name:
        raise InvalidDomain(field="name", reason="label")
    if len(name) > 253 - LONGEST_PREFIX:
        raise InvalidDomain(field="name", reason="too_long")
    if not registrable(name):
        raise PublicSuffix(field="name")
    if _is_reserved(name):
        raise ReservedDomain(field="name")
    return name


def registrable(name: str) -> str:
    """The part that is bought from a registry; empty for a public suffix itself."""
    return _suffixes().privatesuffix(name) or ""


def _is_reserved(name: str) -> bool:
    if name.rpartition(".")[2] in _RESERVED:
        return True
    if any(names.is_at_or_below(name, example) for example in _EXAMPLES):
        return True
    own = (settings.PLATFORM_HOST, settings.INFRA_DOMAIN)
    return any(names.is_at_or_below(name, o) or names.is_at_or_below(o, name) for o in own)
