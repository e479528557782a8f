"""Does the directory say what the resellers' schemas say, and does nothing wait unseen?"""

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.db import connection

from billing.invoicing import reconciliation
from controlplane.readiness import Finding
from kernel import clock
from kernel.actor import SYSTEM
from kernel.models import OutboxEvent
from kernel.tenancy import PUBLIC, in_schema
from mailcore.delivery.egress import naming
from mailcore.delivery.egress import selectors as egress
from mailcore.delivery.operating import selectors as operating
from mailcore.directory.models import AliasRoute, MailboxLogin, Route
from mailcore.directory.states import LoginState, RouteKind
from mailcore.domains.models import Domain
from mailcore.domains.states import DomainState
from mailcore.mailboxes.models import Alias, Mailbox
from tenants.resellers.models import Reseller, SignUp
from tenants.resellers.states import ResellerState


def look() -> Iterator[Finding]:
    """Every consistency check in turn, as role operator."""
    for name, check in CHECKS.items():
        wrong = check()
        yield Finding(name=name, ok=not wrong, saw="; ".join(wrong[:5]) or "nothing wrong")


def _resellers() -> list[Reseller]:
    made = Reseller.objects.exclude(schema_name=PUBLIC).exclude(state=ResellerState.PENDING)
    return list(made)


def _domains() -> list[str]:
    """Each domain has its route, each hosted route its domain."""
    wrong = []
    for reseller in _resellers():
        routed = set(
            Route.objects.filter(
                reseller_id=reseller.public_id,
                organisation_id__isnull=False,
                kind=RouteKind.HOSTED,
            ).values_list("domain", "is_verified", "is_held")
        )
        with in_schema(reseller.schema_name):
            held = {
                (d.name, d.state == DomainState.VERIFIED, d.verified_at is not None)
                for d in Domain.objects.all()
            }
        wrong += [f"{reseller.slug}: {one[0]} differs" for one in sorted(routed ^ held)]
    return wrong


def _mailboxes() -> list[str]:
    """Each mailbox has its login, each login its mailbox, in the same state."""
    wrong = []
    for reseller in _resellers():
        logins = set(
            MailboxLogin.objects.filter(reseller_id=reseller.public_id).values_list(
                "address", "state"
            )
        )
        with in_schema(reseller.schema_name):
            held = {
                (one.address, LoginState.DELETED if one.deleted_at else one.state)
                for one in Mailbox.objects.all()
            }
        wrong += [f"{reseller.slug}: {address} differs" for address, _ in sorted(logins ^ held)]
    return wrong


def _aliases() -> list[str]:
    """Each alias has its route, each route its alias, to the same mailboxes."""
    wrong = []
    for reseller in _resellers():
        routes = AliasRoute.objects.filter(reseller_id=reseller.public_id)
        routed = {(one.address, *one.targets) for one in routes}
        with in_schema(reseller.schema_name):
            held = {(one.address, *one.targets) for one in Alias.objects.all()}
        wrong += [f"{reseller.slug}: {one[0]} differs" for one in sorted(routed ^ held)]
    return wrong


def _events() -> list[str]:
    """No event is parked."""
    parked = OutboxEvent.objects.exclude(parked_at=None)
    return [f"{event.type} {event.public_id} parked: {event.error[:120]}" for event in parked[:5]]


def _sign_ups() -> list[str]:
    """No confirmed sign-up waits longer than ten minutes for its schema."""
    late = SignUp.objects.filter(
        confirmed_at__lt=clock.now() - timedelta(minutes=10),
        reseller__state=ResellerState.PENDING,
    )
    return [f"{sign_up.company} is still being prepared" for sign_up in late]


def _partitions() -> list[str]:
    """The queue's tables have their partition for tomorrow."""
    day = (clock.now() + timedelta(days=1)).strftime("%Y%m%d")
    tables = ("message", "message_body", "recipient", "attempt", "delivery_event")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) name WHERE to_regclass('public.' || name) IS NULL",
            [[f"{table}_{day}" for table in tables]],
        )
        return [f"partition {row[0]} is missing" for row in cursor.fetchall()]


def _old_transactions() -> list[str]:
    """A long writing transaction holds back every event reader of the cluster."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, usename, now() - xact_start FROM pg_stat_activity"
            " WHERE backend_xid IS NOT NULL AND xact_start < now() - interval '5 minutes'"
        )
        return [f"pid {pid} ({user}) writes since {age}" for pid, user, age in cursor.fetchall()]


def _invoices() -> list[str]:
    """Each invoice is the sum of its lines, each line of its usage records."""
    return [
        f"invoice {number} differs from its records" for number in reconciliation.list_unbalanced()
    ]


def _queues() -> list[str]:
    """Every part of the queue has a process that works on it."""
    return [
        f"{row['node']} shard {row['shard']} has no process: start a worker of its queue"
        for row in operating.unattended(actor=SYSTEM)
    ]


def _names() -> list[str]:
    """The name of each source of mail leads to it and back."""
    doubts = egress.doubts(actor=SYSTEM)
    return [
        f"{'; '.join(told)}: {naming.CONSEQUENCE}. Do: mend its A, AAAA or PTR record"
        for told in doubts.values()
    ]


CHECKS: dict[str, Callable[[], list[str]]] = {
    "domains and routes agree": _domains,
    "mailboxes and logins agree": _mailboxes,
    "aliases and their routes agree": _aliases,
    "no event is parked": _events,
    "no sign-up is stuck": _sign_ups,
    "tomorrow's partitions stand": _partitions,
    "no long transaction": _old_transactions,
    "invoices are the sum of their records": _invoices,
    "every queue has its process": _queues,
    "names of sources lead there and back": _names,
}
