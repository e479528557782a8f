"""Read resellers, their host names, brands and sign-ups."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import FilteredRelation, Prefetch, Q, QuerySet

from kernel import clock, ids
from kernel.tenancy import PUBLIC, current_schema
from tenants.resellers.colour import Palette, palette
from tenants.resellers.errors import SignUpExpired, SignUpNotFound
from tenants.resellers.models import Brand, Reseller, ResellerHost, SignUp
from tenants.resellers.states import (
    LOOKED_FOR,
    MAIL_KINDS,
    PLATFORM_NAME,
    HostKind,
    MailHostState,
    ResellerState,
)
from tenants.resellers.tokens import hash_token

#: Nothing is looked for in these states of a mail host.
_SETTLED = frozenset({MailHostState.GIVEN, MailHostState.TOLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The address and password hash that a sign-up carries until its owner exists."""

    email: str
    password_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHosts:
    """Where mail programs connect: `imap` serves POP3 too, `smtp` is for submission."""

    imap: str
    smtp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHostStatus:
    """How far a mail host is: `name` was asked for and must be an alias of `given`.

    Clients are told `told`. `state` is given (no name of the reseller's own), waiting (for DNS),
    lapsed (looked for in vain until `until`), proven (the certificate is to come) or told.
    """

    kind: str
    name: str
    given: str
    told: str
    state: MailHostState
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpStatus:
    """How far the making of a reseller is."""

    company: str
    host: str
    is_ready: bool


def find_host(name: str) -> ResellerHost | None:
    """A reseller's host by its name, with the reseller and its brand; the logo is read when wanted."""
    hosts = ResellerHost.objects.select_related("tenant__brand").defer("tenant__brand__logo")
    return hosts.filter(domain=name).first()


def find_portal(name: str) -> UUID | None:
    """The reseller, ready to be used, whose portal has this host name."""
    host = ResellerHost.objects.filter(
        domain=name, kind=HostKind.PORTAL, tenant__state=ResellerState.ACTIVE
    ).exclude(tenant__schema_name=PUBLIC)
    return host.values_list("tenant__public_id", flat=True).first()


def is_active(reseller_id: UUID) -> bool:
    """Whether the reseller may act: neither in the making nor suspended."""
    return Reseller.objects.filter(public_id=reseller_id, state=ResellerState.ACTIVE).exists()


def find_operator() -> Reseller | None:
    """The operator's row, with its brand; None before `seed` has run."""
    rows = Reseller.objects.select_related("brand").defer("brand__logo")
    return rows.filter(schema_name=PUBLIC).first()


def get_brand(reseller_id: UUID) -> Brand:
    """A reseller's brand, with the reseller; the logo is read when wanted."""
    brands = Brand.objects.select_related("reseller").defer("logo")
    return brands.get(reseller__public_id=reseller_id)


def palette_of(brand: Brand) -> Palette:
    """The brand's colour and the ones that go with it."""
    return palette(brand.colour)


def platform_brand() -> Brand:
    """The look of the platform host; a plain one before `seed` has run."""
    found = Brand.objects.filter(reseller__schema_name=PUBLIC).first()
    return found or Brand(product_name=PLATFORM_NAME)


def portal_host(reseller_id: UUID) -> str:
    """The name of the reseller's own portal."""
    host = ResellerHost.objects.get(
        tenant__public_id=reseller_id, kind=HostKind.PORTAL, is_primary=True
    )
    return str(host.domain)


def find_host_of(reseller_id: UUID, kind: HostKind) -> str | None:
    """The name at which the reseller's webmail, say, answers."""
    host = ResellerHost.objects.filter(tenant__public_id=reseller_id, kind=kind)
    return host.values_list("domain", flat=True).first()


def mail_hosts() -> MailHosts:
    """The mail hosts of the current reseller; the operator's are the platform's."""
    schema = current_schema()
    if schema == PUBLIC:
        return MailHosts(imap=settings.IMAP_HOST, smtp=settings.SMTP_HOST)
    told = FilteredRelation("domains", condition=Q(domains__is_named=True))
    found = Reseller.objects.filter(schema_name=schema).annotate(told=told)
    rows = list(found.values_list("slug", "told__kind", "told__domain"))
    own = {kind: name for _, kind, name in rows if kind}
    return replace(given_mail_hosts(rows[0][0]), **own)


