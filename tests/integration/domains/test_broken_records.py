"""Records are broken one at a time in real name servers: verdict and sentence are right, and again after repair."""

from collections.abc import Iterator

import pytest

from kernel.dns.udp import UdpExchange
from mailcore.domains import selectors, services
from mailcore.domains.models import Domain
from mailcore.domains.selectors import RecordRow
from mailcore.protocol.dns_plan import value_of
from tests.integration.domains.knots import ADDRESSES, Knots


@pytest.fixture
def knots(tmp_path, settings) -> Iterator[Knots]:
    settings.DNS_ROOTS = [ADDRESSES[0]]
    settings.ALLOW_PRIVATE_TARGETS = True
    servers = Knots(folder=tmp_path)
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


def texts(domain: Domain) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for record in selectors.expected_records(domain):
        text = value_of(record) if record.type == "TXT" else f"{value_of(record)}."
        found.setdefault((record.name, record.type), []).append(text)
    return found


def looked(domain: Domain, knots: Knots, *, seconds: float = 20) -> dict[str, RecordRow]:
    exchange = UdpExchange(port=knots.port, timeout=seconds, tries=1)
    services.check_domain(domain_id=domain.public_id, exchange=exchange)
    return {f"{row.name} {row.type}": row for row in selectors.list_records(domain)}


#: What is done to which record, the verdict that follows, and what its sentence speaks of.
BREAKS = [
    ("_mail-ownership.shop.test", "TXT", [], "ownership.missing", "Add this TXT record"),
    ("_mail-ownership.shop.test", "TXT", ["mail-ownership=x"], "ownership.other", "replace it"),
    ("shop.test", "MX", [], "mx.missing", "Add this MX record"),
    ("shop.test", "MX", ["1 aspmx.l.google.com."], "mx.provider", "Google Workspace"),
    ("shop.test", "MX", ["0 ."], "mx.null", "takes no mail"),
    ("shop.test", "TXT", ["v=spf1 -all", "v=spf1 a -all"], "spf.several", "none counts"),
    ("shop.test", "TXT", ["v=spf1 a -all"], "spf.not_included", "adds our servers"),
    ("_dmarc.shop.test", "TXT", [], "dmarc.missing", "Add this TXT record"),
    ("_dmarc.shop.test", "TXT", ["v=DMARC1; p=none"] * 1 + ["v=DMARC1; p=reject"],
     "dmarc.several", "none counts"),
    ("_mta-sts.shop.test", "TXT", ["v=STSv1; id=0"], "mta-sts.old_id", "was changed"),
    ("mta-sts.shop.test", "CNAME", ["www.other.test."], "alias.other", "www.other.test"),
    ("_imaps._tcp.shop.test", "SRV", ["0 1 993 imap.other.test."], "srv.other", "another server"),
    ("bounce.shop.test", "MX", [], "return-path.missing", "bounces come back"),
]  # fmt: skip


def test_what_is_broken_is_named_and_good_again_after_repair(acme, knots) -> None:
    domain = services.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
    )
    right = texts(domain)
    for (name, rdtype), values in right.items():
        knots.put(name, rdtype, *values)
    assert {row.verdict for row in looked(domain, knots).values()} == {"match"}
    for name, rdtype, values, code, says in BREAKS:
        knots.put(name, rdtype, *values)
        rows = looked(domain, knots)
        row = rows[f"{name} {rdtype}"]
        assert (row.code, row.verdict) == (code, "missing" if "missing" in code else "conflict")
        assert says in row.instruction
        assert [r.verdict for r in rows.values()].count("match") == len(rows) - 1, code
        knots.put(name, rdtype, *right[name, rdtype])
    for key in [k for k in right if "_domainkey" in k[0]]:
        knots.put(*key)
        assert looked(domain, knots)[" ".join(key)].code == "dkim.missing"
        knots.put(*key, *right[key])
    assert {row.verdict for row in looked(domain, knots).values()} == {"match"}


def test_servers_that_fail_or_differ_are_unknown_and_demote_nothing(acme, knots) -> None:
    domain = services.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
    )
    right = texts(domain)
    for (name, rdtype), values in right.items():
        knots.put(name, rdtype, *values)
    looked(domain, knots)
    # One of two is stale: it is told which.
    knots.put("_dmarc.shop.test", "TXT", only=1)
    row = looked(domain, knots)["_dmarc.shop.test TXT"]
    assert (row.verdict, row.code) == ("unknown", "servers.stale")
    assert "n2.shop.test (127.77.199.8)" in row.instruction
    assert len(row.said) == 2
    knots.put("_dmarc.shop.test", "TXT", *right["_dmarc.shop.test", "TXT"], only=1)
    # A wildcard answers where our record should stand.
    knots.put("_smtp._tls.shop.test", "TXT")
    knots.put("*.shop.test", "TXT", "hello")
    assert looked(domain, knots)["_smtp._tls.shop.test TXT"].code == "wildcard"
    knots.put("*.shop.test", "TXT")
    knots.put("_smtp._tls.shop.test", "TXT", *right["_smtp._tls.shop.test", "TXT"])
    # One fails: the other one's word counts, and the page says who failed.
    knots.empty(1)
    rows = looked(domain, knots)
    assert {row.verdict for row in rows.values()} == {"match"}
    assert {one.failure for one in rows["shop.test MX"].said} == {"", "servfail"}
    knots.empty(0)
    rows = looked(domain, knots)
    assert {row.verdict for row in rows.values()} == {"unknown"}
    for number in (0, 1):
        knots.refill(number, right)
    assert {row.verdict for row in looked(domain, knots).values()} == {"match"}
    knots.freeze(frozen=True)
    rows = looked(domain, knots, seconds=0.3)
    knots.freeze(frozen=False)
    assert {row.verdict for row in rows.values()} == {"unknown"}
    assert selectors.get_domain(domain.public_id).state == "verified"
    assert {row.verdict for row in looked(domain, knots).values()} == {"match"}
