"""A plan is seen through when all servers that we can ask show it."""

import pytest

from kernel.dns.answers import Answers, Reply, Server
from mailcore.protocol.dns_zone import Change
from mailcore.zones.services.verifying import judge

CHANGE = Change(name="shop.test", type="TXT", value="new", ttl=60, add=True)


def reply(address: str, failure: str = "") -> Reply:
    values = () if failure else (CHANGE.value,)
    return Reply(server=Server(name="ns", address=address), values=values, failure=failure)


@pytest.mark.parametrize(
    ("replies", "code"),
    [
        ([reply("10.0.0.1"), reply("10.0.0.2"), reply("fd00::1", "not_asked")], ""),
        ([reply("10.0.0.1"), reply("10.0.0.2", "timeout")], "dns_plan.servers_silent"),
        ([reply("fd00::1", "not_asked")], "dns_plan.servers_silent"),
    ],
)
def test_servers_that_we_cannot_ask_are_not_waited_for(replies, code: str) -> None:
    answers = Answers(zone="shop.test", replies=tuple(replies))
    assert judge([CHANGE], {CHANGE.place: answers}) == code
