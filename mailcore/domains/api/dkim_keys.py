"""A domain's DKIM keys: see them, let the next one sign, withdraw one."""

from datetime import datetime
from typing import Annotated, TypedDict

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import clock, ids
from kernel.rest.openapi import Id, OneOf, operation, shape
from kernel.rest.views import ApiView, CommandView, actor_of
from mailcore.directory.states import KeyState
from mailcore.domains import errors, key_selectors, services
from mailcore.domains.api.domains import find
from mailcore.domains.key_selectors import KeyRow
from mailcore.domains.models import Domain
from mailcore.domains.states import DkimAlgorithm


class DkimRecord(TypedDict):
    """The record that shows a key; of a withdrawn one it is empty after `p=`."""

    name: str
    type: str
    value: str


class DkimKeyShown(TypedDict):
    """`published_since`: DNS has shown it since then; `signing_since`: its first signature."""

    id: Annotated[str, Id("dkm")]
    selector: str
    algorithm: Annotated[str, OneOf(DkimAlgorithm)]
    state: Annotated[str, OneOf(KeyState)]
    state_since: datetime
    created_at: datetime
    published_since: datetime | None
    signing_since: datetime | None
    revoked_at: datetime | None
    record: DkimRecord


class DkimRotationShown(TypedDict):
    """When the other selectors sign; `is_waiting`: it is time, and DNS has to show them yet."""

    due_at: datetime | None
    requested_at: datetime | None
    is_waiting: bool
    instruction: str


@shape(
    example={
        "data": [
            {
                "id": "dkm_01k8z1c3e5g7j9m1p3r5t7w9y1",
                "selector": "r1",
                "algorithm": "rsa-sha256",
                "state": "active",
                "state_since": "2026-03-01T09:40:00Z",
                "created_at": "2026-03-01T09:30:00Z",
                "published_since": "2026-03-01T09:40:00Z",
                "signing_since": "2026-03-01T09:40:00Z",
                "revoked_at": None,
                "record": {
                    "name": "r1._domainkey.client.test",
                    "type": "TXT",
                    "value": "v=DKIM1; k=rsa; p=MIIB…",
                },
            }
        ],
        "rotation": {
            "due_at": "2026-05-30T09:40:00Z",
            "requested_at": None,
            "is_waiting": False,
            "instruction": "Another key takes over by itself when it is time.",
        },
    }
)
class DkimKeysShown(TypedDict):
    """All keys of a domain, and when the next ones sign."""

    data: list[DkimKeyShown]
    rotation: DkimRotationShown


def show_keys(domain: Domain) -> DkimKeysShown:
    """The domain's keys as JSON."""
    rotation = key_selectors.rotation_of(domain, now=clock.now())
    return {
        "data": [_show(row) for row in key_selectors.list_keys(domain)],
        "rotation": {
            "due_at": rotation.due_at,
            "requested_at": rotation.asked_at,
            "is_waiting": rotation.is_waiting,
            "instruction": rotation.sentence,
        },
    }


def _show(row: KeyRow) -> DkimKeyShown:
    key, record = row.key, row.record
    return {
        "id": key.reference,
        "selector": key.selector,
        "algorithm": key.algorithm,
        "state": key.state,
        "state_since": key.since,
        "created_at": key.created_at,
        "published_since": key.shown_at,
        "signing_since": key.signing_at,
        "revoked_at": key.revoked_at,
        "record": {"name": record.name, "type": record.type, "value": record.value},
    }


class Keys(ApiView):
    """Read them."""

    @operation("domains.dkim_keys", right="domains.read", answers={200: DkimKeysShown})
    def get(self, request: Request, domain_id: str) -> Response:
        """List a domain's DKIM keys and say when the next ones sign."""
        return Response(show_keys(find(request, domain_id)))


class Rotate(CommandView):
    """Let the other selectors sign."""

    @operation(
        "domains.rotate_dkim_keys",
        right="domains.write",
        answers={202: DkimKeysShown},
        found_at="domains/{domain_id}/dkim-keys",
        problems=[errors.DomainNotVerified],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Let a domain's other DKIM keys sign.

        They take over with the next look at DNS that shows them, within seconds when they are
        published. Within a week of the last rotation the next keys have to be made first.
        """
        domain_id = ids.from_public("dom", str(parts["domain_id"]))
        domain = services.request_rotation(actor=actor_of(request), domain_id=domain_id)
        return Response(show_keys(domain), status=202)


class Revoke(CommandView):
    """Withdraw a key."""

    @operation("domains.revoke_dkim_key", right="domains.write", answers={200: DkimKeysShown})
    def perform(self, request: Request, **parts: object) -> Response:
        """Withdraw a DKIM key that others may know.

        It signs nothing more from this answer on, and its private half is destroyed. The other
        selectors take over at once if DNS shows them; else mail waits for them. Publish the empty
        record that is shown, unless we write the zone.
        """
        domain = services.revoke_key(
            actor=actor_of(request),
            domain_id=ids.from_public("dom", str(parts["domain_id"])),
            key_id=ids.from_public("dkm", str(parts["dkim_key_id"])),
        )
        return Response(show_keys(domain))


_KEYS = "domains/<str:domain_id>/dkim-keys"

urlpatterns = [
    path(_KEYS, Keys.as_view(), name="api-domain-dkim-keys"),
    path(f"{_KEYS}/rotate", Rotate.as_view(), name="api-domain-dkim-rotate"),
    path(f"{_KEYS}/<str:dkim_key_id>/revoke", Revoke.as_view(), name="api-domain-dkim-revoke"),
]
