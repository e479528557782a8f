"""Write zones and look at domains when it is time, over all resellers."""

import logging
import time
from collections.abc import Callable, Sequence
from uuid import UUID

from celery import shared_task

from kernel.tasks import SCHEMA_HEADER
from kernel.tenancy import in_reseller
from mailcore.checks import services as checks
from mailcore.domains import services
from mailcore.domains.services import rounds, telling
from mailcore.zones import services as zones
from mailcore.zones.ports import ZoneBusy, ZoneRefused
from tenants.resellers import selectors as resellers
from tenants.resellers.states import ResellerState

log = logging.getLogger(__name__)

#: A slice ends after so many seconds: what is left is still due for the next one.
_SLICE = 30.0
#: Of these, so many at most for each kind of writing: servers that let us wait keep neither the
#: other kinds nor checks from running.
_WRITING = 4.0
#: What says that our own zone's server is away, whatever was to be written there.
_ZONE_DOWN = frozenset({"dns_update.timeout", "dns_update.unreachable", "dns_update.no_key"})
#: Keys are made for no longer at once: others wait for this worker, and beat comes again.
_STORING = 1.0


@shared_task(name="mailcore.check_due_domains")
def check_due_domains(**_: object) -> None:
    """Write the zones, then check the domains, that are due now."""
    until = time.monotonic() + _SLICE
    _write_by_turns()
    # One claim in any case: nor do slow zones all together keep checks from running.
    rounds.check_due(until=until)


def _write_by_turns() -> None:
    """Each kind once at least, then each until its time is used up or nothing of it is due."""
    # Our own zone first: what a domain points to stands before its owner's zone points there.
    left = dict.fromkeys((_write_due_targets, _work_on_due_plan, _publish_due_records), _WRITING)
    while left:
        for take in list(left):
            begun = time.monotonic()
            is_more = take()
            left[take] -= time.monotonic() - begun
            if not is_more or left[take] <= 0:
                del left[take]


def _write_due_targets() -> bool:
    """Whether there was one, and our own zone can be written."""
    claimed = checks.claim_targets(1)
    for reseller_id, domain_id in claimed:
        try:
            with in_reseller(reseller_id):
                services.write_targets(domain_id=domain_id)
        except ZoneBusy as error:
            log.warning("targets of %s are not written: %s", domain_id, error.code)
            if error.code in _ZONE_DOWN:
                # One zone for all of them: the others would wait for the same server in vain.
                checks.put_targets_off()
                return False
        except Exception:
            log.exception("targets of %s failed", domain_id)
    return bool(claimed)


def _work_on_due_plan() -> bool:
    return _write_claimed(zones.claim_due(1), _work_on_plan)


def _publish_due_records() -> bool:
    return _write_claimed(checks.claim_publishing(1), _publish_records)


def _write_claimed(claimed: Sequence[tuple[UUID, UUID]], write: Callable[[UUID], object]) -> bool:
    for reseller_id, identifier in claimed:
        with in_reseller(reseller_id):
            _alone(write, identifier)
    return bool(claimed)


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


@shared_task(name="mailcore.end_old_claims", queue="control")
def end_old_claims(**_: object) -> None:
    """Ask every reseller's claims; runs in schema public."""
    ready = resellers.list_resellers().exclude(state=ResellerState.PENDING)
    for schema in ready.values_list("schema_name", flat=True):
        end_old_claims_of_reseller.apply_async(headers={SCHEMA_HEADER: schema})


@shared_task(name="mailcore.end_old_claims_of_reseller", queue="control")
def end_old_claims_of_reseller(**_: object) -> None:
    """End those that nobody proved in time, and warn of the next."""
    services.end_old_claims()


@shared_task(name="mailcore.clear_left_targets")
def clear_left_targets(**_: object) -> None:
    """Take the records of domains given up long ago out of our zone."""
    begun = time.monotonic()
    try:
        while time.monotonic() < begun + _SLICE and services.clear_left_targets():
            pass
    except (ZoneBusy, ZoneRefused) as error:
        # One zone for all of them: the others would meet the same.
        log.warning("left targets stay for now: %s", error.code)


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


def _work_on_plan(plan_id: UUID) -> None:
    services.work_on_plan(plan_id=plan_id)


def _publish_records(domain_id: UUID) -> None:
    services.publish_records(domain_id=domain_id)
