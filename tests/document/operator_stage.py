"""The operator's objects, one of each kind that a path or a body can name, and its keys."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from kernel import ids
from kernel.actor import Actor, ActorKind
from kernel.tenancy import PUBLIC, in_schema
from mailcore.delivery.egress import services as egress
from mailcore.directory.states import HoldOn
from mailcore.holds import services as holds
from tenants.accounts.models import Member
from tenants.operators import services as operators
from tenants.operators.models import OperatorKey
from tenants.plans import services as plans
from tests.document.callers import Caller
from tests.document.snapshot import snapshot

OPERATOR = Actor(kind=ActorKind.OPERATOR, id="test", role="operator")
READING = {right for right in operators.SCOPES if right.endswith(".read")}


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorStage:
    """`ids` by the name that they have in a path; `key` is the one of `mine`, `before` a snapshot."""

    ids: dict[str, str]
    key: OperatorKey
    mine: Caller
    reading: Caller
    before: dict[str, tuple[int, str]]

    def body_of(self, name: str) -> Any:
        """What the rightful caller sends to an operation."""
        make = BODIES.get(name)
        return make(self) if make else {}

    def parts_of(self, name: str) -> dict[str, str]:
        """The path's parts, for an operation that needs an object of its own."""
        instead = {part: self.ids[of] for part, of in INSTEAD.get(name, {}).items()}
        return {**self.ids, **instead}


#: Operation → the body of a call that succeeds.
BODIES: dict[str, Callable[[OperatorStage], Any]] = {
    "operator/egress_members.set": lambda stage: {
        "address": stage.ids["spare_address"],
        "weight": 7,
        "providers": ["gmail"],
    },
    "operator/egress_pools.create": lambda stage: {
        "name": "new",
        "reseller": stage.ids["reseller_id"],
    },
    "operator/egress_sources.create": lambda _: {
        "address": "192.0.2.9",
        "ehlo": "out9.mail.test",
        "node": "far",
    },
    "operator/egress_sources.suspend": lambda _: {"reason": "asked to", "even_the_last": True},
    "operator/egress_streams.map": lambda stage: {
        "pool": stage.ids["pool"],
        "reseller": stage.ids["reseller_id"],
    },
    "operator/holds.place": lambda stage: {
        "reseller": stage.ids["reseller_id"],
        "kind": "abuse",
        "scopes": ["send"],
        "reason": "a test",
    },
    "operator/plans.create": lambda _: {
        "key": "new",
        "name": "New",
        "limits": {"domains": 5, "mailboxes": None},
    },
    "operator/plans.update": lambda _: {"limits": {"domains": 7}},
    "operator/resellers.create": lambda stage: {
        "name": "Initech",
        "slug": "initech",
        "owner_email": "peter@initech.test",
        "plan": stage.ids["plan"],
    },
    "operator/resellers.update": lambda stage: {"name": "Other", "plan": stage.ids["plan"]},
}
#: Operation → part of the path → the object that it takes in place of the usual one.
INSTEAD: dict[str, dict[str, str]] = {
    "operator/egress_members.delete": {"address": "spare_address"},
    "operator/plans.delete": {"plan": "spare_plan"},
    "operator/resellers.invite_owner": {"reseller_id": "ownerless_id"},
}


def build(acme: Any, globex: Any) -> OperatorStage:
    """Make everything; Acme has the plan `agency`, and nobody who may log in owns Globex."""
    with in_schema(globex.reseller.schema_name):
        Member.objects.update(is_active=False)
    with in_schema(PUBLIC):
        for key in ("agency", "spare"):
            plans.create_plan(actor=OPERATOR, key=key, name=key.title(), limits={"domains": 50})
        plans.assign_plan(actor=OPERATOR, reseller_id=acme.reseller.public_id, key="agency")
        key, mine = _key("mine", scopes=operators.SCOPES)
        _, reading = _key("reading", scopes=READING)
        hold = holds.place_hold(
            actor=OPERATOR,
            reseller_id=acme.reseller.public_id,
            on=HoldOn.RESELLER,
            object_id=acme.reseller.public_id,
            kind="billing",
            scopes=["login"],
            reason="a test",
        )
        found = {
            "hold_id": hold.reference,
            "reseller_id": ids.to_public("res", acme.reseller.public_id),
            "ownerless_id": ids.to_public("res", globex.reseller.public_id),
            "plan": "agency",
            "spare_plan": "spare",
            **_egress(),
        }
        before = snapshot(PUBLIC)
    return OperatorStage(ids=found, key=key, mine=mine, reading=reading, before=before)


def _egress() -> dict[str, str]:
    """Two sources of a machine elsewhere, in a pool that has a stream."""
    addresses = ("192.0.2.1", "192.0.2.2")
    egress.add_pool(actor=OPERATOR, name="first")
    for address in addresses:
        egress.add_source(
            actor=OPERATOR, address=address, ehlo="out.test.example", node="far",
            is_here=False, is_new=True,
        )  # fmt: skip
        egress.set_member(actor=OPERATOR, pool="first", address=address)
    egress.map_stream(actor=OPERATOR, stream="bulk", pool="first")
    named = dict(zip(("address", "spare_address"), addresses, strict=True))
    return {**named, "pool": "first", "stream": "bulk"}


def _key(name: str, *, scopes: Any) -> tuple[OperatorKey, Caller]:
    key, secret = operators.create_key(actor=OPERATOR, name=name, scopes=scopes)
    return key, Caller(host=settings.PLATFORM_HOST, secret=str(secret))
