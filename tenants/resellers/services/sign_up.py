"""J1, first half: a filled-in form becomes a sign-up, and a confirmed one a pending reseller."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction
from django.db.models import Q

from kernel import clock, ids
from kernel.actor import SYSTEM
from kernel.errors import ApplicationError
from kernel.outbox import audit, publish
from tenants.resellers import events, mails, text
from tenants.resellers.errors import (
    InvalidCompany,
    InvalidSignUp,
    SignUpExpired,
    SignUpNotFound,
    SlugTaken,
)
from tenants.resellers.models import Brand, Reseller, ResellerHost, SignUp
from tenants.resellers.passwords import check_strength
from tenants.resellers.states import HostKind
from tenants.resellers.tokens import hash_token

LIFETIME = timedelta(hours=24)
KEPT_AFTER_EXPIRY = timedelta(days=7)
#: A second click on the button within this time is the same request.
SAME_REQUEST = timedelta(minutes=2)
#: Unconfirmed sign-ups that one inbox may be asked in an hour: nobody's is to be flooded.
MAX_PER_HOUR = 5
_MAX_COMPANY = 100


def request_sign_up(*, company: str, slug: str, email: str, password: str, site: str) -> None:
    """Keep the form and mail a link that confirms the address; raises InvalidSignUp.

    The answer is the same whether or not the address is known. `site` is the beginning of the
    link (`https://host`).
    """
    errors: list[ApplicationError] = []
    company = _collect(errors, _clean_company, company)
    slug = _collect(errors, _free_slug, slug)
    email = _collect(errors, text.clean_email, email)
    _collect(errors, check_strength, password)
    if errors:
        raise InvalidSignUp(errors)
    with transaction.atomic():
        if _is_repeated(slug=slug, email=email, password=password):
            return
        token = secrets.token_urlsafe(32)
        SignUp.objects.create(
            token_hash=hash_token(token),
            company=company,
            slug=slug,
            email=email,
            password=make_password(password),
            created_at=clock.now(),
            expires_at=clock.now() + LIFETIME,
        )
        mails.send_confirmation(
            email=email, company=company, link=f"{site}/signup/confirm/{token}/"
        )


def confirm_sign_up(*, token: str, slug: str = "") -> UUID:
    """Make the pending reseller of a sign-up, once; the sign-up's public id.

    `slug` replaces the one of the form, for when somebody else was faster. Raises
    SignUpNotFound, SignUpExpired, InvalidSlug, SlugReserved or SlugTaken.
    """
    with transaction.atomic():
        sign_up = SignUp.objects.select_for_update().filter(token_hash=hash_token(token)).first()
        if sign_up is None:
            raise SignUpNotFound
        if sign_up.confirmed_at is not None:
            return sign_up.public_id
        if sign_up.expires_at <= clock.now():
            raise SignUpExpired
        sign_up.slug = text.clean_slug(slug or sign_up.slug)
        twin = SignUp.objects.filter(
            slug=sign_up.slug, email=sign_up.email, confirmed_at__isnull=False
        ).first()
        if twin is not None:  # the same person filled the form in twice and used the other link
            return twin.public_id
        sign_up.reseller = _make_reseller(sign_up)
        sign_up.confirmed_at = clock.now()
        sign_up.save(update_fields=["slug", "reseller", "confirmed_at"])
        return sign_up.public_id


def forget_expired_sign_ups() -> int:
    """Delete what nobody confirmed, a week after its link ended; how many were deleted.

    Until then the link still tells its reader that it is too old.
    """
    old = SignUp.objects.filter(confirmed_at=None, expires_at__lt=clock.now() - KEPT_AFTER_EXPIRY)
    deleted, _ = old.delete()
    return deleted


def _make_reseller(sign_up: SignUp) -> Reseller:
    public_id = ids.uuid7()
    try:
        with transaction.atomic():
            reseller = Reseller.objects.create(
                public_id=public_id,
                # The random end of the id: its beginning is the time, which neighbours share.
                schema_name=f"r_{public_id.hex[-16:]}",
                name=sign_up.company,
                slug=sign_up.slug,
                owner_email=sign_up.email,
            )
            host = f"{sign_up.slug}.{settings.PLATFORM_HOST}"
            ResellerHost.objects.create(
                domain=host, tenant=reseller, is_primary=True, kind=HostKind.PORTAL
            )
            for kind in (HostKind.WEBMAIL, HostKind.AUTOCONFIG):
                ResellerHost.objects.create(
                    domain=f"{kind.value}.{host}", tenant=reseller, is_primary=False, kind=kind
                )
    except IntegrityError as error:
        raise SlugTaken(field="slug") from error
    Brand.objects.create(reseller=reseller, product_name=sign_up.company[:60])
    subject = ids.to_public("res", public_id)
    publish(events.REQUESTED, subject=subject, data={"reseller": str(public_id)})
    audit("reseller.request", subject=subject, actor=SYSTEM, data={"slug": sign_up.slug})
    return reseller


def _collect(errors: list[ApplicationError], clean: Callable[[str], str], value: str) -> str:
    """The cleaned value, or an empty text and one more error."""
    try:
        return clean(value)
    except ApplicationError as error:
        errors.append(error)
        return ""


def _clean_company(value: str) -> str:
    company = text.clean_line(value)
    # The name goes into a mail to an address that nobody has confirmed: it must carry no link.
    if not 0 < len(company) <= _MAX_COMPANY or "://" in company or "www." in company.lower():
        raise InvalidCompany(field="company")
    return company


def _free_slug(value: str) -> str:
    slug = text.clean_slug(value)
    if Reseller.objects.filter(slug=slug).exists():
        raise SlugTaken(field="slug")
    return slug


def _is_repeated(*, slug: str, email: str, password: str) -> bool:
    """Whether this form was sent a moment ago, or its address asks too often."""
    waiting = SignUp.objects.filter(_same_inbox(email), confirmed_at=None)
    recent = waiting.filter(email=email, slug=slug, created_at__gt=clock.now() - SAME_REQUEST)
    # The password has to be the same too, or one could take over what another has begun.
    if any(check_password(password, sign_up.password) for sign_up in recent[:2]):
        return True
    in_an_hour = waiting.filter(created_at__gt=clock.now() - timedelta(hours=1))
    return in_an_hour.count() >= MAX_PER_HOUR


def _same_inbox(email: str) -> Q:
    """The address and all its +tags."""
    local, _, domain = email.rpartition("@")
    base = local.partition("+")[0]
    tagged = Q(email__startswith=f"{base}+", email__endswith=f"@{domain}")
    return tagged | Q(email=f"{base}@{domain}")
