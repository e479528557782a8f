"""Which addresses a source can have."""

import pytest

from kernel.actor import Actor, ActorKind
from kernel.errors import InvalidInput, NotFound
from mailcore.delivery.egress import services
from mailcore.delivery.egress.api.sources import read_address

OPERATOR = Actor(kind=ActorKind.OPERATOR, id="test", role="operator")
OF_ONE_LINK = ("fe80::1%eth0", "2001:db8::1%eth0", "fe80::1", "169.254.1.1")


@pytest.mark.parametrize("address", OF_ONE_LINK)
def test_an_address_of_one_link_is_refused_before_the_database_sees_it(address: str) -> None:
    with pytest.raises(InvalidInput):
        services.add_source(
            actor=OPERATOR,
            address=address,
            ehlo="out.test.example",
            node="far",
            is_here=False,
            is_new=False,
        )


def test_a_path_with_a_zone_names_no_source() -> None:
    assert read_address("2001:DB8::1") == "2001:db8::1"
    with pytest.raises(NotFound):
        read_address("fe80::1%eth0")
