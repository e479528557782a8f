"""Write a domain's records into its zone, by a key that its owner gave us."""

import asyncio
import base64
import binascii
import ipaddress
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kernel import keys
from kernel.actor import Actor, authorise
from kernel.crypto import Secret
from kernel.dns import names
from kernel.dns.walk import Unreachable
from kernel.outbox import audit, publish
from kernel.tenancy import current_reseller_id
from mailcore.checks import selectors as check_selectors
from mailcore.checks import services as checks
from mailcore.domains import selectors
from mailcore.domains.adapters import DnsUpdate
from mailcore.domains.errors import InvalidDnsCredential
from mailcore.domains.models import DnsCredential, Domain
from mailcore.domains.ports import ZoneBusy, ZoneEditor, ZoneRefused
from mailcore.protocol import dns_plan
from mailcore.protocol.dns_plan import Change
from mailcore.protocol.dns_records import Record

ALGORITHMS = ("hmac-sha256", "hmac-sha384", "hmac-sha512")
#: RFC 4291 §2.4: IPv6 beyond this is local, a group, or another way to write an IPv4 address.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
#: Seconds before each further try; after the last one a person must ask again.
_AGAIN = (5, 30, 120, 600)


@transaction.atomic
def request_dns_update(
    *,
    actor: Actor,
    domain_id: UUID,
    server: str,
    port: int,
    key_name: str,
    algorithm: str,
    secret: str,
) -> Domain:
    """Keep the key and have the domain's records written; raises NotAllowed, NotFound,
    InvalidDnsCredential."""
    authorise(actor, "domains.write")
    domain = selectors.get_seen(domain_id, actor=actor)
    credential, _ = DnsCredential.objects.update_or_create(
        domain=domain,
        defaults={
            "server": _server(server),
            "port": _port(port),
            "key_name": _name(key_name, field="key_name"),
            "algorithm": _algorithm(algorithm),
            "sealed_secret": keys.seal_for(
                current_reseller_id(), plain=_secret(secret), context=domain.public_id.bytes
            ),
        },
    )
    checks.ask_to_publish(domain.public_id)
    shown: dict[str, object] = {"server": credential.server, "key_name": credential.key_name}
    audit("domain.dns_update_requested", subject=domain.reference, actor=actor, data=shown)
    publish(
        "domain.dns_update_requested",
        subject=domain.reference,
        data={"domain_id": str(domain.public_id)},
        actor=actor,
    )
    return domain


def republish(*, domain_id: UUID) -> bool:
    """Have a domain's zone brought up to date by a worker; False where we cannot write it.

    Records that we keep for a domain, in our own zone, are brought up to date in any case.

    For whoever changes what `selectors.expected_records` answers (a key rotates, a policy moves on,
    records are published another way): call it in the transaction of that change. It asks no
    server, may be called any number of times, and does nothing for a domain whose owner publishes
    by hand. Raises NotFound.
    """
    domain = selectors.get_domain(domain_id)
    if domain.points_to_us:
        checks.ask_for_targets(domain.public_id)
    if not DnsCredential.objects.filter(domain=domain).exists():
        return False
    checks.ask_to_publish(domain.public_id)
    return True


def publish_records(*, domain_id: UUID, editor: ZoneEditor | None = None) -> str:
    """Write what is missing and check it; the code of how it ended.

    Blocks up to about a minute on a slow server; failures that may pass are planned again.
    Raises NotFound and DnsCredential.DoesNotExist.
    """
    domain = selectors.get_domain(domain_id)
    credential = DnsCredential.objects.get(domain=domain)
    again: timedelta | None = None
    try:
        plan = write(
            editor or _editor(domain, credential),
            selectors.expected_records(domain),
            ours=[Change(**old) for old in credential.published],
        )
        code = "partly" if plan.skipped else "ok"
    except ZoneRefused as error:
        plan, code = None, error.code
    except ZoneBusy as error:
        plan, code, again = None, error.code, _next_try(domain)
    with transaction.atomic():
        if plan is not None:
            credential.published = [asdict(change) for change in plan.ours]
            credential.save(update_fields=["published"])
        checks.published(domain_id=domain.public_id, code=code, again_in=again)
        checks.watch(domain.public_id)
    return code


def write(editor: ZoneEditor, wanted: Sequence[Record], *, ours: Sequence[Change]) -> dns_plan.Plan:
    """Plan against what stands in the zone, and apply; raises ZoneBusy, ZoneRefused."""
    places = {(record.name, record.type) for record in wanted}
    places |= {(old.name, old.type) for old in ours}
    current = {place: editor.read(*place) for place in sorted(places)}
    plan = dns_plan.make(wanted, current=current, ours=ours)
    if plan.changes:
        # The shortest name is the domain itself: the zone that holds it holds the others too.
        editor.apply(editor.zone_of(min(places, key=lambda p: len(p[0]))[0]), plan.changes)
    return plan


def _next_try(domain: Domain) -> timedelta | None:
    schedule = check_selectors.find_schedule(domain.public_id)
    tries = schedule.publish_tries if schedule else len(_AGAIN)
    if tries >= len(_AGAIN):
        return None
    return timedelta(seconds=_AGAIN[tries] * settings.DELAY_SCALE)


def _editor(domain: Domain, credential: DnsCredential) -> DnsUpdate:
    secret = keys.unseal_record(bytes(credential.sealed_secret), context=domain.public_id.bytes)
    return DnsUpdate(
        address=_allowed_address(credential.server),
        port=credential.port,
        key_name=credential.key_name,
        algorithm=credential.algorithm,
        secret=Secret(secret.decode()),
    )


def _allowed_address(server: str) -> str:
    """The address to connect to, resolved once: a name cannot change under the check."""
    address = server if _is_address(server) else _resolve(server)
    if not settings.ALLOW_PRIVATE_TARGETS and not _is_public(address):
        raise ZoneRefused("dns_update.address_not_allowed")
    return address


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address)
    is_unicast = found in _GLOBAL_UNICAST if found.version == 6 else not found.is_multicast
    return found.is_global and is_unicast


def _resolve(host: str) -> str:
    try:
        found = asyncio.run(checks.walker().addresses_of(host))
    except Unreachable as error:
        raise ZoneBusy("dns_update.unknown_host") from error
    if not found:
        raise ZoneRefused("dns_update.unknown_host")
    return found[0]


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _server(text: str) -> str:
    return text if _is_address(text) else _name(text, field="server")


def _port(port: int) -> int:
    if not 1 <= port <= 65_535:
        raise InvalidDnsCredential(field="port")
    return port


def _name(text: str, *, field: str) -> str:
    try:
        return names.normalise(text)
    except names.InvalidName as error:
        raise InvalidDnsCredential(field=field) from error


def _algorithm(text: str) -> str:
    algorithm = text.lower().removesuffix(".")
    if algorithm not in ALGORITHMS:
        raise InvalidDnsCredential(field="algorithm", allowed=list(ALGORITHMS))
    return algorithm


def _secret(text: str) -> bytes:
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidDnsCredential(field="secret") from error
    if not 8 <= len(raw) <= 512:
        raise InvalidDnsCredential(field="secret")
    return text.strip().encode()
