"""Mail hosts under names of a reseller's own: asked for, proven in DNS, told once they are presented.

The name must be an alias of the one that we give the reseller: only who writes its DNS can do
that, and it says for whom. So nobody takes a name that is not theirs, and a name goes over to
another reseller when its owner has it lead there.
"""

import asyncio
import logging
import socket
import ssl
import time
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Greatest

from kernel import clock, ids
from kernel.actor import Actor, authorise
from kernel.dns import names
from kernel.dns.ports import Exchange
from kernel.dns.udp import UdpExchange
from kernel.dns.walk import Unreachable, Walker
from kernel.errors import NotAllowed
from kernel.outbox import audit, publish
from kernel.tenancy import PUBLIC, current_reseller_id, in_schema
from tenants.resellers import events, selectors
from tenants.resellers.errors import InvalidMailHost, MailHostServes
from tenants.resellers.models import Brand, Reseller, ResellerHost
from tenants.resellers.states import LOOKED_FOR, MAIL_KINDS

log = logging.getLogger(__name__)

READ, WRITE = "mail_hosts.read", "mail_hosts.write"
#: So many names that clients were told once, or nearly, stay served beside the new one.
_KEPT = 5
_SLICE = 10.0  # seconds of one round
_DNS_SECONDS = 8
_TLS_SECONDS = 5
_QUESTIONS = 60
#: What the web serves below clients' domains: a mail host there would stand in the way.
_WEB_LABELS = frozenset({"autoconfig", "autodiscover", "mta-sts"})


def require(actor: Actor, right: str) -> None:
    """Raise NotAllowed unless the actor may do READ or WRITE to the whole reseller's mail hosts."""
    authorise(actor, right)
    if actor.organisation is not None:
        raise NotAllowed("Mail hosts are the whole reseller's.")


@transaction.atomic
def ask_for_mail_hosts(
    *, actor: Actor, imap_host: str | None = None, smtp_host: str | None = None
) -> Brand:
    """Have clients told these names; an empty one: the name that we give, at once; None: as it was.

    Until a new name is proven and presented, clients are told what they were told before. Names
    that they were told once stay served. Raises NotAllowed, InvalidMailHost, MailHostServes.
    """
    require(actor, WRITE)
    brand = _lock(current_reseller_id())
    fields: list[str] = []
    for kind, given in (("imap", imap_host), ("smtp", smtp_host)):
        if given is not None:
            name = _clean(given, field=f"{kind}_host")
            setattr(brand, f"{kind}_host", name)
            setattr(brand, f"{kind}_asked_at", clock.now() if name else None)
            fields += [f"{kind}_host", f"{kind}_asked_at"]
    if brand.imap_host and brand.imap_host == brand.smtp_host:  # a name leads to one server
        raise InvalidMailHost(field="smtp_host")
    brand.save(update_fields=fields)
    subject = ids.to_public("res", brand.reseller.public_id)
    data: dict[str, object] = {"imap_host": brand.imap_host, "smtp_host": brand.smtp_host}
    audit("brand.ask_for_mail_hosts", subject=subject, actor=actor, data=data)
    for kind in MAIL_KINDS:
        if not getattr(brand, f"{kind}_host"):
            _tell(brand.reseller, kind, "")
    return brand


def prove_mail_hosts(*, exchange: Exchange | None = None) -> None:
    """Look for the DNS and the certificates of names that were asked for, newest first."""
    until = time.monotonic() + _SLICE
    since = clock.now() - LOOKED_FOR
    waiting = Brand.objects.annotate(asked_at=Greatest("imap_asked_at", "smtp_asked_at"))
    waiting = waiting.filter(asked_at__gt=since).select_related("reseller")
    for brand in waiting.order_by("-asked_at"):
        try:
            with in_schema(brand.reseller.schema_name):
                _prove(brand, exchange, since=since)
        except Exception:  # one reseller's name holds up no other's
            log.exception("mail hosts of %s could not be looked at", brand.reseller.slug)
        if time.monotonic() > until:
            break


