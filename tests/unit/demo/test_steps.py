"""A demonstration tells every step truly, stops a journey at red and goes on where it can."""

from stack.demo.steps import Journey, Outcome, RedError, Step, as_json, run_journeys


def good(world: list[str]) -> str:
    world.append("good")
    return "seen"


def bad(_world: list[str]) -> str:
    raise RedError("no mail came")


def broken(_world: list[str]) -> str:
    raise KeyError("state")


def journey(key: str, *acts: object, needs: tuple[str, ...] = ()) -> Journey[list[str]]:
    steps = tuple(Step(name=f"step {number}", act=act) for number, act in enumerate(acts))  # type: ignore[arg-type]
    return Journey(key=key, title=f"title {key}", steps=steps, needs=needs)


def run(*journeys: Journey[list[str]]) -> tuple[list[Outcome], list[Outcome], list[str]]:
    told: list[Outcome] = []
    world: list[str] = []
    return run_journeys(journeys, world, tell=told.append), told, world


def test_all_green_is_ok_and_each_step_is_told() -> None:
    outcomes, told, _ = run(journey("J1", good, good), journey("J2", good, needs=("J1",)))
    assert outcomes == told
    assert [one.name for one in outcomes] == ["J1 step 0", "J1 step 1", "J2 step 0"]
    assert as_json(outcomes)["ok"] is True
    assert set(as_json(outcomes)["steps"][0]) == {"name", "ok", "seconds", "saw"}


def test_a_red_step_ends_its_journey_and_only_what_needs_it() -> None:
    outcomes, _, world = run(
        journey("J1", good, bad, good),
        journey("J2", good, needs=("J1",)),
        journey("J3", good),
    )
    assert [(one.name, one.ok) for one in outcomes] == [
        ("J1 step 0", True),
        ("J1 step 1", False),
        ("J2 title J2", False),
        ("J3 step 0", True),
    ]
    assert outcomes[1].saw == "no mail came"
    assert outcomes[2].saw == "not run: needs J1"
    assert world == ["good", "good"]
    assert as_json(outcomes)["ok"] is False


def test_an_unforeseen_error_is_red_and_named() -> None:
    outcomes, _, _ = run(journey("J1", broken))
    assert outcomes[0].saw == "KeyError: 'state'"
