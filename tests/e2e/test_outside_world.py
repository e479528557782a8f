"""The outside world is honest: its zones are delegated for real, and its verdicts are not always yes."""

import dns.message
import dns.query
import dns.rcode
import pytest

from stack.client.compose import compose
from stack.client.endpoints import Endpoints
from stack.client.lookup import UpdateRefusedError, replace_records, stack_resolver, texts
from stack.client.smtp import open_session, transfer
from stack.client.waiting import wait_for
from stack.demo.world import token
from stack.outside.client import OutsideClient, OutsideError


@pytest.fixture(scope="module")
def outside(endpoints: Endpoints) -> OutsideClient:
    return OutsideClient(endpoints)


def rcode(endpoints: Endpoints, service: str, zone: str) -> str:
    place = endpoints.service(service)
    question = dns.message.make_query(f"{zone}.", "SOA")
    answer = dns.query.udp(question, place.address, port=place.port, timeout=3)
    return dns.rcode.to_text(answer.rcode())


def test_a_zone_is_bought_written_and_given_back(
    endpoints: Endpoints, outside: OutsideClient
) -> None:
    zone = f"shop-{token()}.test"
    for _ in range(2):
        outside.buy_zone(zone)
    for service in ("dns_hosting", "dns_hosting_secondary"):
        assert rcode(endpoints, service, zone) == "NOERROR"
    key = endpoints.update_key("dns_update")
    replace_records(key, zone=f"{zone}.", name=f"x.{zone}.", kind="TXT", values=['"a"', '"b"'])
    # The secondary follows about a second later, and a resolver may have asked it first.
    seen = wait_for(
        lambda: texts(stack_resolver(endpoints), f"x.{zone}"), what="written records", seconds=15
    )
    assert sorted(seen) == [b"a", b"b"]
    for _ in range(2):
        outside.drop_zone(zone)
    for service in ("dns_hosting", "dns_hosting_secondary"):
        assert rcode(endpoints, service, zone) == "REFUSED"


def test_a_domain_owner_cannot_write_the_platforms_zone(endpoints: Endpoints) -> None:
    key = endpoints.update_key("dns_update")
    with pytest.raises(UpdateRefusedError):
        replace_records(
            key, zone="livery.test.", name="evil.livery.test.", kind="TXT", values=['"x"']
        )


def test_the_stacks_own_zones_are_not_for_sale(outside: OutsideClient) -> None:
    for zone in ("infra.test", "livery.test", "outside.test", "a.b.test", "example.com"):
        with pytest.raises(OutsideError):
            outside.buy_zone(zone)


def test_a_forged_message_fails_at_the_outside_mx(
    endpoints: Endpoints, outside: OutsideClient
) -> None:
    sender, to = "billing@livery.test", f"victim-{token()}@{endpoints.outside_domain}"
    message = compose(sender=sender, recipient=to, subject="pay now")
    source = str(endpoints.raw["outside"]["client_address"])
    with open_session(endpoints.service("outside_mx"), source=source) as session:
        assert transfer(session, sender=sender, recipient=to, message=message).ok
    arrived = outside.wait_message(to, subject="pay now")
    assert arrived.facts["spf"] != "pass"
    assert arrived.facts["dkim"] == []
    assert arrived.facts["dmarc"]["result"] == "fail"
