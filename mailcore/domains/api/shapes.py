"""What the API takes and shows of a domain."""

from datetime import datetime
from typing import Annotated, TypedDict

from rest_framework import serializers

from kernel import ids
from kernel.rest.openapi import Id, OneOf, shape
from kernel.rest.serializers import Body, Reference
from mailcore.domains import selectors
from mailcore.domains.models import Domain
from mailcore.domains.states import DomainState, Publishing, SuspendedBy


class NewDomain(Body):
    """A domain name, in any spelling, and the organisation that it is for."""

    name = serializers.CharField(max_length=1000)
    organisation = Reference("org")
    example = {"name": "client.test", "organisation": "org_01k8z0v7q2m4n6p8r0s2t4v6w8"}


class DomainChange(Body):
    """How the records are published: as they are, or as CNAMEs to names that we keep."""

    publishing = serializers.ChoiceField(Publishing.choices)
    example = {"publishing": "cname"}


class Ownership(TypedDict):
    """The record that proves that a domain is the reseller's.

    A domain that nobody proves by `prove_by` is removed; null: it was proven once, or is suspended.
    """

    name: str
    type: str
    value: str
    prove_by: datetime | None


@shape(
    example={
        "id": "dom_01k8z1c3e5g7j9m1p3r5t7w9y1",
        "name": "client.test",
        "display_name": "client.test",
        "organisation": "org_01k8z0v7q2m4n6p8r0s2t4v6w8",
        "state": "pending",
        "ownership": {
            "name": "_mail-ownership.client.test",
            "type": "TXT",
            "value": "mail-ownership=4f1c…",
            "prove_by": "2026-03-31T09:30:00Z",
        },
        "created_at": "2026-03-01T09:30:00Z",
        "verified_at": None,
        "suspended_by": None,
        "suspended_at": None,
        "publishing": "direct",
    }
)
class DomainShown(TypedDict):
    """A domain of mail; `name` is its ASCII form, `display_name` the one that people read."""

    id: Annotated[str, Id("dom")]
    name: str
    display_name: str
    organisation: Annotated[str, Id("org")]
    state: Annotated[str, OneOf(DomainState)]
    ownership: Ownership
    created_at: datetime
    verified_at: datetime | None
    suspended_by: Annotated[str, OneOf(SuspendedBy)] | None
    suspended_at: datetime | None
    publishing: Annotated[str, OneOf(Publishing)]


def show(domain: Domain) -> DomainShown:
    """A domain as JSON."""
    proof = selectors.ownership_of(domain)
    return {
        "id": domain.reference,
        "name": domain.name,
        "display_name": domain.display_name,
        "organisation": ids.to_public("org", domain.organisation_id),
        "state": domain.state,
        "ownership": {
            "name": proof.name,
            "type": proof.type,
            "value": proof.value,
            "prove_by": domain.prove_by,
        },
        "created_at": domain.created_at,
        "verified_at": domain.verified_at,
        "suspended_by": domain.suspended_by or None,
        "suspended_at": domain.suspended_at,
        "publishing": domain.publishing,
    }
