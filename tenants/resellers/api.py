"""`/api/v1/mail-hosts`: the names that mail programs are told, and ones of the reseller's own."""

from datetime import datetime
from typing import Annotated, TypedDict

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.actor import Actor, authorise
from kernel.errors import NotAllowed, NotFound
from kernel.rest.openapi import OneOf, operation, shape
from kernel.rest.serializers import Body
from kernel.rest.views import ApiView, CommandView, actor_of
from kernel.tenancy import current_reseller_id
from tenants.resellers import selectors, services
from tenants.resellers.errors import InvalidMailHost
from tenants.resellers.selectors import MailHostStatus
from tenants.resellers.services import mail_hosts
from tenants.resellers.states import MAIL_KINDS, MailHostState

READ = "mail_hosts.read"
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
_INSTRUCTIONS = {
    MailHostState.GIVEN: "Mail programs are told the name that we give. "
    "Ask for a name of your own, if you want them to be told another.",
    MailHostState.WAITING: "Publish this record: {name}. CNAME {given}. "
    "Until it is found, mail programs are told the name before.",
    MailHostState.LAPSED: "This record was looked for in vain for seven days: {name}. CNAME {given}. "
    "Publish it, then ask for the name again.",
    MailHostState.PROVEN: "DNS is right and the certificate is being made: nothing is left to do. "
    "Keep the record.",
    MailHostState.TOLD: "Mail programs are told this name. Keep the record.",
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


class MailHosts(CommandView):
    """List, and ask for a name."""

    @operation("mail_hosts.list", right=READ, answers={200: MailHostsShown})
    def get(self, request: Request) -> Response:
        """List the mail hosts: one for incoming mail, one for outgoing."""
        _require(actor_of(request), READ)
        return Response({"data": [_show(one) for one in _found()]})

    @operation(
        "mail_hosts.create",
        right=mail_hosts.WRITE,
        takes=NewMailHost,
        answers={201: MailHostShown},
        problems=[InvalidMailHost],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Ask for a name of your own.

        It is told once its record is found at all of its servers and ours present a certificate
        for it. Another name that was asked for before is given up; asking again looks again.
        """
        actor = actor_of(request)
        _require(actor, mail_hosts.WRITE)
        body = NewMailHost(data=request.data)
        body.is_valid(raise_exception=True)
        kind = body.validated_data["kind"]
        _ask(actor, kind, body.validated_data["name"])
        return Response(_show(_one(kind)), status=201)


class OneMailHost(ApiView):
    """One of them."""

    @operation("mail_hosts.get", right=READ, answers={200: MailHostShown})
    def get(self, request: Request, kind: str) -> Response:
        """Read one, `imap` or `smtp`."""
        _require(actor_of(request), READ)
        return Response(_show(_one(kind)))

    @operation("mail_hosts.delete", right=mail_hosts.WRITE, answers={204: None})
    def delete(self, request: Request, kind: str) -> Response:
        """Have mail programs told the name that we give, at once.

        The name before stays served, for those who have it in their settings.
        """
        actor = actor_of(request)
        _require(actor, mail_hosts.WRITE)
        _ask(actor, _one(kind).kind, "")
        return Response(status=204)


def _require(actor: Actor, right: str) -> None:
    authorise(actor, right)
    if actor.organisation is not None:
        raise NotAllowed("Mail hosts are the whole reseller's.")


def _ask(actor: Actor, kind: str, name: str) -> None:
    try:
        services.ask_for_mail_hosts(actor=actor, **{f"{kind}_host": name})
    except InvalidMailHost as error:
        raise InvalidMailHost(field="name") from error


def _found() -> list[MailHostStatus]:
    return selectors.list_mail_host_states(selectors.get_brand(current_reseller_id()))


def _one(kind: str) -> MailHostStatus:
    for found in _found():
        if found.kind == kind:
            return found
    raise NotFound


def _show(found: MailHostStatus) -> MailHostShown:
    named = {"name": found.name, "given": found.given}
    record: CnameShown = {"name": f"{found.name}.", "type": "CNAME", "value": f"{found.given}."}
    return {
        "kind": found.kind,
        "state": found.state,
        "name": found.name or None,
        "told": found.told,
        "record": record if found.name else None,
        "looked_for_until": found.until,
        "instruction": _INSTRUCTIONS[found.state].format(**named),
    }


urlpatterns = [
    path("mail-hosts", MailHosts.as_view(), name="api-mail-hosts"),
    path("mail-hosts/<str:kind>", OneMailHost.as_view(), name="api-mail-host"),
]
