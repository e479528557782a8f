"""What a DNSBL's answers mean."""

import asyncio
from collections.abc import Sequence

import pytest

from mailcore.delivery.egress.blocklists import name_of, read
from mailcore.delivery.egress.watching import ask

ZONE = "bl.test"


class Lists:
    """Zones in memory: name → addresses; a name that is missing is not listed."""

    def __init__(self, **zones: dict[str, Sequence[str] | None]) -> None:
        self._zones = {name.replace("_", "."): entries for name, entries in zones.items()}

    async def addresses(self, name: str) -> Sequence[str] | None:
        for zone, entries in self._zones.items():
            if name.endswith(f".{zone}"):
                return entries.get(name.removesuffix(f".{zone}"), [])
        return None

    async def text(self, name: str) -> str:
        return "https://bl.test/why"


SOUND: dict[str, Sequence[str] | None] = {"2.0.0.127": ["127.0.0.2"]}


def _findings(**zones: dict[str, Sequence[str] | None]) -> dict[tuple[str, str], tuple[str, str]]:
    names = [name.replace("_", ".") for name in zones]
    answers = asyncio.run(ask(["192.0.2.9"], zones=names, resolver=Lists(**zones)))
    return {(a.address, a.zone): (a.finding, a.evidence) for a in answers}


def test_names_are_in_reverse() -> None:
    assert name_of("192.0.2.9", zone=ZONE) == "9.2.0.192.bl.test"
    assert name_of("2001:db8::1", zone=ZONE).startswith("1.0.0.0.")
    assert name_of("2001:db8::1", zone=ZONE).endswith(".8.b.d.0.1.0.0.2.bl.test")


@pytest.mark.parametrize(
    ("addresses", "finding"),
    [
        ([], "clean"),
        (None, "unanswered"),
        (["127.0.0.4", "127.0.0.10"], "listed"),
        (["127.255.255.254"], "refused"),
        (["198.51.100.7"], "refused"),
        (["127.255.255.254", "127.0.0.2"], "listed"),
    ],
)
def test_what_an_answer_means(addresses: Sequence[str] | None, finding: str) -> None:
    assert read(addresses) == finding


def test_a_listing_comes_with_its_evidence() -> None:
    found = _findings(bl_test={**SOUND, "9.2.0.192": ["127.0.0.3"]}, other_test=SOUND)
    assert found == {
        ("192.0.2.9", "bl.test"): ("listed", "127.0.0.3 https://bl.test/why"),
        ("192.0.2.9", "other.test"): ("clean", ""),
    }


@pytest.mark.parametrize(
    "entries",
    [
        {},  # a list that closed
        {"2.0.0.127": None},
        {"2.0.0.127": ["127.255.255.254"]},  # it refuses us
        {"2.0.0.127": ["127.0.0.2"], "1.0.0.127": ["127.0.0.2"]},  # it lists the world
    ],
)
def test_a_list_that_does_not_list_what_it_must_is_not_believed(
    entries: dict[str, Sequence[str] | None],
) -> None:
    assert _findings(bl_test={**entries, "9.2.0.192": ["127.0.0.2"]}) == {}
