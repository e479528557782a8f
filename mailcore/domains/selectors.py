"""Read domains and the records that they should have."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from kernel import ids
from kernel.actor import Actor
from kernel.dns import names
from kernel.errors import NotFound
from mailcore.checks import selectors as checks
from mailcore.checks.models import DomainSchedule, RecordVerdict
from mailcore.domains import instructions, to_publish
from mailcore.domains.errors import DomainNotVerified
from mailcore.domains.models import DkimKey, DnsCredential, Domain
from mailcore.domains.states import DomainState
from mailcore.protocol import dns_records, mta_sts
from mailcore.protocol.dns_records import HostedDomain, PublicKey, Record
from mailcore.protocol.mta_sts import Mode, Policy
from mailcore.protocol.verdicts import Outcome
from mailcore.protocol.zone_file import render as render_zone
from mailcore.zones import selectors as zones
from tenants.resellers import selectors as resellers

#: What stands for an answer of an address that cannot be asked from here: it says nothing.
NOT_ASKED = "not_asked"
_NO_SUCH_NAME = "There is no domain of this name here."
#: How long senders keep a policy: briefly while it may still change.
_POLICY_SECONDS: dict[Mode, int] = {"none": 86_400, "testing": 86_400, "enforce": 1_209_600}
_LAST_LOOK = """
SELECT v.*, s.checked_at, s.due_at, s.publish_code, s.published_at
FROM public.domain_schedule s LEFT JOIN public.record_verdict v ON v.domain_id = s.domain_id
WHERE s.domain_id = %s"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAnswer:
    """What some of a domain's name servers say alike; `failure` where they say nothing of use."""

    servers: list[str]
    values: list[str]
    alias: str
    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """A record to publish with its last verdict and one sentence on what to do."""

    purpose: str
    name: str
    type: str
    value: str
    priority: int | None
    ttl: int
    need: str
    verdict: str
    code: str
    found: list[str]
    said: list[ServerAnswer]
    instruction: str
    since: datetime | None
    checked_at: datetime | None

    @property
    def anchor(self) -> str:
        """A name for the record on a page."""
        return f"{self.purpose}-{self.name.replace('.', '-')}-{self.type}".lower()

    @property
    def in_the_way(self) -> list[str]:
        """What was found and has to go before the value is added."""
        if self.verdict == Outcome.MATCH and not self.code:
            return []
        return to_publish.others_in_place(self.purpose, self.value, found=self.found)

    @property
    def differ(self) -> bool:
        """Whether the name servers say different things, or some of them nothing."""
        return sum(answer.failure != NOT_ASKED for answer in self.said) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LookTimes:
    """When a domain was looked at last, and when it is looked at next."""

    checked_at: datetime | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsUpdateStatus:
    """How the last DNS update ended: `code` is stable, `sentence` is for people."""

    code: str
    sentence: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsReport:
    """All that is known of a domain's records, `rows` in the order of `records`."""

    records: list[Record]
    rows: list[RecordRow]
    look: LookTimes
    update: DnsUpdateStatus | None


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
        raise ids.missing("dom")
    return found


def get_seen_by_name(name: str, *, actor: Actor) -> Domain:
    """One of them by its name in any spelling; raises NotFound."""
    try:
        stored = names.normalise(name)
    except names.InvalidName as error:
        raise NotFound(_NO_SUCH_NAME) from error
    found = list_seen(actor).filter(name=stored).first()
    if found is None:
        raise NotFound(_NO_SUCH_NAME)
    return found


def get_seen_with_keys(domain_id: UUID, *, actor: Actor) -> tuple[Domain, list[DkimKey]]:
    """One of them, and what its records show of its keys, in one statement; raises NotFound."""
    shown = {name: name for name in ("selector", "algorithm", "public_key", "revoked_at")}
    keys = DkimKey.objects.filter(domain_id=OuterRef("pk")).values(one=JSONObject(**shown))
    seen = list_seen(actor).filter(public_id=domain_id).annotate(key_rows=ArraySubquery(keys))
    found = seen.first()
    if found is None:
        raise ids.missing("dom")
    return found, [DkimKey(**row) for row in found.key_rows]


