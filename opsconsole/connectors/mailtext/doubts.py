"""Styles that may hide a text, though it cannot be told whether they do: the text is read, and that is told."""

import re
from collections.abc import Mapping

from opsconsole.connectors.mailtext import cssvalues as css

READ = frozenset({"animation", "animation-name", "mix-blend-mode", "-webkit-text-security", "content", "mso-hide"})
"""Properties that are kept beside those that are understood."""
_HIDES_BY_ANY_VALUE = (
    "animation", "animation-name", "mix-blend-mode", "-webkit-text-security", "clip-path", "mso-hide"
)  # fmt: skip
"""`mso-hide` hides in Outlook and nowhere else."""
_PLAIN = frozenset({"", "none", "normal", "auto", "initial", "inherit", "unset", "revert", "nonzero", "evenodd"})
_COLOUR_WORDS = frozenset({"inherit", "initial", "unset", "revert", "currentcolor", "windowtext", "canvastext", "auto"})
_TURNS = re.compile(r"\b(?:rotate3d|rotate[xy]|matrix|matrix3d|skew[xy]?|perspective)\(")
_NAME = re.compile(r"[a-z-]+(?:\(.*\))?")


def is_doubtful(style: Mapping[str, str]) -> bool:
    """Return whether a style can hide a text in a way that is not understood."""
    for name in _HIDES_BY_ANY_VALUE:
        if style.get(name, "") not in _PLAIN:
            return True
    if "url(" in style.get("content", ""):
        return True
    if any(name in ("brightness", "invert") for name, _ in css.functions(style.get("filter"))):
        return True
    turned = style.get("transform") or style.get("-webkit-transform") or ""
    if _TURNS.search(turned):
        return True
    if any(
        name.startswith("scale") and any(abs(size) < 0.3 for size, _ in found) for name, found in css.functions(turned)
    ):
        return True
    return _is_odd(style.get("color", "")) or _is_narrow(style)


def is_perhaps_out(style: Mapping[str, str]) -> bool:
    """Return whether something in a box that cuts what stands out of it may lie outside of it."""
    sides = ("left", "top", "right", "bottom", "margin-left", "margin-top", "padding-left", "padding-top")
    if any(css.is_far(style.get(name), far_on=css.FAR) for name in (*sides, "text-indent", "translate")):
        return True
    moved = css.functions(style.get("transform") or style.get("-webkit-transform"))
    return any(
        css.is_far(" ".join(f"{number:f}{unit}" for number, unit in found), far_on=css.FAR)
        for name, found in moved
        if name.startswith(("translate", "matrix"))
    )


def _is_odd(colour: str) -> bool:
    """Return whether a colour is the system's or has to be reckoned: it can be the ground's."""
    is_named = _NAME.fullmatch(colour) is not None
    return is_named and colour not in _COLOUR_WORDS and css.colour(colour) is None


def _is_narrow(style: Mapping[str, str]) -> bool:
    overflows = " ".join(style.get(name, "") for name in ("overflow", "overflow-x", "overflow-y"))
    if "hidden" not in overflows and "clip" not in overflows:
        return False
    sizes = [css.pixels(style.get(name)) for name in ("max-height", "height", "max-width", "width")]
    return any(size is not None and size < 6 for size in sizes)
