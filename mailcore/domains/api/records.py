"""The records that a domain should have, and writing them."""

from dataclasses import asdict
from datetime import datetime
from typing import TypedDict

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.rest.openapi import operation, shape
from kernel.rest.serializers import Body
from kernel.rest.views import ApiView, CommandView, actor_of
from mailcore.domains import errors, selectors, services
from mailcore.domains.api.domains import find_with_keys
from mailcore.domains.api.shapes import DomainShown, show
from mailcore.domains.selectors import DnsUpdateStatus, RecordRow, RecordsReport
from mailcore.domains.services.credentials import ALGORITHMS


class DnsUpdate(Body):
    """Where and with which TSIG key the domain's zone may be written."""

    server = serializers.CharField(max_length=253)
    port = serializers.IntegerField(min_value=1, max_value=65_535, default=53)
    key_name = serializers.CharField(max_length=253)
    algorithm = serializers.ChoiceField(ALGORITHMS, default=ALGORITHMS[0])
    secret = serializers.CharField(max_length=1000)
    example = {"server": "192.0.2.53", "key_name": "update.client.test", "secret": "c2VjcmV0…"}


_RECORD = {
    "purpose": "mx",
    "name": "client.test",
    "type": "MX",
    "value": "mx.example.net",
    "priority": 10,
    "ttl": 3600,
    "need": "required",
    "verdict": "missing",
    "code": "mx.missing",
    "found": [],
    "said": [
        {
            "servers": ["ns1.client.test (192.0.2.1)", "ns2.client.test (192.0.2.2)"],
            "values": [],
            "alias": "",
            "failure": "",
        }
    ],
    "instruction": "Add this MX record so that mail for the domain arrives here.",
    "since": "2026-03-01T09:30:00Z",
    "checked_at": "2026-03-01T09:31:00Z",
}


@shape(
    example={
        "data": [_RECORD],
        "dns_update": None,
    }
)
class Records(TypedDict):
    """What to publish, each with its last verdict, and how the last update ended."""

    data: list[RecordRow]
    dns_update: DnsUpdateStatus | None


class DomainRecords(ApiView):
    """The records to publish, with their verdicts."""

    @operation("domains.records", right="domains.read", answers={200: Records})
    def get(self, request: Request, domain_id: str) -> Response:
        """List the records that a domain should have, each with its verdict."""
        report = _report(request, domain_id)
        rows = [asdict(row) for row in report.rows]
        update = asdict(report.update) if report.update else None
        return Response({"data": rows, "dns_update": update})


@shape(
    example={
        "checked_at": "2026-03-01T09:31:00Z",
        "next_at": "2026-03-01T09:36:00Z",
        "data": [_RECORD],
    }
)
class Checks(TypedDict):
    """When the name servers were asked, and what each of them said of each record."""

    checked_at: datetime | None
    next_at: datetime | None
    data: list[RecordRow]


class DomainChecks(ApiView):
    """What was seen."""

    @operation("domains.checks", right="domains.read", answers={200: Checks})
    def get(self, request: Request, domain_id: str) -> Response:
        """Read what the last look at a domain's name servers found.

        `said` tells the servers apart where they differ or fail.
        """
        report = _report(request, domain_id)
        return Response({**asdict(report.look), "data": [asdict(row) for row in report.rows]})


@shape(
    example={
        "name": "client.test.zone",
        "text": "$ORIGIN client.test.\nclient.test. 3600 IN MX 10 mx.example.net.\n",
    }
)
class ZoneFile(TypedDict):
    """A zone file's name and text."""

    name: str
    text: str


class DomainZoneFile(ApiView):
    """The records for a name server."""

    @operation("domains.zone_file", right="domains.read", answers={200: ZoneFile})
    def get(self, request: Request, domain_id: str) -> Response:
        """Read the records to publish as a zone file, for a name server of one's own."""
        domain, keys = find_with_keys(request, domain_id)
        text = selectors.zone_file(domain, keys=keys)
        return Response({"name": f"{domain.name}.zone", "text": text})


class Update(CommandView):
    """Write the records into the zone by RFC 2136."""

    @operation(
        "domains.dns_update",
        right="domains.write",
        takes=DnsUpdate,
        answers={202: DomainShown},
        found_at="domains/{id}/records",
        problems=[errors.InvalidDnsCredential, errors.DomainNotVerified],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Write a domain's records into its zone by RFC 2136.

        They are written within seconds, and then checked.
        """
        domain_id = ids.from_public("dom", str(parts["domain_id"]))
        body = DnsUpdate(data=request.data)
        body.is_valid(raise_exception=True)
        domain = services.request_dns_update(
            actor=actor_of(request), domain_id=domain_id, **body.validated_data
        )
        return Response(show(domain), status=202)


def _report(request: Request, domain_id: str) -> RecordsReport:
    domain, keys = find_with_keys(request, domain_id)
    return selectors.report_on(domain, keys=keys)


urlpatterns = [
    path("domains/<str:domain_id>/checks", DomainChecks.as_view(), name="api-domain-checks"),
    path("domains/<str:domain_id>/zone-file", DomainZoneFile.as_view(), name="api-domain-zone"),
    path("domains/<str:domain_id>/records", DomainRecords.as_view(), name="api-domain-records"),
    path("domains/<str:domain_id>/dns-update", Update.as_view(), name="api-domain-dns-update"),
]
