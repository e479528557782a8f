"""The portal's main menu: only what the member's rights open."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.actor import Actor, may

_ENTRIES: tuple[tuple[str, Promise, str], ...] = (
    ("dashboard", _("Overview"), ""),
    ("organisations", _("Organisations"), "organisations.read"),
    ("domains", _("Domains"), "domains.read"),
    ("mailboxes", _("Mailboxes"), "mailboxes.read"),
    ("aliases", _("Aliases"), "mailboxes.read"),
    ("mail-log", _("Mail log"), "messages.read"),
    ("streams", _("Streams"), "streams.read"),
    ("suppressions", _("Suppressions"), "suppressions.read"),
    ("invoices", _("Invoices"), "invoices.read"),
    ("api-keys", _("API keys"), "api_keys.write"),
    ("webhooks", _("Webhooks"), "webhooks.read"),
    ("members", _("Team"), "members.read"),
    ("brand", _("Brand"), "brand.write"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One link of the menu."""

    label: Promise
    url: str
    is_current: bool


def entries(request: HttpRequest, caller: Actor) -> list[Entry]:
    """The links for this member; none on the platform host, which has other pages."""
    try:
        return [
            Entry(label=label, url=(url := reverse(name)), is_current=_is_at(request.path, url))
            for name, label, action in _ENTRIES
            if not action or may(caller, action)
        ]
    except NoReverseMatch:
        return []


def _is_at(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
