"""Values of CSS that can hide a text: lengths, functions, colours."""

import re
from functools import lru_cache
from typing import Any

from tinycss2.color5 import parse_color  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

FAR = 500.0
"""Pixels to the left or above beyond which something lies outside what is looked at."""
FAR_ON = 2_000.0
"""Pixels to the right or below: there one can scroll."""
_NUMBER = re.compile(r"([-+]?(?:\d{1,7}(?:\.\d{0,9})?|\.\d{1,9})(?:e[-+]?\d{1,2})?)([a-z%]*)")
_FUNCTION = re.compile(r"([a-z0-9-]+)\(([^()]*)\)")
_ABSOLUTE = {"px": 1.0, "": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "q": 0.94}
_LETTERS = {"em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0}
_SCREEN = {"vw": 12.0, "vh": 8.0, "vmin": 8.0, "vmax": 12.0, "dvh": 8.0, "svh": 8.0, "lvh": 8.0}
_PIXELS = _ABSOLUTE | _LETTERS | _SCREEN
"""Of a wide screen, with letters of 16 pixels."""
Colour = tuple[float, float, float]
"""Red, green, blue, 0 to 1."""


def numbers(said: str) -> list[tuple[float, str]]:
    """Return the numbers of a value with their units."""
    return [(float(number), unit) for number, unit in _NUMBER.findall(said[:500])]


def pixels(said: str | None) -> float | None:
    """Return a length in pixels, roughly; None for percentages, words, and what is not one length."""
    found = numbers(said) if said else []
    if said and "(" in said:  # calc(0px * 3), min(0px, 0em): no length in it is one
        lengths = [number for number, unit in found if unit]
        return 0.0 if lengths and not any(lengths) else None
    if len(found) != 1 or found[0][1] not in _PIXELS:
        return None
    return found[0][0] * _PIXELS[found[0][1]]


def share(said: str | None) -> float | None:
    """Return a number or a percentage as a share: `5%` and `.05` are 0.05."""
    found = numbers(said) if said else []
    if len(found) != 1 or found[0][1] not in ("", "%"):
        return None
    return found[0][0] / 100 if found[0][1] == "%" else found[0][0]


def is_far(said: str | None, *, is_negative: bool = False, far_on: float = FAR_ON) -> bool:
    """Return whether a place lies outside what is looked at: 500 pixels, or a whole width.

    Args:
        said: a length, or several.
        is_negative: count only what lies to the left or above.
        far_on: pixels to the right or below from which on it counts.
    """
    for number, unit in numbers(said) if said else []:
        is_out = (
            abs(number) >= 100
            if unit in ("%", "vw", "vh")
            else abs(number) * _PIXELS.get(unit, 0.0) >= (FAR if number < 0 else far_on)
        )
        if is_out and (number < 0 or not is_negative):
            return True
    return False


def functions(said: str | None) -> list[tuple[str, list[tuple[float, str]]]]:
    """Return the functions of a value with their numbers."""
    return [(name, numbers(inner)) for name, inner in _FUNCTION.findall(said[:1000])] if said else []


def is_clipped_away(said: str | None) -> bool:
    """Return whether a `clip-path` leaves next to nothing."""
    for name, found in functions(said):
        sizes = [number / 100 if unit == "%" else number for number, unit in found]
        if name in ("circle", "ellipse"):
            return any(size < 0.02 for size in sizes[:1])
        if name == "inset":
            return any((unit == "%" and number >= 49) or number >= FAR for number, unit in found)
        if name in ("polygon", "rect", "xywh"):
            places = list(zip(sizes[::2], sizes[1::2], strict=False))
            span = max((abs(a - b) for way in zip(*places, strict=True) for a in way for b in way), default=0.0)
            return span < 0.02
        if name == "path":
            return not any(sizes)
    return said is not None and said.startswith("path(") and not any(number for number, _ in numbers(said))


def is_rect_empty(said: str | None) -> bool:
    """Return whether the old `clip: rect(…)` leaves next to nothing."""
    for name, found in functions(said):
        sides = [number for number, _ in found]
        if name == "rect" and len(sides) == 4:
            return abs(sides[2] - sides[0]) <= 2 or abs(sides[1] - sides[3]) <= 2
    return False


def is_moved_away(said: str | None) -> bool:
    """Return whether a `transform` makes something too small to see, moves it out, or turns its edge to the reader."""
    for name, found in functions(said):
        sizes = [number / 100 if unit == "%" else number for number, unit in found]
        if name.startswith("scale") and any(abs(size) < 0.05 for size in sizes[:2]):
            return True
        if name in ("matrix", "matrix3d") and sizes:
            places = (0, 3) if name == "matrix" else (0, 5)
            if any(abs(sizes[place]) < 0.05 for place in places if place < len(sizes)):
                return True
            moved = sizes[4:6] if name == "matrix" else sizes[12:14]
            if any(abs(size) >= FAR for size in moved):
                return True
        if name.startswith("translate") and any(is_far(f"{number:f}{unit}") for number, unit in found):
            return True
        if name in ("rotatex", "rotatey") and any(unit == "deg" and abs(number) % 180 == 90 for number, unit in found):
            return True
    return False


def is_turned_away(said: str | None) -> bool:
    """Return whether the `rotate` property turns an edge to the reader: `y 90deg`."""
    is_around = said is not None and any(axis in said.split() for axis in ("x", "y"))
    return is_around and any(unit == "deg" and abs(number) % 180 == 90 for number, unit in numbers(said or ""))


def is_filtered_away(said: str | None) -> bool:
    """Return whether a `filter` leaves nothing to read."""
    for name, found in functions(said):
        sizes = [number / 100 if unit == "%" else number for number, unit in found]
        if name in ("opacity", "contrast") and any(size < 0.05 for size in sizes):
            return True
        if name == "blur" and any(size >= 4 for size in sizes):
            return True
    return False


@lru_cache(maxsize=1024)
def colour(said: str) -> tuple[Colour, float] | None:
    """Return a colour and how opaque it is, 0 to 1; None where it cannot be told."""
    try:
        found: Any = parse_color(said)  # pyright: ignore[reportUnknownVariableType]
        if found is None or isinstance(found, str):
            return None
        red, green, blue = found.to("srgb").coordinates
        return (float(red or 0), float(green or 0), float(blue or 0)), float(found.alpha)
    except (ValueError, NotImplementedError, TypeError, AttributeError):
        return None


def blended(text: Colour, ground: Colour, share_of_text: float) -> Colour:
    """Return the colour that is seen of a text that lets its ground through."""
    red, green, blue = (
        part * share_of_text + under * (1 - share_of_text) for part, under in zip(text, ground, strict=True)
    )
    return red, green, blue


def contrast(text: Colour, ground: Colour) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(text), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(found: Colour) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in found)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
