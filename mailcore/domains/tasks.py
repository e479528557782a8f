"""Write zones and look at domains when it is time, over all resellers."""

import logging
import time
from collections.abc import Callable
from uuid import UUID

from celery import shared_task

from kernel.tenancy import in_reseller
from mailcore.checks import services as checks
from mailcore.domains import services
from mailcore.domains.services import telling
from mailcore.zones import services as zones

log = logging.getLogger(__name__)

#: A slice ends after so many seconds: what is left is still due for the next one.
_SLICE = 30.0
#: Of these, so many at most for writing: servers that let us wait do not keep checks from running.
_WRITING = 10.0
#: So many domains are asked for at once; each has a few servers and half a dozen questions.
_BATCH = 25
#: Keys are made for no longer at once: others wait for this worker, and beat comes again.
_STORING = 1.0


@shared_task(name="mailcore.check_due_domains")
def check_due_domains(**_: object) -> None:
    """Write the zones, then check the domains, that are due now."""
    begun = time.monotonic()
    # Our own zone first: what a domain points to stands before its owner's zone points there.
    for claim, write in (
        (checks.claim_targets, _write_targets),
        (zones.claim_due, _work_on_plan),
        (checks.claim_publishing, _publish_records),
    ):
        while time.monotonic() < begun + _WRITING and (claimed := claim(1)):
            for reseller_id, identifier in claimed:
                with in_reseller(reseller_id):
                    _alone(write, identifier)
    while time.monotonic() < begun + _SLICE and (due := checks.claim_due(_BATCH)):
        services.check_domains(due=due)


@shared_task(name="mailcore.turn_dkim_keys")
def turn_dkim_keys(**_: object) -> None:
    """Take the steps that are due in the lives of DKIM keys: make, retire, destroy."""
    begun = time.monotonic()
    while time.monotonic() < begun + _SLICE and (due := checks.claim_keys(1)):
        for reseller_id, domain_id in due:
            with in_reseller(reseller_id):
                _alone(_turn_keys, domain_id)


@shared_task(name="mailcore.store_keys")
def store_keys(**_: object) -> None:
    """Make RSA keys for domains to come, a second's worth at a time."""
    begun = time.monotonic()
    while time.monotonic() < begun + _STORING and services.store_key():
        pass


@shared_task(name="mailcore.forget_dns_plans")
def forget_dns_plans(**_: object) -> None:
    """Delete the plans of long ago, of all resellers."""
    log.info("%d old DNS plans forgotten", zones.forget_old_plans())


@shared_task(name="mailcore.tell_domain_alarms")
def tell_domain_alarms(**_: object) -> None:
    """Tell what was held back because there had been enough mails about a domain."""
    for reseller_id, domain_id in telling.list_untold():
        with in_reseller(reseller_id):
            telling.tell_of(domain_id)


def _alone(work: Callable[[UUID], object], identifier: UUID) -> None:
    """One zone or domain must not keep the others waiting: its lease brings it back."""
    try:
        work(identifier)
    except Exception:
        log.exception("%s of %s failed", work.__name__, identifier)


def _turn_keys(domain_id: UUID) -> None:
    services.turn_keys(domain_id=domain_id)


def _write_targets(domain_id: UUID) -> None:
    services.write_targets(domain_id=domain_id)


def _work_on_plan(plan_id: UUID) -> None:
    services.work_on_plan(plan_id=plan_id)


def _publish_records(domain_id: UUID) -> None:
    services.publish_records(domain_id=domain_id)
