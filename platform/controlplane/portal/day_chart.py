"""Days as bars: a picture that the server draws, without script or style inside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

#: In the units of the picture, which is stretched to the page's width.
WIDTH, HEIGHT = 560, 120
_GAP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A part of a day: `kind` is its class in the style sheet."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DayChart:
    """The bars, and what the picture says at its edges."""

    bars: list[Bar]
    first: date
    last: date
    top: int
    width: int = WIDTH
    height: int = HEIGHT


def draw(days: Mapping[date, Sequence[tuple[str, int]]], *, last: date, count: int) -> DayChart:
    """`count` days up to `last`; of each its parts (kind, number) from the ground up."""
    top = max((sum(number for _, number in parts) for parts in days.values()), default=0)
    step = WIDTH / count
    first = last - timedelta(days=count - 1)
    bars: list[Bar] = []
    for at in range(count):
        ground = float(HEIGHT)
        for kind, number in days.get(first + timedelta(days=at), ()):
            if not number:
                continue
            # A single message among thousands is still to be seen.
            height = max(2.0, (HEIGHT - _GAP) * number / top)
            ground = max(0.0, ground - height)
            bars.append(
                Bar(
                    kind=kind,
                    x=round(at * step + _GAP / 2, 1),
                    y=round(ground, 1),
                    width=round(step - _GAP, 1),
                    height=round(height, 1),
                )
            )
    return DayChart(bars=bars, first=first, last=last, top=top)
