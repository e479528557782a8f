"""Which certificates TLSA records name (RFC 7672)."""

import datetime
import hashlib

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mailcore.protocol import dane
from mailcore.protocol.dane import Tlsa
from tests.unit.protocol.authority import END, START, Authority

NOW = START + datetime.timedelta(days=200)
HOST = "mx.x.test"


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture(scope="module")
def leaf(authority):
    return authority.issue(HOST)[1]


def spki(certificate):
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def der(certificate):
    return certificate.public_bytes(Encoding.DER)


def tlsa(usage, selector, matching, certificate):
    chosen = der(certificate) if selector == 0 else spki(certificate)
    digest = {0: lambda b: b, 1: lambda b: hashlib.sha256(b).digest()}.get(
        matching, lambda b: hashlib.sha512(b).digest()
    )
    return Tlsa(usage=usage, selector=selector, matching=matching, data=digest(chosen))


def verified(*records, chain, names=(HOST,), now=NOW):
    return dane.verified(
        [der(one) for one in chain], records=dane.usable(records), names=names, now=now
    )


@pytest.mark.parametrize("selector", [0, 1])
@pytest.mark.parametrize("matching", [0, 1, 2])
def test_the_very_key_is_enough_whatever_its_name_and_date(leaf, selector, matching):
    record = tlsa(3, selector, matching, leaf)
    late = END + datetime.timedelta(days=1)
    assert verified(record, chain=[leaf], names=("other.test",), now=late)


@pytest.mark.parametrize("selector", [0, 1])
@pytest.mark.parametrize("matching", [0, 1, 2])
def test_a_named_authority_vouches_for_the_host_only(authority, leaf, selector, matching):
    record = tlsa(2, selector, matching, authority.certificate)
    chain = [leaf, authority.certificate]
    assert verified(record, chain=chain)
    assert verified(record, chain=chain, names=("other.test", HOST))
    assert not verified(record, chain=chain, names=("other.test",))
    assert not verified(record, chain=chain, now=END + datetime.timedelta(days=1))


def test_an_authority_that_stands_whole_in_dns_need_not_be_shown(authority, leaf):
    assert verified(tlsa(2, 0, 0, authority.certificate), chain=[leaf])
    assert not verified(tlsa(2, 0, 1, authority.certificate), chain=[leaf])


def test_another_key_is_not_believed(authority, leaf):
    other = Authority("other")
    stranger = other.issue(HOST)[1]
    assert not verified(tlsa(3, 1, 1, leaf), chain=[stranger, authority.certificate])
    assert not verified(
        tlsa(2, 0, 1, authority.certificate), chain=[stranger, authority.certificate]
    )
    assert not verified(tlsa(3, 1, 1, leaf), chain=[])


def test_one_of_several_records_is_enough(leaf):
    stranger = Authority("other").issue(HOST)[1]
    assert verified(tlsa(3, 1, 1, stranger), tlsa(3, 1, 2, leaf), chain=[leaf])


def test_records_that_smtp_cannot_use_are_left_out(leaf):
    good = tlsa(3, 1, 1, leaf)
    bad = [
        Tlsa(usage=0, selector=1, matching=1, data=good.data),
        Tlsa(usage=1, selector=1, matching=1, data=good.data),
        Tlsa(usage=3, selector=9, matching=1, data=good.data),
        Tlsa(usage=3, selector=1, matching=7, data=good.data),
        Tlsa(usage=3, selector=1, matching=1, data=b"short"),
        Tlsa(usage=3, selector=1, matching=0, data=b""),
    ]
    assert dane.usable([*bad, good, good]) == (good,)


def test_rubbish_in_dns_names_nothing(leaf):
    assert not verified(Tlsa(usage=2, selector=0, matching=0, data=b"rubbish"), chain=[leaf])
