"""What the API takes and shows of a suppression."""

from datetime import datetime
from typing import Annotated, TypedDict

from rest_framework import serializers

from kernel import ids
from kernel.rest.openapi import Id, OneOf, shape
from kernel.rest.serializers import Body
from mailcore.delivery.suppression.entries import Reason, Suppression
from mailcore.delivery.suppression.services import STREAMS
from mailcore.delivery.suppression.writing import LONGEST_NOTE


class NewSuppression(Body):
    """An address; for how much of the mail, until when, and a note for whoever asks."""

    address = serializers.CharField(max_length=400)
    stream = serializers.ChoiceField(sorted(STREAMS), allow_blank=True, default="")
    note = serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True, default="")
    until = serializers.DateTimeField(allow_null=True, default=None)
    example = {"address": "ann@example.com", "stream": "bulk", "note": "asked by telephone"}


@shape(
    example={
        "id": "sup_01k8z1h7k9n1q3s5v7x9z1b3d5",
        "address": "ann@example.com",
        "stream": "bulk",
        "reason": "manual",
        "note": "asked by telephone",
        "created_at": "2026-03-01T10:00:00Z",
        "until": None,
    }
)
class SuppressionShown(TypedDict):
    """An address that gets no mail; of one stream, or of any when `stream` is null."""

    id: Annotated[str, Id("sup")]
    address: str
    stream: Annotated[str, OneOf(sorted(STREAMS))] | None
    reason: Annotated[str, OneOf(Reason)]
    note: str
    created_at: datetime
    until: datetime | None


def show(entry: Suppression) -> SuppressionShown:
    """A suppression as JSON."""
    return {
        "id": ids.to_public("sup", entry.id),
        "address": entry.address,
        "stream": entry.stream or None,
        "reason": entry.reason,
        "note": entry.note,
        "created_at": entry.created_at,
        "until": entry.until,
    }
