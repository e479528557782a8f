"""What the API takes and tells of aliases."""

from datetime import datetime
from typing import Annotated, TypedDict

from rest_framework import serializers

from kernel.rest.openapi import Id, shape
from kernel.rest.serializers import Body, Reference
from mailcore.mailboxes.models import Alias


class NewAlias(Body):
    """Domain, local part (`*` for all that are no others) and the mailboxes that it leads to."""

    domain = Reference("dom")
    local_part = serializers.CharField(max_length=100)
    targets = serializers.ListField(
        child=serializers.CharField(max_length=320), min_length=1, max_length=100
    )
    example = {
        "domain": "dom_01k8z1c3e5g7j9m1p3r5t7w9y1",
        "local_part": "sales",
        "targets": ["ann@client.test", "ben@client.test"],
    }


class AliasChange(Body):
    """The mailboxes that it leads to from now on."""

    targets = serializers.ListField(
        child=serializers.CharField(max_length=320), min_length=1, max_length=100
    )
    example = {"targets": ["ann@client.test"]}


@shape(
    example={
        "id": "als_01k8z1f4h6k8m0n2q4s6v8x0z2",
        "address": "sales@client.test",
        "domain": "dom_01k8z1c3e5g7j9m1p3r5t7w9y1",
        "is_catch_all": False,
        "targets": ["ann@client.test", "ben@client.test"],
        "created_at": "2026-03-01T09:30:00Z",
    }
)
class AliasShown(TypedDict):
    """An address whose mail goes to mailboxes; `is_catch_all`: to all that are no other's."""

    id: Annotated[str, Id("als")]
    address: str
    domain: Annotated[str, Id("dom")]
    is_catch_all: bool
    targets: list[str]
    created_at: datetime


def show(alias: Alias) -> AliasShown:
    """An alias as the API tells it."""
    return {
        "id": alias.reference,
        "address": alias.address,
        "domain": alias.domain.reference,
        "is_catch_all": alias.is_catch_all,
        "targets": alias.targets,
        "created_at": alias.created_at,
    }
