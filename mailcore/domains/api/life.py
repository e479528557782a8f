"""Switch a domain off and on again."""

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.rest.openapi import operation
from kernel.rest.views import CommandView, actor_of
from mailcore.domains import errors, services
from mailcore.domains.api.shapes import DomainShown, show


class Suspend(CommandView):
    """Switch its mail off."""

    @operation("domains.suspend", right="domains.write", answers={200: DomainShown})
    def perform(self, request: Request, **parts: object) -> Response:
        """Suspend a domain.

        No mail is received or sent; what was received before can still be read.
        """
        domain_id = ids.from_public("dom", str(parts["domain_id"]))
        return Response(show(services.suspend_domain(actor=actor_of(request), domain_id=domain_id)))


class Resume(CommandView):
    """Let it go on."""

    @operation(
        "domains.resume",
        right="domains.write",
        answers={200: DomainShown},
        problems=[errors.SuspendedByOperator],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Let a suspended domain go on.

        It is pending until DNS shows the proof of ownership once more.
        """
        domain_id = ids.from_public("dom", str(parts["domain_id"]))
        return Response(show(services.resume_domain(actor=actor_of(request), domain_id=domain_id)))


urlpatterns = [
    path("domains/<str:domain_id>/suspend", Suspend.as_view(), name="api-domain-suspend"),
    path("domains/<str:domain_id>/resume", Resume.as_view(), name="api-domain-resume"),
]
