"""Which host is tried first."""

from random import Random

import pytest

from mailcore.protocol import mx
from mailcore.protocol.mx import MxRecord


def test_lower_preference_comes_first_and_equals_share_the_load():
    records = [
        MxRecord(preference=20, host="backup.test"),
        MxRecord(preference=10, host="a.test"),
        MxRecord(preference=10, host="b.test"),
    ]
    orders = {
        tuple(record.host for record in mx.order(records, random=Random(seed)))
        for seed in range(30)
    }
    assert orders == {
        ("a.test", "b.test", "backup.test"),
        ("b.test", "a.test", "backup.test"),
    }


def test_mail_goes_only_to_hosts_before_ours():
    records = [
        MxRecord(preference=10, host="a.test"),
        MxRecord(preference=20, host="Ours.test"),
        MxRecord(preference=20, host="b.test"),
    ]
    assert [record.host for record in mx.before(records, {"ours.test"})] == ["a.test"]
    assert mx.before(records, {"a.test"}) == []
    assert mx.before(records, set()) == records


def test_a_null_mx_says_that_the_domain_takes_no_mail():
    assert mx.is_null([MxRecord(preference=0, host="")])
    assert not mx.is_null([MxRecord(preference=0, host=""), MxRecord(preference=5, host="a")])


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.1.1", "::1", "224.0.0.1"])
def test_an_address_inside_is_nobodys_mail_host(address):
    assert mx.is_private(address)


def test_an_address_on_the_internet_is():
    assert not mx.is_private("1.1.1.1")
