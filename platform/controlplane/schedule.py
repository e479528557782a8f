"""What beat sends, how often and to which queue. A lost beat costs delay, nothing else."""

from dataclasses import dataclass, field

from django.conf import settings

from kernel.tasks import SCHEMA_HEADER
from kernel.tenancy import PUBLIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A task that runs for the platform as a whole, every so many seconds."""

    task: str
    seconds: float
    queue: str
    kwargs: dict[str, object] = field(default_factory=dict)


ENTRIES = (
    Entry(task="controlplane.dispatch_outbox", seconds=1, queue="events"),
    Entry(
        task="mailcore.deliver",
        seconds=2,
        queue=f"egress.{settings.EGRESS_NODE}",
        kwargs={"node": settings.EGRESS_NODE},
    ),
    Entry(task="mailcore.count_mail", seconds=3, queue="events"),
    Entry(task="mailcore.sum_hours", seconds=5, queue="events"),
    Entry(task="mailcore.raise_alarms", seconds=300, queue="control"),
    Entry(task="mailcore.check_due_domains", seconds=2, queue="control"),
    Entry(task="mailcore.turn_dkim_keys", seconds=5, queue="control"),
    Entry(task="mailcore.store_keys", seconds=10, queue="control"),
    Entry(task="mailcore.tell_domain_alarms", seconds=600, queue="control"),
    Entry(task="mailcore.forget_dns_plans", seconds=86_400, queue="control"),
    Entry(task="mailcore.end_old_claims", seconds=3600, queue="control"),
    Entry(task="mailcore.clear_left_targets", seconds=600, queue="control"),
    Entry(task="mailcore.expire_hand_overs", seconds=600, queue="control"),
    Entry(task="tenants.prove_mail_hosts", seconds=5, queue="control"),
    Entry(task="mailcore.lift_due_holds", seconds=5, queue="control"),
    Entry(task="controlplane.release_lifted", seconds=60, queue="control"),
    Entry(task="tenants.forget_expired_sign_ups", seconds=3600, queue="control"),
    Entry(task="mailcore.make_partitions", seconds=3600, queue="control"),
    Entry(task="mailcore.drop_partitions", seconds=3600, queue="control"),
    Entry(task="mailcore.forget_usage", seconds=86_400, queue="control"),
    Entry(task="mailcore.judge_warmup", seconds=3600, queue="control"),
    Entry(task="mailcore.watch_listings", seconds=900, queue="control"),
    Entry(task="mailcore.mail_links", seconds=600, queue="control"),
    Entry(task="mailcore.purge_mailboxes", seconds=3600, queue="control"),
    Entry(task="mailcore.sample_mailbox_days", seconds=3600, queue="control"),
    Entry(task="billing.close_months", seconds=3600, queue="control"),
    Entry(task="mailcore.learn_suppressions", seconds=5, queue="events"),
    Entry(task="mailcore.forget_suppressions", seconds=3600, queue="control"),
    Entry(task="mailcore.judge_streams", seconds=60, queue="control"),
    Entry(task="mailcore.read_reports", seconds=5, queue="events"),
    Entry(task="mailcore.forget_reports", seconds=3600, queue="control"),
    Entry(task="controlplane.queue_mail_webhooks", seconds=2, queue="events"),
    Entry(task="tenants.send_webhooks", seconds=5, queue="events"),
    Entry(task="controlplane.run_jobs", seconds=2, queue="control"),
    Entry(task="controlplane.forget_jobs", seconds=600, queue="control"),
    Entry(task="tenants.judge_webhooks", seconds=60, queue="control"),
    Entry(task="tenants.forget_events", seconds=3600, queue="control"),
)

beat_schedule = {
    f"{entry.task} {entry.queue}": {
        "task": entry.task,
        "schedule": entry.seconds,
        "kwargs": entry.kwargs,
        "options": {
            "queue": entry.queue,
            # A wake-up that waited this long is worth nothing: the next one is there.
            "expires": max(5.0, entry.seconds),
            "headers": {SCHEMA_HEADER: PUBLIC},
        },
    }
    for entry in ENTRIES
}