def list_with_keys(domain_ids: Iterable[UUID]) -> QuerySet[Domain]:
    """Several by their public ids, their keys read with them."""
    return Domain.objects.filter(public_id__in=[*domain_ids]).prefetch_related("dkim_keys")


def get_domain(domain_id: UUID, *, organisation_id: UUID | None = None) -> Domain:
    """One by its public id; raises NotFound, also for one of another organisation."""
    found = list_domains(organisation_id=organisation_id).filter(public_id=domain_id).first()
    if found is None:
        raise ids.missing("dom")
    return found


def keep_verified(domain: Domain) -> None:
    """Until the transaction ends the domain is not given up or away; raises DomainNotVerified."""
    if _kept([domain.pk]).get(domain.pk) != DomainState.VERIFIED:
        raise DomainNotVerified(field="domain")


def keep_held(domain: Domain) -> None:
    """The same in whatever state it is; raises NotFound when it is gone.

    Before any lock on a row of the domain's: whoever takes it over locks the domain first.
    """
    if not _kept([domain.pk]):
        raise NotFound


def keep_each(domain_pks: Iterable[int]) -> set[int]:
    """The same for several; those that are not gone."""
    return set(_kept(domain_pks))


def _kept(domain_pks: Iterable[int]) -> dict[int, str]:
    """Number → state. FOR KEY SHARE lets checks and others who come for the same go on."""
    query = "SELECT id, state FROM domain WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"
    with connection.cursor() as cursor:
        cursor.execute(query, [list(domain_pks)])
        return dict(cursor.fetchall())


def find_verified(name: str) -> Domain | None:
    """A domain by its stored name, once it is verified."""
    return Domain.objects.filter(name=name, state=DomainState.VERIFIED).first()


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


def expected_records(
    domain: Domain,
    *,
    hosts: resellers.MailHosts | None = None,
    keys: Iterable[DkimKey] | None = None,
) -> list[Record]:
    """Every record the domain should have, ownership first; `hosts` and `keys` where known."""
    return dns_records.wanted(hosted_domain(domain, hosts=hosts, keys=keys))


def hosted_domain(
    domain: Domain,
    *,
    hosts: resellers.MailHosts | None = None,
    keys: Iterable[DkimKey] | None = None,
) -> HostedDomain:
    """What the domain's records are made of."""
    held = domain.dkim_keys.all() if keys is None else keys
    by_selector = sorted(held, key=lambda key: key.selector)
    rows = sorted(by_selector, key=lambda key: key.algorithm, reverse=True)
    mail_hosts = hosts or resellers.mail_hosts()
    return HostedDomain(
        name=domain.name,
        token=domain.ownership_token,
        mx_host=settings.MX_HOST,
        spf_include=settings.SPF_INCLUDE,
        imap_host=mail_hosts.imap,
        smtp_host=mail_hosts.smtp,
        web_host=settings.WEB_HOST,
        keys=[public_half(key) for key in rows],
        dmarc_policy=domain.dmarc_policy,
        dmarc_tags=domain.dmarc_tags,
        is_dmarc_chosen=domain.dmarc_changed_at is not None,
        dmarc_reports=f"dmarc-{domain.label}@{settings.REPORTS_DOMAIN}",
        tls_reports=f"tls-{domain.label}@{settings.REPORTS_DOMAIN}",
        policy_id=mta_sts.id_of(mta_sts_policy(domain)),
        # Nobody is told to point to a name before something stands there.
        records_zone=records_zone_of(domain) if domain.points_to_us else "",
    )


def records_zone_of(domain: Domain) -> str:
    """Where we keep records for the domain; the name says nothing of anybody's brand."""
    return f"{domain.label}.{settings.RECORDS_ZONE}"


