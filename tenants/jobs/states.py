"""The states of a job and of its items."""

from django.db import models


class JobState(models.TextChoices):
    """From the request to the end."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"
    CANCELLED = "cancelled"


class ItemState(models.TextChoices):
    """What became of one item."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: In these nothing more happens.
OVER = (JobState.ENDED, JobState.CANCELLED)
