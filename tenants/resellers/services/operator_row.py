"""The operator is reseller 1, with the schema `public` (foundations 1)."""

from django.conf import settings

from kernel import clock
from kernel.tenancy import OPERATOR_RESELLER, PUBLIC
from tenants.resellers.models import Brand, Reseller
from tenants.resellers.states import PLATFORM_NAME, ResellerState


def ensure_operator() -> Reseller:
    """The operator's row and brand; made when they are missing."""
    operator, _ = Reseller.objects.get_or_create(
        schema_name=PUBLIC,
        defaults={
            "public_id": OPERATOR_RESELLER,
            "name": PLATFORM_NAME,
            "slug": "operator",
            "owner_email": settings.OPERATOR_EMAIL,
            "state": ResellerState.ACTIVE,
            "activated_at": clock.now(),
        },
    )
    Brand.objects.get_or_create(reseller=operator, defaults={"product_name": PLATFORM_NAME})
    return operator
