"""The five journeys on the real stack: each step of the demonstration is a fact that a customer would recognise."""

import pytest

from stack.demo.__main__ import JOURNEYS
from stack.demo.steps import Outcome

NAMES = [f"{journey.key} {step.name}" for journey in JOURNEYS for step in journey.steps]


@pytest.mark.parametrize("name", NAMES)
def test_journey(told: dict[str, Outcome], name: str) -> None:
    reds = [f"{one.name}: {one.saw}" for one in told.values() if not one.ok]
    assert name in told, f"not reached; red before it: {reds}"
    assert told[name].ok, told[name].saw
