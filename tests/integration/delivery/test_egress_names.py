"""A source whose name does not lead to it and back is used, and told of everywhere."""

import asyncio
import io
import json
import logging

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from controlplane import consistency
from kernel.roles import as_role
from mailcore.delivery.egress.naming import NameWatch
from mailcore.delivery.engine.store import open_pool
from tests.unit.delivery.zone import Zone

SIX, WRONG = "2001:db8::30", "192.0.2.7"
POINTER = "0.3.0.0." + "0." * 20 + "8.b.d.0.1.0.0.2.ip6.arpa"
DNS = {("out6.infra.test", "AAAA"): [SIX], (POINTER, "PTR"): ["out6.infra.test."]}
DOUBT = f"nowhere.invalid leads to no address, not to {WRONG}"

pytestmark = pytest.mark.django_db(transaction=True)


def egress(*words: str) -> str:
    out = io.StringIO()
    call_command("egress", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def sources(acme: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of IPv6 in order, one in doubt, and one in doubt that sends nothing."""
    monkeypatch.setattr("mailcore.delivery.egress.selectors.Lookups", lambda _server: Zone(DNS))
    egress("add-source", SIX.replace("::", ":0:0::"), "out6.infra.test", "--node", "node2")
    egress("add-source", WRONG, "nowhere.invalid", "--node", "node2")
    egress("add-source", "192.0.2.8", "nobody.invalid", "--node", "node2")
    egress("suspend", "192.0.2.8", "--reason", "later")


def test_the_list_and_doctor_tell_of_it(sources: None) -> None:
    told = egress("list")
    assert f"  warning: {DOUBT}; servers that check names both ways" in told
    assert told.count("warning:") == 2, "forward and back, of one source"
    doubts = {
        row["address"]: row["doubts"] for row in json.loads(egress("list", "--json"))["sources"]
    }
    assert doubts[SIX] == doubts["192.0.2.8"] == []
    assert doubts[WRONG][0] == DOUBT
    with as_role("operator"):
        (finding,) = consistency.CHECKS["names of sources lead there and back"]()
    assert DOUBT in finding
    assert "Do: mend" in finding


def test_the_engine_tells_of_it_in_its_log(sources: None, caplog: pytest.LogCaptureFixture) -> None:
    async def look() -> None:
        async with open_pool(settings.DSN("delivery"), name="names", size=1) as pool:
            await NameWatch(pool, node="node2", lookups=Zone(DNS)).look()

    with caplog.at_level(logging.WARNING, logger="mailcore.delivery.egress.naming"):
        asyncio.run(look())
    (line,) = caplog.messages
    assert line.startswith(DOUBT)


def test_what_is_no_address_is_no_source(acme: object) -> None:
    with pytest.raises(CommandError, match="no IP address"):
        egress("add-source", "out.infra.test", "out.infra.test")
