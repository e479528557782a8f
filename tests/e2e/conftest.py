"""The stage for tests on a running stack: its endpoints, and one run of all journeys that the tests look at."""

import os
from pathlib import Path

import pytest

from stack.client.endpoints import ENVIRONMENT_NAME, Endpoints, load_endpoints
from stack.demo.__main__ import JOURNEYS
from stack.demo.steps import Outcome, run_journeys
from stack.demo.world import World, new_world

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the whole stack, and shares one run."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("stack"))


@pytest.fixture(scope="session")
def endpoints() -> Endpoints:
    """The map of the running stack."""
    if not os.environ.get(ENVIRONMENT_NAME):
        pytest.skip(f"no running stack: {ENVIRONMENT_NAME} is not set (./livery test sets it)")
    return load_endpoints()


@pytest.fixture(scope="session")
def world(endpoints: Endpoints) -> World:
    """New random names for this session."""
    return new_world(endpoints)


@pytest.fixture(scope="session")
def told(world: World) -> dict[str, Outcome]:
    """All journeys, run once: name of each step → what came of it."""
    outcomes = run_journeys(JOURNEYS, world, tell=lambda _: None)
    return {outcome.name: outcome for outcome in outcomes}
