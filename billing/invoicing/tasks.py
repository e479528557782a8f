"""The monthly bill: beat wakes one task, which wakes one per reseller."""

from celery import shared_task

from billing.invoicing import services
from kernel.tasks import SCHEMA_HEADER
from kernel.tenancy import current_reseller_id
from tenants.resellers import selectors as resellers
from tenants.resellers.states import ResellerState


@shared_task(name="billing.close_months", queue="control")
def close_months(**_: object) -> None:
    """Wake every reseller's closing; runs in schema public."""
    ready = resellers.list_resellers().exclude(state=ResellerState.PENDING)
    for schema in ready.values_list("schema_name", flat=True):
        close_month_of_reseller.apply_async(headers={SCHEMA_HEADER: schema})


@shared_task(name="billing.close_month_of_reseller", queue="control")
def close_month_of_reseller(**_: object) -> None:
    """Bill the current reseller up to the beginning of the month."""
    services.close_last_month(reseller_id=current_reseller_id())