def _clean(text: str, *, field: str) -> str:
    """The stored form; empty stays empty."""
    if not text.strip():
        return ""
    try:
        name = names.normalise(text)
    except names.InvalidName as error:
        raise InvalidMailHost(field=field) from error
    label, _, above = name.partition(".")
    ours = (settings.PLATFORM_HOST, settings.INFRA_DOMAIN, settings.IMAP_HOST, settings.SMTP_HOST)
    if "_" in name or not above or label in _WEB_LABELS:
        raise InvalidMailHost(field=field)
    if any(names.is_at_or_below(name, own) for own in ours):
        raise InvalidMailHost(field=field)
    if ResellerHost.objects.filter(domain=name).exclude(kind__in=MAIL_KINDS).exists():
        raise MailHostServes(field=field)
    return name


def _prove(brand: Brand, exchange: Exchange | None, *, since: datetime) -> None:
    """One step for each name that was asked for since then: its DNS, then what our servers present."""
    reseller, given = brand.reseller, selectors.given_mail_hosts(brand.reseller.slug)
    for kind in MAIL_KINDS:
        name, asked_at = getattr(brand, f"{kind}_host"), getattr(brand, f"{kind}_asked_at")
        if not name or asked_at is None or asked_at <= since:
            continue
        host = ResellerHost.objects.filter(domain=name).first()
        if host is None or (host.tenant_id, host.kind) != (reseller.pk, kind):
            if asyncio.run(_leads(name, to=getattr(given, kind), exchange=exchange)):
                with in_schema(PUBLIC):  # where a host may be made, or be another reseller's
                    _take(reseller, kind, name)
        elif host.is_named or _is_presented(kind, name):
            _conclude(brand, kind, name)


async def _leads(name: str, *, to: str, exchange: Exchange | None) -> bool:
    """Whether the name is an alias that leads to `to`, at all of its servers that answer."""
    walk = Walker(
        exchange=exchange or UdpExchange(),
        roots=settings.DNS_ROOTS,
        allow_private=settings.ALLOW_PRIVATE_TARGETS,
        budget=_QUESTIONS,
    )
    try:
        async with asyncio.timeout(_DNS_SECONDS):
            return to in (await walk.look_up(name, "A")).followed
    except (Unreachable, TimeoutError):
        return False


def _is_presented(kind: str, name: str) -> bool:
    """Whether our server shows a certificate for the name that clients will trust."""
    place = settings.IMAPS if kind == "imap" else settings.SUBMISSIONS
    context = ssl.create_default_context(cafile=settings.CA_FILE or None)
    try:
        with (
            socket.create_connection(place, timeout=_TLS_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=name),
        ):
            return True
    except OSError as error:  # an SSLError is one too
        log.info("%s is not presented yet: %s", name, error)
        return False


@transaction.atomic
def _take(reseller: Reseller, kind: str, name: str) -> None:
    """A certificate may be had for the name from now on; runs in schema `public`."""
    held = ResellerHost.objects.select_for_update(of=("self",)).select_related("tenant")
    host = held.filter(domain=name).first()
    if host is not None and host.kind not in MAIL_KINDS:
        return
    if host is not None and host.is_named:
        with in_schema(host.tenant.schema_name):
            _tell(host.tenant, host.kind, "")
    ResellerHost.objects.update_or_create(
        domain=name,
        defaults={"tenant": reseller, "kind": kind, "is_primary": False, "is_named": False},
    )
    old = ResellerHost.objects.filter(tenant=reseller, kind=kind, is_named=False)
    old = old.exclude(domain=name).order_by("-pk")[_KEPT:]
    ResellerHost.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()


@transaction.atomic
def _conclude(brand: Brand, kind: str, name: str) -> None:
    """Tell the name, if it is still wanted."""
    current = _lock(brand.reseller.public_id)
    if getattr(current, f"{kind}_host") != name:
        return
    _tell(current.reseller, kind, name)
    setattr(current, f"{kind}_asked_at", None)
    current.save(update_fields=[f"{kind}_asked_at"])


def _tell(reseller: Reseller, kind: str, name: str) -> None:
    """Have clients told this name, or the given one; runs in the reseller's schema."""
    hosts = ResellerHost.objects.filter(tenant=reseller, kind=kind)
    changed = hosts.filter(is_named=True).exclude(domain=name).update(is_named=False)
    changed += hosts.filter(is_named=False, domain=name).update(is_named=True)
    if changed:
        subject = ids.to_public("res", reseller.public_id)
        publish(events.MAIL_HOSTS_CHANGED, subject=subject, data={"kind": kind, "name": name})


def _lock(reseller_id: UUID) -> Brand:
    held = Brand.objects.select_related("reseller").select_for_update(of=("self",))
    return held.get(reseller__public_id=reseller_id)
