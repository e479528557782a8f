"""Who may write as whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcore.protocol.sender_rule import SenderFault, addresses_in, other_names, owns

ANNA = "anna@shop.test"


def fault_of(**given: object) -> str | None:
    """Why it may not be sent; what is not the login's own has no alias here."""
    try:
        others = other_names(**given)
    except SenderFault as fault:
        return str(fault)
    return "From header is not yours" if others else None


@pytest.mark.parametrize(
    "address", [ANNA, "Anna@Shop.TEST", "anna+news@shop.test", "anna+a+b@shop.test"]
)
def test_a_login_owns_its_address_and_its_tags(address: str) -> None:
    assert owns(ANNA, address)


@pytest.mark.parametrize(
    "address",
    [
        "ben@shop.test",
        "anna@shop.test.evil.test",
        "anna@evil.test",
        "anna",
        "",
        "xanna@shop.test",
        "+anna@shop.test",
    ],
)
def test_a_login_owns_nothing_else(address: str) -> None:
    assert not owns(ANNA, address)


@pytest.mark.parametrize(
    "value",
    [
        ANNA,
        f"<{ANNA}>",
        f"Anna Example <{ANNA}>",
        f'"Example, Anna" <{ANNA}>',
        f'"anna@home" <{ANNA}>',
        f"Anna (at home (in town)) <{ANNA}>",
        f"=?utf-8?q?Anna=40home?= <{ANNA}>",
        f"{ANNA} (Anna)",
        f"Anna <{ANNA}>, <anna+news@shop.test>",
        f'"a \\" b" <{ANNA}>',
        f"[Team] Anna <{ANNA}>",
        f'"[Team] Anna" <{ANNA}>',
    ],
)
def test_a_from_of_one_owner_passes(value: str) -> None:
    assert fault_of(login=ANNA, envelope_from=ANNA, from_values=[value]) is None


@pytest.mark.parametrize(
    "value",
    [
        "ben@shop.test",
        f"{ANNA}, ben@shop.test",
        f"ben@shop.test <{ANNA}>",
        f"<ben@shop.test> <{ANNA}>",
        f'"Anna" <ben@shop.test>(<{ANNA}>',
        f"<ben@shop.test>({ANNA})",
        f"<@evil.test:{ANNA}>",
        f"undisclosed: {ANNA}, ben@shop.test;",
        '"anna"@shop.test',
        "Anna",
        "",
        "undisclosed-recipients:;",
        f'"open <{ANNA}>',
        f"{ANNA}@evil.test",
        f"anna@[127.0.0.1] <{ANNA}>",
        # Readers disagree on where the quoted part begins: to some, Ben's address is outside it.
        f'\\" <ben@shop.test> " <{ANNA}>',
        f"\\(<ben@shop.test>) <{ANNA}>",
        f'["] <ben@shop.test> ["] <{ANNA}>',
        f"[(] <ben@shop.test> [)] <{ANNA}>",
    ],
)
def test_a_from_that_names_anybody_else_is_refused(value: str) -> None:
    assert (
        fault_of(login=ANNA, envelope_from=ANNA, from_values=[value]) == "From header is not yours"
    )


def test_one_from_header_is_required() -> None:
    for values in ([], [ANNA, ANNA]):
        assert fault_of(login=ANNA, envelope_from=ANNA, from_values=values) is not None


def test_a_foreign_envelope_sender_is_refused_and_the_null_sender_passes() -> None:
    assert fault_of(login=ANNA, envelope_from="ben@shop.test", from_values=[ANNA])
    assert fault_of(login=ANNA, envelope_from="", from_values=[ANNA]) is None


def test_another_name_is_told_so_that_somebody_can_look_it_up() -> None:
    values = [f"Sales <Sales+q@Shop.test>, {ANNA}"]
    found = other_names(login=ANNA, envelope_from="info@shop.test", from_values=values)
    assert found == {"sales+q@shop.test", "info@shop.test"}
    many = ", ".join(f"a{n}@shop.test" for n in range(11))
    assert fault_of(login=ANNA, envelope_from="", from_values=[many]) == "From header is not yours"


def test_nobody_logged_in_may_send_nothing() -> None:
    assert fault_of(login="", envelope_from="", from_values=[ANNA]) == "Authentication required"


def test_a_from_header_made_to_be_looked_through_for_long_is_read_at_once() -> None:
    """57 KB in pieces that join to one word without an at sign: it took 24 seconds."""
    value = "(\r\n )".join(["a" * 900] * 60) + f", <{ANNA}>"
    assert addresses_in(value) == [ANNA]


def test_a_tag_that_needs_quotes_is_an_own_one_too() -> None:
    local, _, domain = ANNA.partition("@")
    envelope_from = f'"{local}+two words"@{domain}'
    assert fault_of(login=ANNA, envelope_from=envelope_from, from_values=[ANNA]) is None


@given(st.text(alphabet='ab@.<>,;:"()\\ []\r\n', max_size=60))
def test_whatever_passes_names_only_addresses_that_were_judged(value: str) -> None:
    found = addresses_in(value)
    if found is not None:
        assert all(address.count("@") == 1 for address in found)
