"""The states of a plan."""

from django.db import models


class PlanState(models.TextChoices):
    """`failed` may have done part of its changes; whatever is done can be undone."""

    PLANNED = "planned"
    APPLYING = "applying"
    APPLIED = "applied"
    VERIFIED = "verified"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


#: A worker has to do something about these.
MOVING = (PlanState.APPLYING, PlanState.APPLIED, PlanState.UNDOING)
#: The zone is being written: one plan of a domain at a time.
WRITING = (PlanState.APPLYING, PlanState.UNDOING)
#: What was done can be taken back.
UNDOABLE = (PlanState.APPLIED, PlanState.VERIFIED, PlanState.FAILED)


class Origin(models.TextChoices):
    """Who asked: a person, or our own upkeep of a zone that we write."""

    PERSON = "person"
    UPKEEP = "upkeep"