def given_mail_hosts(slug: str) -> MailHosts:
    """The mail hosts of a reseller that brings no names; its own are aliases of these."""
    # One label below the platform's hosts: one wildcard certificate serves every reseller.
    return MailHosts(imap=f"{slug}.{settings.IMAP_HOST}", smtp=f"{slug}.{settings.SMTP_HOST}")


def list_mail_host_states(brand: Brand) -> list[MailHostStatus]:
    """How far each of the reseller's mail hosts is."""
    given = given_mail_hosts(brand.reseller.slug)
    held = ResellerHost.objects.filter(tenant=brand.reseller, kind__in=MAIL_KINDS)
    known = {(host.kind, host.domain): host.is_named for host in held}
    told = {kind: name for (kind, name), is_named in known.items() if is_named}
    found = []
    for kind in MAIL_KINDS:
        asked_at = getattr(brand, f"{kind}_asked_at")
        until = None if asked_at is None else asked_at + LOOKED_FOR
        name, own = getattr(brand, f"{kind}_host"), getattr(given, kind)
        state = _mail_host_state(name, known.get((kind, name)), until)
        found.append(
            MailHostStatus(
                kind=kind,
                name=name,
                given=own,
                told=told.get(kind, own),
                state=state,
                until=None if state in _SETTLED else until,
            )
        )
    return found


def _mail_host_state(name: str, is_named: bool | None, until: datetime | None) -> MailHostState:
    if not name:
        return MailHostState.GIVEN
    if is_named:
        return MailHostState.TOLD
    if until is None or until <= clock.now():
        return MailHostState.LAPSED
    return MailHostState.WAITING if is_named is None else MailHostState.PROVEN


def list_mail_names() -> list[str]:
    """Every name of resellers' own for which our mail servers need a certificate."""
    found = ResellerHost.objects.filter(kind__in=MAIL_KINDS).order_by("domain")
    return list(found.values_list("domain", flat=True))


def is_served(name: str) -> bool:
    """Whether a certificate for this host name is ours to ask for."""
    if name == settings.PLATFORM_HOST:
        return True
    kinds = (HostKind.PORTAL, HostKind.WEBMAIL, HostKind.AUTOCONFIG, *MAIL_KINDS)
    return ResellerHost.objects.filter(domain=name, kind__in=kinds).exists()


def get_reseller(reseller_id: UUID, *, among: QuerySet[Reseller] | None = None) -> Reseller:
    """One reseller, of rows that tell more of each if given; raises NotFound."""
    rows = list_resellers() if among is None else among
    found = rows.filter(public_id=reseller_id).first()
    if found is None:
        raise ids.missing("res")
    return found


def list_resellers() -> QuerySet[Reseller]:
    """Every reseller but the operator, newest first, with its hosts."""
    hosts = Prefetch("domains", queryset=ResellerHost.objects.order_by("-is_primary", "domain"))
    return (
        Reseller.objects.exclude(schema_name=PUBLIC).prefetch_related(hosts).order_by("-created_at")
    )


def get_sign_up(token: str) -> SignUp:
    """The sign-up of a link; raises SignUpNotFound or SignUpExpired."""
    sign_up = SignUp.objects.filter(token_hash=hash_token(token)).first()
    if sign_up is None:
        raise SignUpNotFound
    if sign_up.confirmed_at is None and sign_up.expires_at <= clock.now():
        raise SignUpExpired
    return sign_up


def get_sign_up_status(public_id: UUID) -> SignUpStatus:
    """How far a confirmed sign-up is; raises SignUpNotFound."""
    sign_up = SignUp.objects.select_related("reseller").filter(public_id=public_id).first()
    if sign_up is None or sign_up.reseller is None:
        raise SignUpNotFound
    return SignUpStatus(
        company=sign_up.company,
        host=portal_host(sign_up.reseller.public_id),
        is_ready=sign_up.reseller.state == ResellerState.ACTIVE,
    )


def find_owner_credentials(reseller_id: UUID) -> Credentials | None:
    """What the owner's account is made from; None once the reseller is active."""
    sign_up = SignUp.objects.filter(reseller__public_id=reseller_id).exclude(password="").first()
    if sign_up is None:
        return None
    return Credentials(email=sign_up.email, password_hash=sign_up.password)
