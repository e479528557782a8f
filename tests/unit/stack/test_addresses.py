"""Every role has its own place, and two stacks never share one."""

import pytest

from stack import addresses


def test_no_two_roles_listen_at_the_same_place() -> None:
    places = [(one.octet, one.port) for one in addresses.PLACES.values() if one.port]
    assert len(places) == len(set(places))


def test_two_stacks_share_no_address() -> None:
    first, second = (
        {addresses.address(number, role) for role in addresses.PLACES} for number in (1, 2)
    )
    assert not first & second


def test_every_address_is_on_the_loopback_device() -> None:
    assert all(addresses.address(7, role).startswith("127.77.7.") for role in addresses.PLACES)


def test_local_ports_of_neighbouring_stacks_differ() -> None:
    assert addresses.local_port(1) == 8453
    assert addresses.local_port(2) == 8463


def test_an_unknown_role_is_an_error() -> None:
    with pytest.raises(KeyError):
        addresses.address(1, "nobody")
