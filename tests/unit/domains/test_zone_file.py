"""The zone file is one that name servers load, with long texts cut as RFC 1035 wants them."""

import dns.zone

from mailcore.protocol import dkim_keys, dns_records, zone_file
from mailcore.protocol.dns_plan import value_of
from mailcore.protocol.dns_records import PublicKey
from tests.hosted import hosted

HEAD = "@ 60 SOA ns h 1 60 60 60 60\n@ 60 NS ns\nns 60 A 192.0.2.1\n"


def loaded(**changed: str) -> dns.zone.Zone:
    """What dnspython makes of a domain's records."""
    pair = dkim_keys.make(dkim_keys.RSA)
    key = PublicKey(selector="r1", algorithm=pair.algorithm, public=pair.public)
    records = dns_records.wanted(hosted("shop.test", keys=[key], **changed))
    text = zone_file.render(
        records,
        domain="shop.test",
        values=[r.value for r in records],
        in_the_way=[["v=spf1 -all", 'naughty"\n@ TXT text']] * len(records),
    )
    zone = dns.zone.from_text(HEAD + text, origin="shop.test.", relativize=False)
    for record in records:
        (rdata,) = [
            rdata
            for rdata in zone.find_rdataset(f"{record.name}.", record.type)
            if record.type != "TXT" or b"".join(rdata.strings).decode() == record.value
        ]
        if record.type == "TXT":
            assert max(map(len, rdata.strings)) <= 255
        else:
            assert rdata.to_text() == f"{value_of(record)}."
    return zone


def test_every_record_comes_back_as_it_was() -> None:
    loaded()
    loaded(records_zone="01k8z1c3e5g7j9m1p3r5t7w9y1.r.infra.test")


def test_odd_bytes_are_escaped() -> None:
    assert zone_file.quoted('a"b\\c\nd') == '"a\\034b\\092c\\010d"'
