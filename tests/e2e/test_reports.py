"""A receiver's report comes in by mail, from the address in DNS to the figures of the domain."""

import gzip
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from stack.client.lookup import stack_resolver, texts
from stack.client.waiting import wait_for
from stack.demo.steps import Outcome
from stack.demo.world import World
from tests.unit.protocol.reports import samples


def test_a_report_from_outside_is_counted_once(told: dict[str, Outcome], world: World) -> None:
    assert told
    resolver = stack_resolver(world.endpoints)
    (record,) = texts(resolver, f"_dmarc.{world.domain}")
    address = record.decode().partition("rua=mailto:")[2]
    host = address.partition("@")[2]
    # RFC 7489 §7.1: a receiver asks first whether the domain may have its reports sent there.
    assert texts(resolver, f"{world.domain}._report._dmarc.{host}") == [b"v=DMARC1"]

    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0) - timedelta(days=1)
    begin = int(midnight.timestamp())
    report = samples.aggregate(
        samples.record("203.0.113.9", 7, dkim="fail", spf="fail", auth="<spf/>"),
        domain=world.domain, org="outside", report_id=world.mark, begin=begin, end=begin + 86_399,
    )  # fmt: skip
    sender = world.outside_address("dmarc")
    for _ in range(2):
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, address, "Report Domain"
        message.set_content("An aggregate report.")
        message.add_attachment(gzip.compress(report), maintype="application", subtype="gzip")
        raw = message.as_bytes().replace(b"\n", b"\r\n")
        assert world.outside.send(sender=sender, recipient=address, message=raw).ok

    path = f"/domains/{world.domain_id}/dmarc"
    counted = wait_for(
        lambda: (seen := world.acme.rest.get(path))["reports"]["counted"] and seen,
        what="a counted report",
    )
    assert counted["days"][-1]["strangers"] == 7
    (source,) = world.acme.rest.get(f"{path}/sources")["data"]
    assert (source["name"], source["group"], source["failing"]) == ("203.0.113.9", "unknown", 7)
