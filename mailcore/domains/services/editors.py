"""From a stored credential to an editor that may be let loose."""

import asyncio
import ipaddress
import json

from django.conf import settings

from kernel import keys
from kernel.crypto import Secret
from kernel.dns.addresses import is_public
from kernel.dns.walk import Unreachable
from mailcore.checks import services as checks
from mailcore.domains.models import DnsCredential
from mailcore.domains.states import CredentialKind
from mailcore.zones.adapters.dns_update import DnsUpdate
from mailcore.zones.adapters.providers import provider_zone
from mailcore.zones.ports import ZoneBusy, ZoneEditor, ZoneRefused

#: A stranger's name may cost so many seconds, since somebody waits, and so many questions.
_TIME_LIMIT, _QUESTIONS = 5.0, 40


def editor_of(credential: DnsCredential) -> ZoneEditor:
    """An editor with the credential's secret in it; raises ZoneBusy and ZoneRefused."""
    sealed = bytes(credential.sealed_secret)
    plain = keys.unseal_record(sealed, context=credential.public_id.bytes).decode()
    if credential.kind == CredentialKind.LEXICON:
        return provider_zone(
            credential.provider, fields={**credential.settings, **json.loads(plain)}
        )
    return DnsUpdate(
        address=_allowed_address(credential.settings["server"]),
        port=credential.settings["port"],
        key_name=credential.settings["key_name"],
        algorithm=credential.settings["algorithm"],
        secret=Secret(plain),
    )


def _allowed_address(server: str) -> str:
    """The address to connect to, resolved once: a name cannot change under the check."""
    address = server if is_address(server) else _resolve(server)
    if not settings.ALLOW_PRIVATE_TARGETS and not is_public(address):
        raise ZoneRefused("dns_update.address_not_allowed")
    return address


def is_address(text: str) -> bool:
    """Whether the text is an IP address and no name."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _resolve(host: str) -> str:
    try:
        found = asyncio.run(_addresses_of(host))
    except (Unreachable, TimeoutError) as error:
        raise ZoneBusy("dns_update.unknown_host") from error
    if not found:
        raise ZoneRefused("dns_update.unknown_host")
    return found[0]


async def _addresses_of(host: str) -> list[str]:
    async with asyncio.timeout(_TIME_LIMIT):
        return await checks.walker(budget=_QUESTIONS).addresses_of(host)
