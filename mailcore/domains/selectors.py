"""Read domains and the records that they should have."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from kernel.actor import Actor
from kernel.errors import NotFound
from mailcore.checks import selectors as checks
from mailcore.domains import instructions
from mailcore.domains.errors import DomainNotVerified
from mailcore.domains.models import DkimKey, Domain
from mailcore.domains.states import DomainState
from mailcore.protocol import dns_records
from mailcore.protocol.dns_records import HostedDomain, PublicKey, Record
from mailcore.protocol.verdicts import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """A record to publish with its last verdict and one sentence on what to do."""

    purpose: str
    name: str
    type: str
    value: str
    priority: int | None
    ttl: int
    verdict: str
    code: str
    found: list[str]
    instruction: str
    checked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsUpdateStatus:
    """How the last DNS update ended: `code` is stable, `sentence` is for people."""

    code: str
    sentence: str
    at: datetime | None


def list_domains(*, organisation_id: UUID | None = None) -> QuerySet[Domain]:
    """Every domain, oldest first; of one organisation when it is named."""
    found = Domain.objects.order_by("public_id")
    return found if organisation_id is None else found.filter(organisation_id=organisation_id)


def list_seen(actor: Actor) -> QuerySet[Domain]:
    """The domains that exist for this actor: all, its organisation's, or the one it is bound to."""
    found = list_domains(organisation_id=actor.organisation)
    return found if actor.domain is None else found.filter(public_id=actor.domain)


def get_seen(domain_id: UUID, *, actor: Actor) -> Domain:
    """One of them by its public id; raises NotFound."""
    found = list_seen(actor).filter(public_id=domain_id).first()
    if found is None:
        raise NotFound
    return found


def get_domain(domain_id: UUID, *, organisation_id: UUID | None = None) -> Domain:
    """One by its public id; raises NotFound, also for one of another organisation."""
    found = list_domains(organisation_id=organisation_id).filter(public_id=domain_id).first()
    if found is None:
        raise NotFound
    return found


def keep_verified(domain: Domain) -> None:
    """Until the transaction ends the domain is not given up or away; raises DomainNotVerified.

    FOR KEY SHARE lets checks and others who come for the same go on.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM domain WHERE id = %s FOR KEY SHARE", [domain.pk])
        row = cursor.fetchone()
    if row is None or row[0] != DomainState.VERIFIED:
        raise DomainNotVerified(field="domain")


def count_domains() -> int:
    """How many domains the reseller has."""
    return Domain.objects.count()


def ownership_of(domain: Domain) -> Record:
    """The TXT record that proves control of the domain."""
    return dns_records.ownership(domain.name, token=domain.ownership_token)


def public_half(key: DkimKey) -> PublicKey:
    """What DNS should show of a key; of a withdrawn one that it is (RFC 6376 §3.6.1)."""
    public = "" if key.revoked_at else key.public_key
    return PublicKey(selector=key.selector, algorithm=key.algorithm, public=public)


def record_of(domain: Domain, key: DkimKey) -> Record:
    """The record that shows a key of the domain."""
    return dns_records.dkim(domain.name, public_half(key))


def expected_records(domain: Domain) -> list[Record]:
    """Every record the domain should have, ownership first."""
    keys = [public_half(key) for key in domain.dkim_keys.order_by("-algorithm", "selector")]
    return dns_records.wanted(
        HostedDomain(
            name=domain.name,
            token=domain.ownership_token,
            mx_host=settings.MX_HOST,
            spf_include=settings.SPF_INCLUDE,
            keys=keys,
            dmarc_policy=domain.dmarc_policy,
        )
    )


def list_records(domain: Domain) -> list[RecordRow]:
    """The expected records with their verdicts; `value` is what to publish now."""
    verdicts = checks.list_verdicts(domain.public_id)
    rows = []
    for record in expected_records(domain):
        last = verdicts.get(record.key)
        code, found = (last.code, last.found) if last else ("", [])
        verdict = last.verdict if last else Outcome.UNCHECKED
        rows.append(
            RecordRow(
                purpose=record.purpose,
                name=record.name,
                type=record.type,
                value=instructions.value_to_publish(record, code=code, found=found),
                priority=record.priority,
                ttl=record.ttl,
                verdict=verdict,
                code=code,
                found=found,
                instruction=instructions.sentence(record, verdict=verdict, code=code, found=found),
                checked_at=last.checked_at if last else None,
            )
        )
    return rows


def find_dns_update(domain: Domain) -> DnsUpdateStatus | None:
    """How the last DNS update ended, or None when none was asked for."""
    schedule = checks.find_schedule(domain.public_id)
    if schedule is None or not schedule.publish_code:
        return None
    code = schedule.publish_code
    return DnsUpdateStatus(
        code=code, sentence=instructions.update_sentence(code), at=schedule.published_at
    )
