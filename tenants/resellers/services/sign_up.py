"""J1, first half: a filled-in form becomes a sign-up, and a confirmed one a pending reseller."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Q

from kernel import clock
from kernel.actor import SYSTEM
from kernel.errors import ApplicationError
from tenants.resellers import mails, text
from tenants.resellers.errors import (
    InvalidSignUp,
    SignUpExpired,
    SignUpNotFound,
)
from tenants.resellers.models import SignUp
from tenants.resellers.passwords import check_strength
from tenants.resellers.services.beginning import clean_company, free_slug, make_pending
from tenants.resellers.tokens import hash_token

LIFETIME = timedelta(hours=24)
KEPT_AFTER_EXPIRY = timedelta(days=7)
#: A second click on the button within this time is the same request.
SAME_REQUEST = timedelta(minutes=2)
#: Unconfirmed sign-ups that one inbox may be asked in an hour: nobody's is to be flooded.
MAX_PER_HOUR = 5


def request_sign_up(*, company: str, slug: str, email: str, password: str, site: str) -> None:
    """Keep the form and mail a link that confirms the address; raises InvalidSignUp.

    The answer is the same whether or not the address is known. `site` is the beginning of the
    link (`https://host`).
    """
    errors: list[ApplicationError] = []
    company = _collect(errors, clean_company, company)
    slug = _collect(errors, free_slug, slug)
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
        sign_up.reseller = make_pending(
            name=sign_up.company, slug=sign_up.slug, email=sign_up.email, actor=SYSTEM
        )
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


def _collect(errors: list[ApplicationError], clean: Callable[[str], str], value: str) -> str:
    """The cleaned value, or an empty text and one more error."""
    try:
        return clean(value)
    except ApplicationError as error:
        errors.append(error)
        return ""


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
