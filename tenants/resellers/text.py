"""Clean what people type: company and product names, mail addresses, slugs, colours."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from kernel.dns import names
from tenants.resellers.errors import InvalidColour, InvalidEmail, InvalidSlug, SlugReserved

#: A host label (RFC 1123 §2.1) of 3 to 32 characters.
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,30}[a-z0-9]", re.ASCII)
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.ASCII)
#: Octets (RFC 5321 §4.5.3.1.1) and characters.
_MAX_LOCAL, _MAX_EMAIL = 64, 254

_RESERVED = (
    "abuse account accounts admin administrator api app assets auth autoconfig autodiscover "
    "billing blog bounce cdn client clients console dashboard demo dev dkim dmarc dns docs "
    "download ftp help home host hosting hostmaster imap info infra internal invoice invoices "
    "ldap legal livery local localhost login mail mailer-daemon manage marketing metrics monitor "
    "mta-sts mx news noreply no-reply ns ns1 ns2 ns3 ns4 operator pay payment payments platform "
    "pop pop3 portal postfix postmaster privacy public register reseller resellers root sales "
    "security signin signup sign-up smtp spf ssl staging static status stripe submission support "
    "sysadmin system team terms test tls unsubscribe usenet uucp webmail webmaster www"
)
#: Names that the platform uses, may use, or that a client would take for the platform's own.
RESERVED_SLUGS = frozenset(_RESERVED.split())


def clean_line(text: str) -> str:
    """One line of visible text, NFC, single spaces; control and direction marks are dropped."""
    normal = unicodedata.normalize("NFC", text)
    spaced = "".join(" " if character.isspace() else character for character in normal)
    kept = (c for c in spaced if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    return " ".join("".join(kept).split())


def clean_slug(text: str) -> str:
    """A slug as it is stored; raises InvalidSlug or SlugReserved.

    Only ASCII: letters of another script that look alike cannot imitate a reseller's name, and
    `--` in the third place would make an A-label (RFC 5890 §2.3.1).
    """
    slug = text.strip().lower()
    if not _SLUG.fullmatch(slug) or slug[2:4] == "--":
        raise InvalidSlug(field="slug")
    if slug in RESERVED_SLUGS:
        raise SlugReserved(field="slug")
    return slug


def clean_email(text: str) -> str:
    """An address as it is stored: lower case, NFC, domain as A-labels; raises InvalidEmail.

    A quoted local part is refused: it may hold control characters and what ends an address in a header.
    """
    address = unicodedata.normalize("NFC", text).strip().lower()
    local, _, domain = address.rpartition("@")
    try:
        address = f"{local}@{names.normalise(domain)}"
        validate_email(address)
    except (ValidationError, names.InvalidName) as error:
        raise InvalidEmail(field="email") from error
    if local.startswith('"') or len(local.encode()) > _MAX_LOCAL or len(address) > _MAX_EMAIL:
        raise InvalidEmail(field="email")
    return address


def clean_colour(text: str) -> str:
    """`#rrggbb` in lower case; raises InvalidColour."""
    colour = text.strip().lower()
    if not _COLOUR.fullmatch(colour):
        raise InvalidColour(field="colour")
    return colour