def mta_sts_policy(domain: Domain) -> Policy:
    """The policy that we serve at `mta-sts.<domain>`."""
    mode = cast("Mode", domain.mta_sts_mode)
    return Policy(mode=mode, hosts=(settings.MX_HOST,), max_age=_POLICY_SECONDS[mode])


def report_on(domain: Domain, *, keys: Iterable[DkimKey] | None = None) -> RecordsReport:
    """The expected records with their verdicts; `value` of a row is what to publish now."""
    schedule, verdicts = _last_look(domain.public_id)
    looked_at = schedule.checked_at if schedule else None
    records = expected_records(domain, keys=keys)
    return RecordsReport(
        records=records,
        rows=[_row(one, verdicts.get(one.key), looked_at=looked_at) for one in records],
        look=LookTimes(checked_at=looked_at, next_at=schedule.due_at if schedule else None),
        update=_update_in(schedule),
    )


def _last_look(
    domain_id: UUID,
) -> tuple[DomainSchedule | None, dict[dns_records.Key, RecordVerdict]]:
    """The schedule and the verdicts, in one statement."""
    rows = list(RecordVerdict.objects.raw(_LAST_LOOK, [domain_id]))
    told = ("checked_at", "due_at", "publish_code", "published_at")
    schedule = DomainSchedule(**{name: getattr(rows[0], name) for name in told}) if rows else None
    return schedule, {(row.purpose, row.name): row for row in rows if row.pk is not None}


def list_records(domain: Domain) -> list[RecordRow]:
    """The report's rows alone."""
    return report_on(domain).rows


def zone_file(domain: Domain, *, keys: Iterable[DkimKey] | None = None) -> str:
    """The records to publish, as a zone file."""
    report = report_on(domain, keys=keys)
    return render_zone(
        report.records,
        domain=domain.name,
        values=[row.value for row in report.rows],
        in_the_way=[row.in_the_way for row in report.rows],
    )


def _row(record: Record, last: RecordVerdict | None, *, looked_at: datetime | None) -> RecordRow:
    code, found, params = (last.code, last.found, last.params) if last else ("", [], {})
    verdict = last.verdict if last else Outcome.UNCHECKED
    return RecordRow(
        purpose=record.purpose,
        name=record.name,
        type=record.type,
        value=to_publish.value_to_publish(record, code=code, found=found, params=params),
        priority=record.priority,
        ttl=record.ttl,
        need=record.need,
        verdict=verdict,
        code=code,
        found=found,
        said=[ServerAnswer(**one) for one in last.said] if last else [],
        instruction=instructions.sentence(
            record, verdict=verdict, code=code, found=found, params=params
        ),
        since=last.since if last else None,
        checked_at=looked_at if last and last.since else None,
    )


def find_dns_update(domain: Domain) -> DnsUpdateStatus | None:
    """How the last DNS update ended, or None when none was asked for."""
    return _update_in(checks.find_schedule(domain.public_id))


def _update_in(schedule: DomainSchedule | None) -> DnsUpdateStatus | None:
    if schedule is None or not schedule.publish_code:
        return None
    code = schedule.publish_code
    return DnsUpdateStatus(
        code=code, sentence=instructions.update_sentence(code), at=schedule.published_at
    )


def list_credentials(*, organisation_id: UUID | None = None) -> QuerySet[DnsCredential]:
    """Every way to write DNS, oldest first; of one organisation when it is named."""
    found = DnsCredential.objects.order_by("public_id")
    return found if organisation_id is None else found.filter(organisation_id=organisation_id)


def get_credential(credential_id: UUID, *, organisation_id: UUID | None = None) -> DnsCredential:
    """One by its public id; raises NotFound, also for one of another organisation."""
    found = list_credentials(organisation_id=organisation_id).filter(public_id=credential_id)
    credential = found.first()
    if credential is None:
        raise ids.missing("dnc")
    return credential


def find_credential(domain: Domain) -> DnsCredential | None:
    """The one with which the domain's zone is kept up to date."""
    credential_id = zones.find_credential_id(domain.public_id)
    if credential_id is None:
        return None
    return list_credentials().filter(public_id=credential_id).first()
