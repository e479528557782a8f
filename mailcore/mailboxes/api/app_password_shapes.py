"""What the API takes and tells of app passwords."""

from datetime import datetime
from typing import Annotated, TypedDict

from rest_framework import serializers

from kernel.rest.openapi import Id, OneOf, shape
from kernel.rest.serializers import Body
from mailcore.directory.models import AppPassword
from mailcore.directory.states import AppScope


class NewAppPassword(Body):
    """What it is for, what it opens, and until when."""

    name = serializers.CharField(max_length=100)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=AppScope.values),
        min_length=1,
        max_length=3,
        default=list(AppScope.values),
    )
    expires_at = serializers.DateTimeField(allow_null=True, default=None)
    example = {"name": "Anna's phone", "scopes": ["imap", "smtp"], "expires_at": None}


_SHOWN = {
    "id": "asp_01k8z1h7k9n1q3s5v7x9z1b3d5",
    "name": "Anna's phone",
    "scopes": ["imap", "smtp"],
    "created_at": "2026-03-01T09:50:00Z",
    "expires_at": None,
    "last_used_at": "2026-03-02T07:12:00Z",
    "last_used_from": "203.0.113.7",
}


@shape(example=_SHOWN)
class AppPasswordShown(TypedDict):
    """A password of a mailbox for one program; its last use to the minute."""

    id: Annotated[str, Id("asp")]
    name: str
    scopes: list[Annotated[str, OneOf(AppScope)]]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    last_used_from: str


@shape(example={**_SHOWN, "secret": "4v7q-0c2m-…"})
class AppPasswordMade(AppPasswordShown):
    """The same with its text, told once: null when the answer is given again."""

    secret: str | None


def show(made: AppPassword) -> AppPasswordShown:
    """An app password as JSON."""
    return {
        "id": made.reference,
        "name": made.name,
        "scopes": made.scopes,
        "created_at": made.created_at,
        "expires_at": made.expires_at,
        "last_used_at": made.last_used_at,
        "last_used_from": made.last_used_from,
    }
