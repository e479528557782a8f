"""What the API takes and shows of a mailbox."""

from datetime import datetime
from typing import Annotated, TypedDict

from rest_framework import serializers

from kernel.rest.openapi import Id, OneOf, shape
from kernel.rest.serializers import Body, Reference
from mailcore.directory.states import OPEN_STATES
from mailcore.mailboxes.models import Mailbox


class NewMailbox(Body):
    """Domain, local part and the owner's first password, or an address elsewhere to invite."""

    domain = Reference("dom")
    local_part = serializers.CharField(max_length=100)
    password = serializers.CharField(max_length=1000, trim_whitespace=False, required=False)
    invite = serializers.CharField(max_length=320, required=False)
    display_name = serializers.CharField(max_length=100, allow_blank=True, default="")
    example = {
        "domain": "dom_01k8z1c3e5g7j9m1p3r5t7w9y1",
        "local_part": "anna",
        "invite": "anna@elsewhere.example",
        "display_name": "Anna Baker",
    }


class Invitation(Body):
    """Where the link goes; where it went before when no address is given."""

    invite = serializers.CharField(max_length=320, required=False)
    example = {"invite": "anna@elsewhere.example"}


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
        "invite": "anna@elsewhere.example",
        "invitation_expires_at": "2026-03-08T09:45:00Z",
        "created_at": "2026-03-01T09:45:00Z",
    }
)
class MailboxShown(TypedDict):
    """A mailbox; the owner of a suspended one is kept out, mail still arrives.

    `invite` is where a link went, until its owner has chosen a password, and null then.
    """

    id: Annotated[str, Id("mbx")]
    address: str
    domain: Annotated[str, Id("dom")]
    display_name: str
    state: Annotated[str, OneOf(OPEN_STATES)]
    quota_bytes: int
    invite: str | None
    invitation_expires_at: datetime | None
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
        "invite": mailbox.invite or None,
        "invitation_expires_at": mailbox.invitation_expires_at,
        "created_at": mailbox.created_at,
    }
