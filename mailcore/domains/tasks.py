"""Look at domains and write zones when it is time, over all resellers."""

import logging
import time
from collections.abc import Callable
from uuid import UUID

from celery import shared_task

from kernel.errors import NotFound
from kernel.tenancy import in_reseller
from mailcore.checks import services as checks
from mailcore.domains import services

log = logging.getLogger(__name__)

#: A slice ends after so many seconds: what is left is still due for the next one.
_SLICE = 30.0


@shared_task(name="mailcore.check_due_domains")
def check_due_domains(**_: object) -> None:
    """Write the zones, then check the domains, that are due now."""
    until = time.monotonic() + _SLICE
    _work(checks.claim_publishing, services.publish_records, until)
    _work(checks.claim_due, services.check_domain, until)


def _work(
    claim: Callable[[int], list[tuple[UUID, UUID]]], do: Callable[..., object], until: float
) -> None:
    while time.monotonic() < until:
        claimed = claim(1)
        if not claimed:
            return
        reseller_id, domain_id = claimed[0]
        with in_reseller(reseller_id):
            try:
                do(domain_id=domain_id)
            except NotFound:
                log.info("domain %s is gone", domain_id)
            except Exception:
                # One domain must not keep the others waiting: its lease brings it back.
                log.exception("domain %s failed", domain_id)
