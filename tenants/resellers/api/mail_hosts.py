"""`/api/v1/mail-hosts`: the names that mail programs are told, and ones of the reseller's own."""

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.actor import Actor
from kernel.errors import NotFound
from kernel.rest.openapi import operation
from kernel.rest.views import ApiView, CommandView, actor_of
from kernel.tenancy import current_reseller_id
from tenants.resellers import selectors, services
from tenants.resellers.api.mail_host_shown import MailHostShown, MailHostsShown, NewMailHost, show
from tenants.resellers.errors import InvalidMailHost, MailHostServes
from tenants.resellers.selectors import MailHostStatus
from tenants.resellers.services import mail_hosts


class MailHosts(CommandView):
    """List, and ask for a name."""

    @operation("mail_hosts.list", right=mail_hosts.READ, answers={200: MailHostsShown})
    def get(self, request: Request) -> Response:
        """List the mail hosts: one for incoming mail, one for outgoing."""
        mail_hosts.require(actor_of(request), mail_hosts.READ)
        return Response({"data": [show(one) for one in _found()]})

    @operation(
        "mail_hosts.create",
        right=mail_hosts.WRITE,
        takes=NewMailHost,
        answers={201: MailHostShown},
        found_at="mail-hosts/{kind}",
        problems=[InvalidMailHost, MailHostServes],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Ask for a name of your own.

        It is told once its record is found at all of its servers and ours present a certificate
        for it. Another name that was asked for before is given up; asking again looks again.
        """
        actor = actor_of(request)
        mail_hosts.require(actor, mail_hosts.WRITE)
        body = NewMailHost(data=request.data)
        body.is_valid(raise_exception=True)
        kind = body.validated_data["kind"]
        _ask(actor, kind, body.validated_data["name"])
        return Response(show(_one(kind)), status=201)


class OneMailHost(ApiView):
    """One of them."""

    @operation("mail_hosts.get", right=mail_hosts.READ, answers={200: MailHostShown})
    def get(self, request: Request, kind: str) -> Response:
        """Read one, `imap` or `smtp`."""
        mail_hosts.require(actor_of(request), mail_hosts.READ)
        return Response(show(_one(kind)))

    @operation("mail_hosts.delete", right=mail_hosts.WRITE, answers={204: None})
    def delete(self, request: Request, kind: str) -> Response:
        """Have mail programs told the name that we give, at once.

        The name before stays served, for those who have it in their settings.
        """
        actor = actor_of(request)
        mail_hosts.require(actor, mail_hosts.WRITE)
        _ask(actor, _one(kind).kind, "")
        return Response(status=204)


def _ask(actor: Actor, kind: str, name: str) -> None:
    try:
        services.ask_for_mail_hosts(actor=actor, **{f"{kind}_host": name})
    except InvalidMailHost as error:
        raise type(error)(field="name") from error


def _found() -> list[MailHostStatus]:
    return selectors.list_mail_host_states(selectors.get_brand(current_reseller_id()))


def _one(kind: str) -> MailHostStatus:
    for found in _found():
        if found.kind == kind:
            return found
    raise NotFound


urlpatterns = [
    path("mail-hosts", MailHosts.as_view(), name="api-mail-hosts"),
    path("mail-hosts/<str:kind>", OneMailHost.as_view(), name="api-mail-host"),
]
