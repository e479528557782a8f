"""What the API takes and shows of mail hosts."""

from datetime import datetime
from typing import Annotated, TypedDict

from rest_framework import serializers

from kernel.rest.openapi import OneOf, shape
from kernel.rest.serializers import Body
from tenants.resellers.api.mail_host_words import INSTRUCTIONS
from tenants.resellers.selectors import MailHostStatus
from tenants.resellers.states import MAIL_KINDS, MailHostState

_RECORD = {"name": "imap.brand.example.", "type": "CNAME", "value": "acme.imap.mail.example."}
_HOST = {
    "kind": "imap",
    "state": "waiting",
    "name": "imap.brand.example",
    "told": "acme.imap.mail.example",
    "record": _RECORD,
    "looked_for_until": "2026-03-08T11:00:00Z",
    "instruction": "Publish this record: imap.brand.example. CNAME acme.imap.mail.example. "
    "Until it is found, mail programs are told the name before.",
}


class NewMailHost(Body):
    """`imap` is for IMAP and POP3, `smtp` for submission."""

    kind = serializers.ChoiceField(MAIL_KINDS)
    name = serializers.CharField(max_length=254)
    example = {"kind": "imap", "name": "imap.brand.example"}


class CnameShown(TypedDict):
    """The record that proves a name."""

    name: str
    type: str
    value: str


@shape(example=_HOST)
class MailHostShown(TypedDict):
    """What mail programs are told, and how far a name of one's own is.

    `told` is the name now; `name` was asked for, and is null in the state `given`.
    """

    kind: Annotated[str, OneOf(MAIL_KINDS)]
    state: Annotated[str, OneOf(MailHostState)]
    name: str | None
    told: str
    record: CnameShown | None
    looked_for_until: datetime | None
    instruction: str


@shape(example={"data": [_HOST]})
class MailHostsShown(TypedDict):
    """One of each kind."""

    data: list[MailHostShown]


def show(found: MailHostStatus) -> MailHostShown:
    """A mail host as JSON."""
    named = {"name": found.name, "given": found.given}
    record: CnameShown = {"name": f"{found.name}.", "type": "CNAME", "value": f"{found.given}."}
    return {
        "kind": found.kind,
        "state": found.state,
        "name": found.name or None,
        "told": found.told,
        "record": record if found.name else None,
        "looked_for_until": found.until,
        "instruction": INSTRUCTIONS[found.state].format(**named),
    }
