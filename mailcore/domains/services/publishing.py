"""Keep the zones that we write up to date, without anybody asking."""

import contextlib
import hmac
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kernel.actor import Actor, authorise
from kernel.errors import NotAllowed, NotFound
from kernel.outbox import audit, publish
from mailcore.checks import selectors as check_selectors
from mailcore.checks import services as checks
from mailcore.domains import selectors
from mailcore.domains.models import DnsCredential, Domain
from mailcore.domains.services import credentials
from mailcore.domains.services.editors import editor_of
from mailcore.domains.states import CredentialKind
from mailcore.zones import selectors as zone_selectors
from mailcore.zones import services as zones
from mailcore.zones.errors import PlanBusy, PlanState
from mailcore.zones.ports import ZoneBusy, ZoneEditor, ZoneRefused
from mailcore.zones.services.drafting import Subject
from mailcore.zones.states import Origin

#: Seconds before each further try; after the last one a look or a person asks again.
_AGAIN = (5, 30, 120, 600)
#: How a plan ended that found the zone not as it was planned for: the next one may do better.
ZONE_CHANGED = "dns_plan.changed"
#: Seconds until a plan that is being carried out is looked after again.
_WAIT = 10


@transaction.atomic
def request_dns_update(
    *,
    actor: Actor,
    domain_id: UUID,
    server: str,
    port: int,
    key_name: str,
    algorithm: str,
    secret: str,
) -> Domain:
    """Keep the key and have the domain's records written, in one; raises NotAllowed, NotFound,
    InvalidDnsCredential, TooManyDnsCredentials.

    A key of one domain may only bring what its organisation keeps already: it adds and changes
    nothing that other domains can be written with (NotAllowed).
    """
    authorise(actor, "domains.write")
    domain = selectors.get_seen(domain_id, actor=actor)
    selectors.keep_held(domain)
    given = credentials.read(
        kind=CredentialKind.RFC2136,
        provider="",
        settings={
            "server": server,
            "port": str(port),
            "key_name": key_name,
            "algorithm": algorithm,
            "secret": secret,
        },
    )
    credential = _kept(domain, given, actor)
    zones.grant_access(domain_id=domain_id, credential_id=credential.public_id)
    checks.ask_to_publish(domain.public_id)
    audit("domain.dns_update_requested", subject=domain.reference, actor=actor, data=given.shown)
    publish(
        "domain.dns_update_requested",
        subject=domain.reference,
        data={"domain_id": str(domain.public_id)},
        actor=actor,
    )
    return domain


def _kept(domain: Domain, given: credentials.Given, actor: Actor) -> DnsCredential:
    """The organisation's credential for the same server, key and secret, or a new one.

    A new secret replaces the one of now only where no other domain is written with that: nobody
    has tried it yet.
    """
    held = selectors.list_credentials(organisation_id=domain.organisation_id)
    # Locked: no other domain comes to use one while its secret is replaced.
    same = list(held.filter(kind=given.kind, settings=given.shown).select_for_update())
    for one in same:
        if hmac.compare_digest(credentials.unseal(one), given.secret):
            return one
    if actor.domain is not None:
        raise NotAllowed("A key of one domain adds and changes no way to write DNS.")
    for one in same:
        if zone_selectors.list_written_with(one.public_id) == {domain.public_id}:
            one.sealed_secret = credentials.seal(given, public_id=one.public_id)
            one.save(update_fields=["sealed_secret"])
            return one
    return credentials.store(given, organisation_id=domain.organisation_id, actor=actor)


def republish(*, domain_id: UUID) -> bool:
    """Have a domain's zone brought up to date by a worker; False where we cannot write it.

    Records that we keep for a domain, in our own zone, are brought up to date in any case.

    For whoever changes what `selectors.expected_records` answers (a key rotates, a policy moves on,
    records are published another way): call it in the transaction of that change. It asks no
    server, may be called any number of times, and does nothing for a domain whose owner publishes
    by hand. Raises NotFound.
    """
    domain = selectors.get_domain(domain_id)
    if domain.points_to_us:
        checks.ask_for_targets(domain.public_id)
    if zone_selectors.find_credential_id(domain_id) is None:
        return False
    checks.ask_to_publish(domain.public_id)
    return True


def republish_all() -> None:
    """The same for every domain of the reseller: for what changes the records of all."""
    for domain_id in selectors.list_domains().values_list("public_id", flat=True):
        with contextlib.suppress(NotFound):  # given up meanwhile
            republish(domain_id=domain_id)


def publish_records(*, domain_id: UUID, editor: ZoneEditor | None = None) -> str:
    """Plan and apply in one what a domain's zone lacks; the code of how it ended.

    Nothing of a stranger's is replaced. Blocks up to about a minute on a slow server; failures
    that may pass are planned again. Raises NotFound.
    """
    schedule = check_selectors.find_schedule(domain_id)  # before what it asks for is read
    domain = selectors.get_domain(domain_id)
    credential = selectors.find_credential(domain)
    again: timedelta | None = None
    if credential is None:
        code = "dns_credential.none"
    elif zone_selectors.is_being_written(domain_id):
        code, again = "waiting", timedelta(seconds=_WAIT * settings.DELAY_SCALE)
    else:
        code, again = _write(domain, credential, editor)
    claimed = schedule.publish_due_at if schedule else None
    checks.published(domain_id=domain_id, claimed=claimed, code=code, again_in=again)
    # Once: a plan that changed something has the domain watched itself.
    checks.look_soon(domain_id)
    return code


def _write(
    domain: Domain, credential: DnsCredential, editor: ZoneEditor | None
) -> tuple[str, timedelta | None]:
    subject = Subject(
        domain_id=domain.public_id,
        credential_id=credential.public_id,
        name=domain.name,
        wanted=selectors.expected_records(domain),
        origin=Origin.UPKEEP,
    )
    try:
        editor = editor or editor_of(credential)
        plan = zones.keep(zones.draft(subject=subject, editor=editor))
        if plan.steps:
            plan = zones.begin(plan=plan, by_caller=True)
            zones.apply_plan(plan=plan, editor=editor)
    except ZoneBusy as error:
        return error.code, next_try(domain_id=domain.public_id)
    except ZoneRefused as error:
        return error.code, None
    except (PlanBusy, PlanState):  # somebody else's plan came first
        return "waiting", timedelta(seconds=_WAIT * settings.DELAY_SCALE)
    code = zones.outcome_of(plan)
    return code, next_try(domain_id=domain.public_id) if code == ZONE_CHANGED else None


def next_try(*, domain_id: UUID) -> timedelta | None:
    """How long to wait before the zone is planned anew; None when there were enough tries."""
    schedule = check_selectors.find_schedule(domain_id)
    tries = schedule.publish_tries if schedule else len(_AGAIN)
    if tries >= len(_AGAIN):
        return None
    return timedelta(seconds=_AGAIN[tries] * settings.DELAY_SCALE)
