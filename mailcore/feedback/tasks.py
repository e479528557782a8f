"""Read reports and forget old ones, over all resellers."""

from celery import shared_task

from mailcore.feedback.reports import forgetting, reading

#: Reports of one slice: the largest takes some seconds, most take milliseconds.
_SLICE = 20
#: No report is begun after so many seconds: other events wait for this worker.
_READING = 2.0


@shared_task(name="mailcore.read_reports", queue="events")
def read_reports() -> None:
    """Read what waits; what is left waits for the next slice."""
    reading.read_due(most=_SLICE, seconds=_READING)


@shared_task(name="mailcore.forget_reports", queue="control")
def forget_reports() -> None:
    """Drop reports and sums that were kept long enough."""
    forgetting.forget()
