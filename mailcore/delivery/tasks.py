"""The delivery plane's tasks: each returns within milliseconds, or seconds where it asks others."""

from celery import shared_task

from mailcore.delivery import limits, partitions, readers
from mailcore.delivery.egress import judging, watching
from mailcore.delivery.engine import host
from mailcore.delivery.engine import worker_signals as worker_signals
from mailcore.delivery.reporting import alarms
from mailcore.delivery.streams import judging as streams
from mailcore.delivery.suppression import learning


@shared_task(name="mailcore.deliver")
def deliver(*, node: str) -> None:
    """See to it that this process's loop runs; the loop finds its shard and does the work."""
    host.ensure(node=node)


@shared_task(name="mailcore.count_mail", queue="events")
def count_mail() -> None:
    """Turn new delivery events into counted mail."""
    readers.count_mail()


@shared_task(name="mailcore.sum_hours", queue="events")
def sum_hours() -> None:
    """Add new delivery events to the sums of their hours."""
    readers.sum_hours()


@shared_task(name="mailcore.raise_alarms", queue="control")
def raise_alarms() -> None:
    """Say which streams of which resellers pass a warn line."""
    alarms.raise_alarms()


@shared_task(name="mailcore.make_partitions", queue="control")
def make_partitions() -> None:
    """Make the partitions of the coming days."""
    partitions.make_partitions()


@shared_task(name="mailcore.drop_partitions", queue="control")
def drop_partitions() -> None:
    """Drop what has been kept long enough."""
    partitions.drop_partitions()


@shared_task(name="mailcore.forget_usage", queue="control")
def forget_usage() -> None:
    """Drop old counts of mailboxes."""
    limits.forget_usage()


@shared_task(name="mailcore.judge_warmup", queue="control")
def judge_warmup() -> None:
    """Let the addresses that are warming go a step on, hold or go back."""
    judging.judge_days()


@shared_task(name="mailcore.watch_listings", queue="control")
def watch_listings() -> None:
    """Ask the DNSBLs of the settings about our addresses."""
    watching.watch_listings()


@shared_task(name="mailcore.learn_suppressions", queue="events")
def learn_suppressions() -> None:
    """Suppress what bounced hard or complained."""
    learning.learn()


@shared_task(name="mailcore.forget_suppressions", queue="control")
def forget_suppressions() -> None:
    """Drop suppressions that are over."""
    learning.forget()


@shared_task(name="mailcore.judge_streams", queue="control")
def judge_streams() -> None:
    """Pause streams that pass a line, end pauses whose time is up."""
    streams.judge_streams()
