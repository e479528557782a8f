"""What people and programs are told when a domain's records break, and when they are well again."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from controlplane.templatetags.shown import purpose
from kernel import ids
from kernel.outbox import Envelope
from mailcore.domains.alarms import sentence
from tenants.accounts import selectors as accounts
from tenants.accounts.models import Role
from tenants.organisations import selectors as organisations
from tenants.resellers import services as resellers


def shown(given: Mapping[str, Any]) -> dict[str, object]:
    """`dns.drifted` and `dns.recovered` {domain_id, name, records} as webhooks tell it."""
    return {
        "domain": ids.to_public("dom", UUID(str(given["domain_id"]))),
        "name": given["name"],
        "records": [_record(one) for one in given["records"]],
    }


def tell(event: Envelope) -> None:
    """`domain.alarms_told` {domain_id, organisation_id, name, opened, recovered}: to all concerned.

    A mail to owner and admins, and one to the contact of the organisation, who has no portal.
    """
    data: Mapping[str, Any] = event.data
    domain = ids.to_public("dom", UUID(str(data["domain_id"])))
    context: dict[str, object] = {
        "domain": data["name"],
        "opened": [_line(one) for one in data["opened"]],
        "recovered": [_line(one) for one in data["recovered"]],
    }
    told = resellers.notify_people(
        reseller_id=event.reseller_id,
        addresses=accounts.list_addresses(Role.OWNER, Role.ADMIN),
        template="domain_alarms",
        context={**context, "page": f"domains/{domain}/"},
    )
    # Events of the release before do not name it.
    organisation = data.get("organisation_id")
    name, contact = organisations.find_contact(UUID(organisation)) if organisation else ("", "")
    if contact and contact not in told:
        resellers.write_to(
            reseller_id=event.reseller_id,
            address=contact,
            template="domain_alarms",
            page="",
            context={**context, "organisation": name},
        )


def _record(one: Mapping[str, Any]) -> dict[str, object]:
    return {
        "record": one["kind"],
        "name": one["name"],
        "type": one["type"],
        "expected": one["value"],
        "found": one["found"],
        "sentence": sentence(one),
    }


def _line(one: Mapping[str, Any]) -> dict[str, object]:
    """A record as people read of it."""
    return {
        "what": purpose(one["kind"]),
        "name": one["name"],
        "sentence": sentence(one),
        # Nothing for a lapsed domain, and in events of the release before.
        "publish": one.get("publish"),
    }
