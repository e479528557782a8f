"""How a reseller's pages, mails and webmail look."""

from django.db import transaction

from kernel import clock, ids
from kernel.actor import Actor, authorise
from kernel.outbox import audit, publish
from kernel.tenancy import current_reseller_id
from tenants.resellers import events, text
from tenants.resellers.errors import InvalidProductName
from tenants.resellers.logo import MAX_BYTES as MAX_LOGO_BYTES
from tenants.resellers.logo import read_logo
from tenants.resellers.models import Brand

__all__ = ["MAX_LOGO_BYTES", "change_brand"]

_MAX_NAME = 60


def change_brand(
    *,
    actor: Actor,
    product_name: str,
    colour: str,
    support_address: str = "",
    logo: bytes | None = None,
    remove_logo: bool = False,
) -> Brand:
    """Change the current reseller's brand; a logo of None keeps the one there is.

    Raises InvalidProductName, InvalidColour, InvalidEmail, InvalidLogo or NotAllowed.
    """
    authorise(actor, "brand.write")
    name = text.clean_line(product_name)
    if not 0 < len(name) <= _MAX_NAME:
        raise InvalidProductName(field="product_name")
    reseller_id = current_reseller_id()
    with transaction.atomic():
        brand = Brand.objects.select_for_update().get(reseller__public_id=reseller_id)
        brand.product_name = name
        brand.colour = text.clean_colour(colour)
        brand.support_address = text.clean_email(support_address) if support_address else ""
        if logo is not None:
            picture = read_logo(logo)
            brand.logo, brand.logo_type = picture.content, picture.media_type
        elif remove_logo:
            brand.logo, brand.logo_type = None, ""
        brand.changed_at = clock.now()
        brand.save()
        subject = ids.to_public("res", reseller_id)
        audit("brand.change", subject=subject, actor=actor, data={"product_name": name})
        publish(events.BRAND_CHANGED, subject=subject, actor=actor)
    return brand
