"""Return paths that nobody else can make."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from mailcore.protocol import verp

KEY = verp.key_from(b"m" * 32)
ID = UUID("01930000-0000-7000-8000-000000000001")
PATH = verp.return_path(key=KEY, recipient_id=ID, from_domain="shop.test")


@given(st.uuids())
def test_a_return_path_names_its_recipient(identifier: UUID) -> None:
    path = verp.return_path(key=KEY, recipient_id=identifier, from_domain="shop.test")
    local, _, domain = path.partition("@")
    assert len(local) <= 64
    assert path == path.lower()
    assert domain == "bounce.shop.test"
    assert verp.recipient_of(path, key=KEY) == identifier
    assert verp.recipient_of(path.upper(), key=KEY) == identifier


@given(st.integers(0, 43), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_token_names_nobody(place: int, letter: str) -> None:
    changed = PATH[:place] + letter + PATH[place + 1 :]
    if changed != PATH:
        assert verp.recipient_of(changed, key=KEY) is None


def test_another_key_or_domain_names_nobody() -> None:
    assert verp.recipient_of(PATH, key=verp.key_from(b"x")) is None
    assert verp.recipient_of(PATH.replace("shop", "other"), key=KEY) is None
    for address in ("", "x", "b@shop.test", "postmaster@bounce.shop.test"):
        assert verp.recipient_of(address, key=KEY) is None
