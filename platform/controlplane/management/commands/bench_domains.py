"""`manage.py bench_domains`: many verified domains, for `./livery bench dns` on a stack of its own; run as role worker."""

import json
import secrets
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from kernel import clock, ids, keys, schema
from kernel.tenancy import in_schema
from mailcore.checks.models import DomainSchedule, RecordVerdict
from mailcore.directory.models import Route
from mailcore.directory.states import KeyState
from mailcore.domains import selectors
from mailcore.domains.key_life import SLOTS
from mailcore.domains.models import DkimKey, Domain
from mailcore.domains.states import DomainState
from mailcore.protocol import dkim_keys, verp
from mailcore.protocol.dkim_keys import KeyPair
from mailcore.protocol.dns_plan import value_of
from mailcore.protocol.dns_records import Record
from mailcore.protocol.zone_file import quoted
from tenants.organisations.models import Organisation
from tenants.resellers.models import Reseller
from tenants.resellers.states import ResellerState


class Command(BaseCommand):
    """Prints a JSON object for each domain: its name and the records that DNS should show of it."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """How many domains of how many resellers, and what they are called."""
        parser.add_argument("--resellers", type=int, default=20)
        parser.add_argument("--domains", type=int, default=10_000)
        parser.add_argument("--name", default="d{number}.test")

    def handle(self, *_: Any, **options: Any) -> None:
        """Make them. All share their keys: to make so many would take half an hour."""
        pairs = {selector: dkim_keys.make(algorithm) for selector, algorithm in SLOTS.items()}
        resellers = [_reseller(number) for number in range(options["resellers"])]
        for rank, reseller in enumerate(resellers):
            numbers = range(rank, options["domains"], len(resellers))
            names = [options["name"].format(number=number) for number in numbers]
            with in_schema(reseller.schema_name), transaction.atomic():
                for domain in _domains(names, pairs, reseller_id=reseller.public_id):
                    records = selectors.expected_records(domain)
                    _be_checked(domain, records, reseller_id=reseller.public_id)
                    self.stdout.write(json.dumps(_told(domain, records)))


def _reseller(number: int) -> Reseller:
    public_id = ids.uuid7()
    reseller = Reseller.objects.create(
        public_id=public_id,
        schema_name=f"r_{public_id.hex[-12:]}",
        slug=f"bench-{public_id.hex[-12:]}",
        name=f"Bench {number}",
        owner_email=f"owner{number}@bench.test",
        state=ResellerState.ACTIVE,
        activated_at=clock.now(),
    )
    Reseller.objects.filter(pk=reseller.pk).update(
        migration_set=schema.replay(reseller.schema_name)
    )
    with in_schema(reseller.schema_name):
        keys.current_key(public_id)
        Organisation.objects.create(name="Bench")
    return reseller


def _domains(names: list[str], pairs: dict[str, KeyPair], *, reseller_id: UUID) -> list[Domain]:
    """As they are once they were verified: routed, and with a slot of keys that signs."""
    now, organisation_id = clock.now(), Organisation.objects.get().public_id
    domains = Domain.objects.bulk_create(
        Domain(
            name=name,
            display_name=name,
            organisation_id=organisation_id,
            ownership_token=secrets.token_hex(20),
            state=DomainState.VERIFIED,
            verified_at=now,
        )
        for name in names
    )
    DkimKey.objects.bulk_create(
        DkimKey(
            domain=domain,
            selector=selector,
            algorithm=pair.algorithm,
            public_key=pair.public,
            state=KeyState.ACTIVE if selector.endswith("1") else KeyState.PENDING,
            signing_at=now if selector.endswith("1") else None,
            shown_at=now,
        )
        for domain in domains
        for selector, pair in pairs.items()
    )
    Route.objects.bulk_create(
        Route(
            public_id=domain.public_id if name == domain.name else ids.uuid7(),
            domain=name,
            reseller_id=reseller_id,
            organisation_id=organisation_id,
            kind="hosted" if name == domain.name else "feedback",
            is_verified=True,
            is_held=True,
        )
        for domain in domains
        for name in (domain.name, verp.bounce_domain(domain.name))
    )
    return domains


def _be_checked(domain: Domain, records: list[Record], *, reseller_id: UUID) -> None:
    DomainSchedule.objects.create(
        domain_id=domain.public_id, reseller_id=reseller_id, domain=domain.name, keys_due_at=None
    )
    RecordVerdict.objects.bulk_create(
        RecordVerdict(
            domain_id=domain.public_id,
            reseller_id=reseller_id,
            purpose=record.purpose,
            name=record.name,
        )
        for record in records
    )


def _told(domain: Domain, records: list[Record]) -> dict[str, object]:
    return {
        "domain": domain.name,
        "records": [
            {
                "purpose": record.purpose,
                "name": record.name,
                "type": record.type,
                "asked": record.asked,
                "data": quoted(record.value) if record.type == "TXT" else f"{value_of(record)}.",
            }
            for record in records
        ],
    }
