"""Steps and journeys: what a run does, in which order, and what is told of it."""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

W = TypeVar("W")


class RedError(AssertionError):
    """A step saw something other than it should; the text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[W]):
    """One thing to do; `act` returns what was seen in a few words and raises when it was not right."""

    name: str
    act: Callable[[W], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey(Generic[W]):
    """Steps that build on each other; the journey runs when all that it needs went well."""

    key: str
    title: str
    steps: tuple[Step[W], ...]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One line of the result."""

    name: str
    ok: bool
    seconds: float
    saw: str


def expect(condition: object, saw: str) -> None:
    """Raise RedError with what was seen unless the condition holds."""
    if not condition:
        raise RedError(saw)


def run_step(step: Step[W], world: W, *, prefix: str = "") -> Outcome:
    """Run one step; whatever it raises makes it red."""
    began = time.monotonic()
    try:
        saw, ok = step.act(world), True
    except Exception as error:  # noqa: BLE001  # a step may fail in any way: all of them are told, none is hidden
        text = str(error).strip() or repr(error)
        saw, ok = (
            text if isinstance(error, AssertionError) else f"{type(error).__name__}: {text}",
            False,
        )
    seconds = round(time.monotonic() - began, 2)
    return Outcome(name=prefix + step.name, ok=ok, seconds=seconds, saw=saw)


def run_journeys(
    journeys: Iterable[Journey[W]],
    world: W,
    *,
    tell: Callable[[Outcome], None],
    begin: Callable[[str], None] = lambda _: None,
) -> list[Outcome]:
    """Run journeys in order: a red step ends its journey, and those that need it are told as not run.

    BEGIN hears the name of each step before it runs, TELL its outcome.
    """
    outcomes: list[Outcome] = []
    good: set[str] = set()
    for journey in journeys:
        prefix = f"{journey.key} "
        missing = [need for need in journey.needs if need not in good]
        if missing:
            saw = f"not run: needs {', '.join(missing)}"
            outcomes.append(Outcome(name=prefix + journey.title, ok=False, seconds=0.0, saw=saw))
            tell(outcomes[-1])
            continue
        for step in journey.steps:
            begin(prefix + step.name)
            outcomes.append(run_step(step, world, prefix=prefix))
            tell(outcomes[-1])
            if not outcomes[-1].ok:
                break
        else:
            good.add(journey.key)
    return outcomes


def as_json(outcomes: list[Outcome]) -> dict[str, Any]:
    """Return the one shape of demo and doctor."""
    return {
        "ok": all(outcome.ok for outcome in outcomes),
        "steps": [asdict(outcome) for outcome in outcomes],
    }
