"""Text in an HTML mail that a person does not see: a usual place for instructions meant for machines.

Only what is cheap to tell: inline styles, plain class and id rules of the mail's own style sheet, and the old colour
attributes. A text whose background cannot be told counts as seen.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

MAX_SHEET = 100_000

_COMMENT = re.compile(r"/\*.{0,5000}?\*/", re.DOTALL)
_BRACE = re.compile(r"[{}]")
_SIMPLE = re.compile(r"[a-z0-9]*([.#][a-z0-9_-]+)")
_NUMBER = re.compile(r"(-?\d{0,6}(?:\.\d{1,6})?)(px|pt|em|rem|%)?")
_RGB = re.compile(r"rgba?\((\d{1,3}),(\d{1,3}),(\d{1,3})(?:,([\d.]{1,6}))?\)")
_NAMED = {"white": (255, 255, 255), "black": (0, 0, 0), "snow": (255, 250, 250), "ivory": (255, 255, 240)}
_WORD = re.compile(r"\w")
_UNSEEN_TAGS = frozenset({"script", "style", "head", "title", "noscript", "template"})
_NEAR = 12
"""Difference per colour channel (0 to 255) below which text does not stand out from its background."""

type_colour = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class _State:
    """What an element's text inherits."""

    is_gone: bool = False
    is_tiny: bool = False
    is_invisible: bool = False
    is_clear: bool = False
    colour: type_colour = (0, 0, 0)
    ground: type_colour = (255, 255, 255)

    @property
    def is_seen(self) -> bool:
        if self.is_gone or self.is_tiny or self.is_invisible or self.is_clear:
            return False
        if self.colour is None or self.ground is None:
            return True
        return any(abs(a - b) > _NEAR for a, b in zip(self.colour, self.ground, strict=True))


def blank_hidden(root: Any) -> bool:
    """Take text out of the tree that a person would not see; tell whether there was any."""
    rules, is_ground_open = _sheet(root)
    is_hiding = False
    stack: list[tuple[Any, _State]] = [(root, _State(ground=None if is_ground_open else (255, 255, 255)))]
    while stack:
        node, above = stack.pop()
        if node.tag in _UNSEEN_TAGS:
            continue
        state = _state(node, above, rules)
        if not state.is_seen:
            if node.text and _WORD.search(node.text):
                is_hiding = True
            node.text = None
        for child in node:
            if not state.is_seen and child.tail:
                is_hiding = is_hiding or _WORD.search(child.tail) is not None
                child.tail = None
            stack.append((child, state))
    return is_hiding


def _state(node: Any, above: _State, rules: dict[str, dict[str, str]]) -> _State:
    attributes = node.attrib
    if not attributes:
        return above
    style: dict[str, str] = {}
    for name in attributes.get("class", "").lower().split():
        style.update(rules.get(f".{name}", {}))
    style.update(rules.get(f"#{attributes.get('id', '').lower()}", {}))
    style.update(_declarations(attributes.get("style", "")[:2000]))
    state = above
    if "hidden" in attributes or _is_gone(style):
        state = replace(state, is_gone=True)
    if (size := style.get("font-size") or style.get("font")) is not None:
        state = replace(state, is_tiny=_is_tiny(size))
    if (shown := style.get("visibility")) is not None:
        state = replace(state, is_invisible=shown in ("hidden", "collapse"))
    return _coloured(state, style, attributes)


def _coloured(state: _State, style: dict[str, str], attributes: Any) -> _State:
    said = style.get("color") or (attributes.get("color") if attributes.get("color") else None)
    if said is not None:
        state = replace(state, colour=_colour(said), is_clear=_is_clear(said))
    ground = style.get("background-color") or style.get("background") or attributes.get("bgcolor")
    if "background" in attributes or "background-image" in style:
        return replace(state, ground=None)
    if ground and ground not in ("transparent", "none", "inherit", "initial"):
        return replace(state, ground=_colour(ground))
    return state


def _is_gone(style: dict[str, str]) -> bool:
    if style.get("display") == "none":
        return True
    if (opacity := _size(style.get("opacity"))) is not None and opacity < 0.05:
        return True
    is_clipped = style.get("overflow") == "hidden"
    if is_clipped and any(_size(style.get(name)) == 0 for name in ("max-height", "height", "max-width", "width")):
        return True
    if (indent := _size(style.get("text-indent"))) is not None and indent <= -500:
        return True
    if style.get("position") in ("absolute", "fixed"):
        places = (_size(style.get("left")), _size(style.get("top")))
        return any(place is not None and place <= -500 for place in places)
    return False


def _is_tiny(said: str) -> bool:
    unit = _NUMBER.match(said)
    size = _size(said)
    if size is None or unit is None:
        return False
    return size < 0.1 if unit[2] in ("em", "rem") else size < 5 if unit[2] == "%" else size < 2


def _size(said: str | None) -> float | None:
    found = _NUMBER.match(said) if said else None
    try:
        return float(found[1]) if found else None
    except ValueError:
        return None


@lru_cache(maxsize=512)
def _declarations(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in _COMMENT.sub("", text).lower().split(";"):
        name, colon, value = part.partition(":")
        if colon:
            found[name.strip()] = "".join(value.replace("!important", "").split())
    return found


def _is_clear(said: str) -> bool:
    match = _RGB.match(said)
    return said == "transparent" or (match is not None and match[4] is not None and _size(match[4]) == 0)


def _colour(said: str) -> type_colour:
    """Return red, green, blue from 0 to 255; None where it cannot be told."""
    said = "".join(said.lower().split())
    if said in _NAMED:
        return _NAMED[said]
    if match := _RGB.fullmatch(said):
        return (int(match[1]), int(match[2]), int(match[3])) if match[4] is None or _size(match[4]) == 1 else None
    digits = said.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(char * 2 for char in digits)
    try:
        return (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)) if len(digits) == 6 else None
    except ValueError:
        return None


def _sheet(root: Any) -> tuple[dict[str, dict[str, str]], bool]:
    """Return the plain class and id rules, and whether backgrounds are set in ways not looked into."""
    rules: dict[str, dict[str, str]] = {}
    is_ground_open = False
    text = "\n".join((node.text or "")[:MAX_SHEET] for node in list(root.iter("style"))[:20])[:MAX_SHEET].lower()
    text = _COMMENT.sub("", text.replace("<!--", "").replace("-->", ""))
    depth = start = 0
    selector = ""
    for brace in _BRACE.finditer(text):
        piece = text[start : brace.start()]
        start = brace.end()
        if brace[0] == "{":
            selector = piece if depth == 0 else selector
            depth += 1
            continue
        depth = max(0, depth - 1)
        if depth or selector.strip().startswith("@"):
            is_ground_open = is_ground_open or "background" in piece
            continue
        for part in selector.split(","):
            simple = _SIMPLE.fullmatch(part.strip())
            if simple:
                rules.setdefault(simple[1], {}).update(_declarations(piece))
            else:
                is_ground_open = is_ground_open or "background" in piece
    return rules, is_ground_open
