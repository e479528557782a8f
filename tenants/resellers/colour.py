"""Colours that stay readable, whatever a reseller picks (WCAG 2.2 §1.4.3)."""

from dataclasses import dataclass

DARK, WHITE = "#14202b", "#ffffff"
READABLE = 4.5
_STEPS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """A brand colour and what goes with it."""

    brand: str
    #: Text on the brand colour.
    ink: str
    #: The brand colour, darkened until it reads as text on white.
    strong: str
    #: A faint tint for backgrounds.
    soft: str


def palette(brand: str) -> Palette:
    """The palette of `#rrggbb`."""
    ink = WHITE if contrast(brand, WHITE) >= contrast(brand, DARK) else DARK
    return Palette(brand=brand, ink=ink, strong=_darkened(brand), soft=_mixed(brand, WHITE, 0.9))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _darkened(colour: str) -> str:
    for step in range(_STEPS + 1):
        candidate = _mixed(colour, "#000000", step / _STEPS)
        if contrast(candidate, WHITE) >= READABLE:
            return candidate
    return DARK


def _mixed(colour: str, other: str, share: float) -> str:
    """`share` of `other` in `colour`."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
