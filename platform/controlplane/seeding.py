"""What every platform starts with: the operator, a plan, prices, and its own mail domain."""

from pathlib import Path

from django.conf import settings

from billing.pricing import services as pricing
from kernel import keys
from kernel.tenancy import OPERATOR_RESELLER
from mailcore.domains import services as domains
from tenants.accounts import services as accounts
from tenants.plans import services as plans
from tenants.resellers import services as resellers


def seed() -> None:
    """Make what is missing and leave alone what stands."""
    resellers.ensure_operator()
    keys.current_key(OPERATOR_RESELLER)
    if settings.OPERATOR_PASSWORD_FILE:
        password = Path(settings.OPERATOR_PASSWORD_FILE).read_text(encoding="utf-8").strip()
        accounts.ensure_operator_member(email=settings.OPERATOR_EMAIL, password=password)
    plans.ensure_default_plan()
    pricing.ensure_default_prices()
    domains.ensure_platform_domain()
