"""What every template knows: whose page this is, and who looks at it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from controlplane.hosts import site_url
from controlplane.portal.navigation import entries
from tenants.accounts.models import Member
from tenants.accounts.selectors import actor_of
from tenants.organisations.selectors import find_contact
from tenants.resellers.selectors import find_host_of
from tenants.resellers.states import HostKind


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
    """`brand` and, for a member, `member`, its organisation and `entries`; neutral before the host."""
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
    caller = actor_of(user, reseller_id=tenant.public_id)
    found_links, whose = entries(request, caller), caller.organisation
    name = find_contact(whose)[0] if whose is not None else ""
    return {"brand": look, "member": user, "member_of": name, "entries": found_links}


def site_of(request: HttpRequest, kind: HostKind) -> str:
    """`https://…` of the reseller's webmail, say, for the pages that mention it; empty without one."""
    tenant = getattr(request, "tenant", None)
    host = find_host_of(tenant.public_id, kind) if tenant is not None else None
    return site_url(host, like=request.get_host()) if host else ""
