"""What the API takes and shows of a mailbox."""

from datetime import datetime
from typing import Annotated, TypedDict

from rest_framework import serializers

from kernel.rest.openapi import Id, OneOf, shape
from kernel.rest.serializers import Body, Reference
from mailcore.directory.states import OPEN_STATES
from mailcore.mailboxes.models import Mailbox


class NewMailbox(Body):
    """Domain, local part and the owner's first password."""

    domain = Reference("dom")
    local_part = serializers.CharField(max_length=100)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)
    display_name = serializers.CharField(max_length=100, allow_blank=True, default="")
    example = {
        "domain": "dom_01k8z1c3e5g7j9m1p3r5t7w9y1",
        "local_part": "anna",
        "password": "a long enough secret",
        "display_name": "Anna Baker",
    }


class MailboxChange(Body):
    """What is given is changed."""

    display_name = serializers.CharField(max_length=100, allow_blank=True, required=False)
    quota_bytes = serializers.IntegerField(required=False)
    password = serializers.CharField(max_length=1000, trim_whitespace=False, required=False)
    example = {"display_name": "Anna Baker-Hill", "quota_bytes": 10737418240}


@shape(
    example={
        "id": "mbx_01k8z1f5h7k9n1q3s5v7x9z1b3",
        "address": "anna@client.test",
        "domain": "dom_01k8z1c3e5g7j9m1p3r5t7w9y1",
        "display_name": "Anna Baker",
        "state": "active",
        "quota_bytes": 5368709120,
        "created_at": "2026-03-01T09:45:00Z",
    }
)
class MailboxShown(TypedDict):
    """A mailbox; the owner of a suspended one is kept out, mail still arrives."""

    id: Annotated[str, Id("mbx")]
    address: str
    domain: Annotated[str, Id("dom")]
    display_name: str
    state: Annotated[str, OneOf(OPEN_STATES)]
    quota_bytes: int
    created_at: datetime


def show(mailbox: Mailbox) -> MailboxShown:
    """A mailbox as JSON."""
    return {
        "id": mailbox.reference,
        "address": mailbox.address,
        "domain": mailbox.domain.reference,
        "display_name": mailbox.display_name,
        "state": mailbox.state,
        "quota_bytes": mailbox.quota_bytes,
        "created_at": mailbox.created_at,
    }
