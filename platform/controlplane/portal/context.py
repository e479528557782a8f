"""What every template knows: whose page this is, and who looks at it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from controlplane.portal.navigation import entries
from tenants.accounts.models import Member
from tenants.resellers.selectors import find_webmail_host


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The brand as templates show it; without a reseller it has neither name nor colour."""

    product_name: str = ""
    colour: str = ""
    version: int = 0
    has_logo: bool = False
    support_address: str = ""

    @property
    def initial(self) -> str:
        """The first letter, for where there is no logo."""
        return self.product_name[:1].upper()


def brand(request: HttpRequest) -> dict[str, Any]:
    """`brand` and, on a reseller's host, `webmail_host`; neutral before the host is known."""
    tenant = getattr(request, "tenant", None)
    found = getattr(tenant, "brand", None)
    if tenant is None or found is None:
        return {"brand": Look(), "member": None}
    look = Look(
        product_name=found.product_name,
        colour=found.colour,
        version=int(found.changed_at.timestamp()),
        has_logo=bool(found.logo_type),
        support_address=found.support_address,
    )
    user = getattr(request, "user", None)
    if not isinstance(user, Member):
        return {"brand": look, "member": None}
    return {"brand": look, "member": user, "entries": entries(request, user)}


def webmail_host(request: HttpRequest) -> str | None:
    """The reseller's webmail, for the pages that mention it."""
    tenant = getattr(request, "tenant", None)
    return find_webmail_host(tenant.public_id) if tenant is not None else None
