"""The registrar sells what a registrar may sell, and does each thing once however often it is asked."""

import dns.flags
import dns.message
import dns.rrset
import pytest

from stack.client.endpoints import UpdateKey
from stack.outside import registrar
from stack.outside.knotc import KnotError
from stack.outside.registrar import NameServer, Registrar, RegistrarError, checked

KEY = UpdateKey(
    server="127.77.1.3", port=53, key_name="registry", algorithm="hmac-sha256", secret="AA=="
)


class FakeKnot:
    """Keeps zones as a knotd would."""

    def __init__(self) -> None:
        self.zones: dict[str, list[str]] = {}
        self.broken = False

    def has_zone(self, zone: str) -> bool:
        return zone in self.zones

    def configure(self, zone: str, *, present: bool) -> None:
        if self.broken:
            raise KnotError("control socket is gone")
        if present:
            self.zones.setdefault(zone, [])
        else:
            self.zones.pop(zone, None)

    def fill(self, zone: str, records: list[str]) -> None:
        if not self.zones[zone]:
            self.zones[zone] = records

    def purge(self, zone: str) -> None:
        assert zone not in self.zones


@pytest.fixture
def knots() -> tuple[FakeKnot, FakeKnot]:
    return FakeKnot(), FakeKnot()


@pytest.fixture
def delegations(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What the parent zone holds, and servers that answer at once."""
    held: dict[str, list[str]] = {}

    def update(_key: UpdateKey, *, name: str, values: list[str], **_rest: object) -> None:
        held[name] = values

    def answer(
        question: dns.message.Message, *_where: object, **_rest: object
    ) -> dns.message.Message:
        reply = dns.message.make_response(question)
        reply.flags |= dns.flags.AA
        name = question.question[0].name
        reply.answer = [dns.rrset.from_text(name, 60, "IN", "NS", "ns1.infra.test.")]
        return reply

    monkeypatch.setattr(registrar, "replace_records", update)
    monkeypatch.setattr(registrar.dns.query, "udp", answer)
    return held


def sold_by(knots: tuple[FakeKnot, FakeKnot]) -> Registrar:
    servers = tuple(
        NameServer(knot=knot, name=f"ns{number}.infra.test", address="127.0.0.1", port=53)  # type: ignore[arg-type]
        for number, knot in enumerate(knots, start=1)
    )
    return Registrar((servers[0], servers[1]), parent=KEY)


def test_a_zone_gets_its_records_on_the_primary_and_a_delegation(
    knots: tuple[FakeKnot, FakeKnot], delegations: dict[str, list[str]]
) -> None:
    shop = sold_by(knots)
    shop.register("Shop.test.")
    first = list(knots[0].zones["shop.test"])
    assert [record.split()[2] for record in first] == ["SOA", "NS", "NS"]
    assert knots[1].zones["shop.test"] == []
    assert delegations["shop.test."] == ["ns1.infra.test.", "ns2.infra.test."]
    shop.register("shop.test")
    assert knots[0].zones["shop.test"] == first


def test_a_zone_that_is_given_back_is_gone_everywhere(
    knots: tuple[FakeKnot, FakeKnot], delegations: dict[str, list[str]]
) -> None:
    shop = sold_by(knots)
    shop.register("shop.test")
    for _ in range(2):
        shop.release("shop.test")
    assert [knot.zones for knot in knots] == [{}, {}]
    assert delegations["shop.test."] == []


def test_a_server_that_is_away_is_said_and_nothing_is_delegated(
    knots: tuple[FakeKnot, FakeKnot], delegations: dict[str, list[str]]
) -> None:
    knots[1].broken = True
    with pytest.raises(RegistrarError, match="control socket is gone") as raised:
        sold_by(knots).register("shop.test")
    assert not raised.value.wrong_name
    assert delegations == {}


@pytest.mark.parametrize(
    "name",
    ["test", "a.b.test", "example.com", "-a.test", "a_b.test", "", "infra.test", "LIVERY.test"],
)
def test_what_is_not_for_sale(name: str) -> None:
    with pytest.raises(RegistrarError) as raised:
        checked(name)
    assert raised.value.wrong_name
