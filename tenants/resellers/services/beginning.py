"""A pending reseller: its row, hosts and brand, and the event that makes the rest."""

from django.conf import settings
from django.db import IntegrityError, transaction

from kernel import ids
from kernel.actor import Actor
from kernel.outbox import audit, publish
from tenants.resellers import events, text
from tenants.resellers.errors import InvalidCompany, SlugTaken
from tenants.resellers.models import Brand, Reseller, ResellerHost
from tenants.resellers.states import HostKind

_MAX_COMPANY = 100


def make_pending(*, name: str, slug: str, email: str, actor: Actor) -> Reseller:
    """Make it of clean values, and tell `reseller.requested`; raises SlugTaken."""
    public_id = ids.uuid7()
    try:
        with transaction.atomic():
            reseller = Reseller.objects.create(
                public_id=public_id,
                # The random end of the id: its beginning is the time, which neighbours share.
                schema_name=f"r_{public_id.hex[-16:]}",
                name=name,
                slug=slug,
                owner_email=email,
            )
            host = f"{slug}.{settings.PLATFORM_HOST}"
            ResellerHost.objects.create(
                domain=host, tenant=reseller, is_primary=True, kind=HostKind.PORTAL
            )
            for kind in (HostKind.WEBMAIL, HostKind.AUTOCONFIG):
                ResellerHost.objects.create(
                    domain=f"{kind.value}.{host}", tenant=reseller, is_primary=False, kind=kind
                )
    except IntegrityError as error:
        raise SlugTaken(field="slug") from error
    Brand.objects.create(reseller=reseller, product_name=name[:60])
    subject = ids.to_public("res", public_id)
    publish(events.REQUESTED, subject=subject, data={"reseller": str(public_id)})
    audit("reseller.request", subject=subject, actor=actor, data={"slug": slug})
    return reseller


def clean_company(value: str) -> str:
    """A company's name as it is stored; raises InvalidCompany."""
    company = text.clean_line(value)
    # The name goes into a mail to an address that nobody has confirmed: it must carry no link.
    if not 0 < len(company) <= _MAX_COMPANY or "://" in company or "www." in company.lower():
        raise InvalidCompany(field="company")
    return company


def free_slug(value: str) -> str:
    """A slug that nobody has; raises InvalidSlug, SlugReserved, SlugTaken."""
    slug = text.clean_slug(value)
    if Reseller.objects.filter(slug=slug).exists():
        raise SlugTaken(field="slug")
    return slug
