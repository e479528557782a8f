"""Scenario `base`: everybody in turn, as fast as each can, and then at one pace for the waits."""

from collections.abc import Mapping, Sequence
from statistics import median

from stack.bench.delivery import measure
from stack.bench.delivery.field import Field
from stack.bench.delivery.measure import Run
from stack.bench.figures import Goal, at_least, at_most

#: Against whom the ratios are.
YARDSTICK = "postfix+opendkim"
GOALS = {"edge": 1.5, "lmtp": 4.0, "rest": 4.0}
WARM_UP = 200
#: Messages per second of the run that tells waits, and those of the promise about the first connect.
PACE, PROMISED_PACE, PACED_SECONDS = 100.0, 200.0, 5
Rounds = Mapping[str, Sequence[Run]]


def compete(
    field: Field, *, messages: int, rounds: int, patience: float = measure.PATIENCE
) -> dict[str, list[Run]]:
    """Run everybody ROUNDS times, one after the other."""
    runs: dict[str, list[Run]] = {name: [] for name in field.entries}
    for _ in range(rounds):
        for name, entry in field.entries.items():
            with entry() as contender:
                for count in (WARM_UP, messages):
                    letters = field.letters(count)
                    done = measure.run(contender, letters, sink=field.sink, patience=patience)
                runs[name].append(done)
    return runs


def paced(field: Field, name: str, *, rate: float) -> Run:
    """Run one contender at RATE messages per second."""
    with field.entries[name]() as contender:
        letters = field.letters(int(rate * PACED_SECONDS))
        return measure.run(contender, letters, sink=field.sink, rate=rate)


def rows(runs: Rounds) -> dict[str, float]:
    """Return "NAME.round.figure" of every run."""
    return {
        f"{name}.{place}.{key}": value
        for name, some in runs.items()
        for place, run in enumerate(some, start=1)
        for key, value in run.figures().items()
    }


def ratios(runs: Rounds) -> dict[str, float]:
    """Return each contender's median rate as a multiple of the yardstick's; none when it did not run."""
    medians = {name: median(run.per_second for run in some) for name, some in runs.items() if some}
    if not medians.get(YARDSTICK):
        return {}
    return {
        f"{name}_to_{YARDSTICK}": round(rate / medians[YARDSTICK], 2)
        for name, rate in medians.items()
    }


def lost_rounds(runs: Rounds) -> int:
    """Return in how many rounds one of ours was slower than the yardstick."""
    yardstick = [run.per_second for run in runs.get(YARDSTICK, ())]
    return sum(
        run.per_second < theirs
        for name in GOALS
        for run, theirs in zip(runs.get(name, ()), yardstick, strict=False)
    )


def goals(runs: Rounds) -> tuple[Goal, ...]:
    """Return the promises and whether they hold."""
    told = ratios(runs)
    reached = [
        at_least(key, told[key], limit=limit, unit="times")
        for name, limit in GOALS.items()
        if (key := f"{name}_to_{YARDSTICK}") in told
    ]
    return (*reached, nothing_lost(runs))


def nothing_lost(runs: Rounds) -> Goal:
    """Return the promise that each accepted message arrives."""
    lost = sum(run.lost for some in runs.values() for run in some)
    return at_most("lost", lost, limit=0, unit="messages")
