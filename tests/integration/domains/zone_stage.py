"""A client's zone in memory that fails as a test likes, and what a worker does with it."""

from dataclasses import dataclass, field

from kernel import clock
from mailcore.domains import services
from mailcore.protocol.dns_zone import simulate
from mailcore.zones.adapters.memory import MemoryZone
from mailcore.zones.models import DnsPlan, OwnedRecord
from mailcore.zones.ports import ZoneRefused

D = "shop.test"
OLD_SPF, OLD_MX = "v=spf1 include:_spf.old.example ~all", "10 mx.old.example"
SETTINGS = {"server": "127.0.0.9", "key_name": "owner", "secret": "c2VjcmV0c2VjcmV0"}


@dataclass(kw_only=True)
class Zone(MemoryZone):
    """A zone in memory; `fails` is raised once instead of the next change, or after it."""

    fails: Exception | None = None
    is_done_first: bool = False
    most: int | None = None
    writes: int = field(default=0)

    def apply(self, zone: str, changes: list, *, standing: dict) -> None:
        error, self.fails = self.fails, None
        if self.most is not None:
            done, self.most = changes[: self.most], None
            self.standing = simulate(self.standing, done)
            raise ZoneRefused("provider.refused", done=done)
        if error is not None and not self.is_done_first:
            raise error
        MemoryZone.apply(self, zone, changes, standing=standing)
        self.writes += 1
        if error is not None:
            raise error


def work(plan: DnsPlan, zone: Zone, **options: object) -> DnsPlan:
    """What a worker does that has claimed the plan."""
    DnsPlan.objects.filter(pk=plan.pk).update(due_at=clock.now())
    return services.work_on_plan(plan_id=plan.pk, editor=zone, **options)


def undone(acme, domain, plan: DnsPlan, zone: Zone) -> DnsPlan:
    services.undo_dns_plan(actor=acme.owner, domain_id=domain.public_id, plan_id=plan.pk)
    return work(plan, zone)


def shown(zone: Zone) -> dict:
    return {place: held for place, held in zone.standing.items() if held.values}


def owned() -> list[str]:
    return list(OwnedRecord.objects.filter(is_confirmed=True).values_list("value", flat=True))
