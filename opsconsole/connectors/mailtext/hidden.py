"""Text in an HTML mail that a person does not see: a usual place for instructions meant for machines.

What hides it is taken out of the text, and told. A text whose background cannot be told counts as seen.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from opsconsole.connectors.mailtext import cssvalues as css
from opsconsole.connectors.mailtext import doubts
from opsconsole.connectors.mailtext.stylesheet import Sheet, sheet_of, with_variables

LEAST_CONTRAST = 1.25
"""Below this contrast (1 to 21) of text and ground nobody reads it; the palest text in common use has 1.6."""
_DIGITS = ".0123456789"
_WORD = re.compile(r"\w")
_TAGS = (
    "script style head title template iframe object embed svg math"
    " rp datalist noframes noembed audio video canvas progress meter"
)
UNSEEN_TAGS = tuple(_TAGS.split())
"""Elements whose text is code, a choice, or stands in for what mail programs do not play: left out without a word."""
_CELLS = frozenset({"td", "th"})
_FREE_HEIGHT = {"height": "auto", "max-height": "none"}
_WORDS = frozenset({"a", "b", "em", "font", "i", "small", "span", "strong", "u"})
_WHITE, _BLACK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)
_NO_COLOUR = frozenset({"transparent", "none", "inherit", "initial", "unset", "currentcolor"})
_HEX = re.compile(r"[0-9a-f]{6}|[0-9a-f]{3}")


@dataclass(frozen=True, slots=True)
class _State:
    """What an element's text inherits."""

    is_gone: bool = False
    opacity: float = 1.0
    is_tiny: bool = False
    is_flat: bool = False
    is_invisible: bool = False
    is_clear: bool = False
    alpha: float = 1.0
    colour: css.Colour | None = _BLACK
    body_colour: css.Colour | None = _BLACK
    ground: css.Colour | None = _WHITE
    is_on_ground: bool = False
    """An element around it has a ground of its own, behind which it can lie; that of the body lies behind all."""
    is_doubtful: bool = False
    is_behind: bool = False
    """It lies behind whatever stands in the same place."""
    is_cutting: bool = False
    """An element around it cuts what stands out of it."""
    is_laid_out: bool = False
    """The element around it lays its children out as boxes of their own, whatever they are."""
    variables: tuple[tuple[str, str], ...] = ()

    @property
    def is_seen(self) -> bool:
        if self.is_gone or self.is_tiny or self.is_flat or self.is_invisible or self.is_clear or self.opacity < 0.05:
            return False
        if self.colour is None or self.ground is None:
            return True
        shown = css.blended(self.colour, self.ground, self.opacity * self.alpha)
        return css.contrast(shown, self.ground) >= LEAST_CONTRAST


def blank_hidden(root: Any, *, is_quirky: bool = False) -> bool:
    """Take text out of the tree that a person would not see.

    Args:
        root: the tree; it is changed.
        is_quirky: it is shown as before style sheets were common, where a table takes its colour from the body
            (Quirks Mode Standard, "the tables inherit color from body quirk").

    Returns:
        Whether there was hidden text, or may be.
    """
    sheet = sheet_of(root)
    is_hiding = is_behind = has_grounds = False
    stack: list[tuple[Any, _State]] = [(root, _State())]
    while stack:
        node, above = stack.pop()
        if node.tag in UNSEEN_TAGS:
            continue
        if is_quirky and node.tag == "table":
            above = replace(above, colour=above.body_colour, is_clear=False, alpha=1.0)
        state = _state(node, above, sheet)
        if node.tag == "body":
            state = replace(state, body_colour=state.colour, is_on_ground=False)
        has_grounds = has_grounds or state.is_on_ground
        is_behind = is_behind or (state.is_behind and _WORD.search(node.text or "") is not None)
        if not state.is_seen:
            if node.text and _WORD.search(node.text):
                is_hiding = True
            node.text = None
        is_hiding = is_hiding or (state.is_doubtful and _WORD.search(node.text or "") is not None)
        summary = _summary(node)
        for child in node:
            inside = state if summary is None or child is summary else replace(state, is_gone=True)
            if child.tail and (summary is not None or not state.is_seen):
                is_hiding = is_hiding or _WORD.search(child.tail) is not None
                child.tail = None
            is_hiding = is_hiding or (state.is_doubtful and _WORD.search(child.tail or "") is not None)
            stack.append((child, inside))
    return is_hiding or (is_behind and has_grounds) or not sheet.is_whole


def _summary(node: Any) -> Any:
    """Return what is seen of a closed `<details>`; None for any other element, or an open one."""
    if node.tag != "details" or "open" in node.attrib:
        return None
    return next((child for child in node if child.tag == "summary"), node)


def _state(node: Any, above: _State, sheet: Sheet) -> _State:
    attributes = node.attrib
    style = sheet.declared(node)
    is_laid_out = any(word in style.get("display", "") for word in ("flex", "grid"))
    state = above if above.is_laid_out == is_laid_out else replace(above, is_laid_out=is_laid_out)
    if not attributes and not style:
        return state if node.tag != "dialog" else replace(state, is_gone=True)
    if any(name.startswith("--") for name in style):
        own = {name: value for name, value in style.items() if name.startswith("--")}
        state = replace(state, variables=tuple({**dict(state.variables), **own}.items()))
    if style:
        style = with_variables(style, dict(state.variables))
    if "hidden" in attributes or "popover" in attributes or (node.tag == "dialog" and "open" not in attributes):
        state = replace(state, is_gone=True)
    if style:
        if not above.is_laid_out and _is_uncut(node.tag, style):
            # Beside wider cells, or in a table of fixed columns, a cell's width does cut.
            sheet.is_whole = sheet.is_whole and not (node.tag in _CELLS and _is_cut({**style, **_FREE_HEIGHT}))
            style = {name: value for name, value in style.items() if not name.startswith("overflow")}
        state = _styled(state, style)
        if doubts.is_doubtful(style) or (above.is_cutting and doubts.is_perhaps_out(style)):
            state = replace(state, is_doubtful=True)
        if _is_behind(style):
            state = replace(state, is_behind=True)
        if any(style.get(name) in ("hidden", "clip") for name in ("overflow", "overflow-x", "overflow-y")):
            state = replace(state, is_cutting=True)
    return _coloured(state, style, attributes)


def _styled(state: _State, style: Mapping[str, str]) -> _State:
    if _is_gone(style) or (state.is_on_ground and _is_behind(style)):
        state = replace(state, is_gone=True)
    if (opacity := css.share(style.get("opacity"))) is not None:
        state = replace(state, opacity=state.opacity * max(0.0, min(1.0, opacity)))
    if (size := style.get("font-size") or _font_size(style.get("font"))) is not None:
        state = replace(state, is_tiny=_is_tiny(size))
    if (spacing := css.pixels(style.get("letter-spacing"))) is not None and spacing <= -5:
        state = replace(state, is_tiny=True)
    if (height := style.get("line-height") or _line_height(style.get("font"))) is not None:
        state = replace(state, is_flat=_is_flat(height))
    if (shown := style.get("visibility")) is not None:
        state = replace(state, is_invisible=shown in ("hidden", "collapse"))
    return state


def _coloured(state: _State, style: Mapping[str, str], attributes: Any) -> _State:
    said = style.get("-webkit-text-fill-color") or style.get("color") or attributes.get("color")
    if (said := said or attributes.get("text")) is not None and (said := said.lower().strip()) != "inherit":
        found = css.colour(_with_mark(said))
        is_clear = found is not None and found[1] < 0.05
        alpha = 1.0 if found is None else min(1.0, found[1])
        state = replace(state, colour=found[0] if found is not None else None, is_clear=is_clear, alpha=alpha)
    has_ground = "bgcolor" in attributes or any(name.startswith("background") for name in (*style, *attributes))
    return replace(
        state, ground=_ground(state.ground, style, attributes), is_on_ground=state.is_on_ground or has_ground
    )


def _ground(above: css.Colour | None, style: Mapping[str, str], attributes: Any) -> css.Colour | None:
    """Return the colour behind a text; None where it cannot be told."""
    plain = style.get("background-color") or attributes.get("bgcolor", "").lower().strip()
    whole = style.get("background", "")
    image = style.get("background-image") or ("url(" if "background" in attributes else whole)
    said = next((part for part in (plain, *_parts(whole)) if css.colour(_with_mark(part)) is not None), "")
    if "gradient(" in image:
        colours = [found for part in _parts(image) if (found := css.colour(part)) is not None and found[1] > 0.9]
        same = {found[0] for found in colours}
        return same.pop() if len(same) == 1 else None
    if said and said not in _NO_COLOUR:
        found = css.colour(_with_mark(said))
        return found[0] if found is not None and found[1] > 0.9 else above if found and found[1] < 0.05 else None
    return None if "url(" in image else above


_PARTS = re.compile(r"(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\([^()]{0,100}\)|#?[a-z0-9]+")


def _parts(value: str) -> list[str]:
    return _PARTS.findall(value[:500])


def _with_mark(said: str) -> str:
    """Old attributes, and style sheets of old mails, leave the `#` out."""
    return f"#{said}" if _HEX.fullmatch(said) else said


def _is_gone(style: Mapping[str, str]) -> bool:
    if style.get("display") == "none" or style.get("content-visibility") == "hidden":
        return True
    if _is_cut(style) or css.is_clipped_away(style.get("clip-path") or style.get("-webkit-clip-path")):
        return True
    if css.is_moved_away(style.get("transform") or style.get("-webkit-transform")):
        return True
    if css.is_filtered_away(style.get("filter")) or _is_masked(style):
        return True
    if css.is_far(style.get("translate")) or css.is_turned_away(style.get("rotate")):
        return True
    if any(abs(size) < 0.05 for name in ("scale", "zoom") for size, _ in css.numbers(style.get(name) or "")):
        return True
    return _is_out(style)


def _is_uncut(tag: Any, style: Mapping[str, str]) -> bool:
    """Return whether an element's size cuts nothing: a cell grows with its text, words within a line have no size."""
    is_block = style.get("display", "inline") not in ("inline", "table-cell") or style.get("float", "none") != "none"
    if is_block or style.get("position") in ("absolute", "fixed"):
        return False
    return tag in _CELLS or tag in _WORDS


def _is_cut(style: Mapping[str, str]) -> bool:
    overflows = " ".join(style.get(name, "") for name in ("overflow", "overflow-x", "overflow-y"))
    if not any(word in overflows for word in ("hidden", "clip", "auto", "scroll")):
        return False
    sizes = [css.pixels(style.get(name)) for name in ("max-height", "height", "max-width", "width")]
    is_small = any(size is not None and size <= 1 for size in sizes) or any(
        css.share(style.get(name)) == 0 for name in ("max-height", "height", "max-width", "width")
    )
    return is_small or css.is_far(style.get("text-indent"))


def _is_masked(style: Mapping[str, str]) -> bool:
    masks = " ".join(style.get(name, "") for name in ("mask", "mask-image", "-webkit-mask", "-webkit-mask-image"))
    found = [colour for part in _parts(masks) if (colour := css.colour(part)) is not None]
    return bool(found) and all(opacity < 0.05 for _, opacity in found)


def _is_out(style: Mapping[str, str]) -> bool:
    """It lies outside of what is looked at."""
    if any(css.is_far(style.get(name), is_negative=True) for name in ("text-indent", "margin-left", "margin-top")):
        return True
    position = style.get("position")
    if position in ("absolute", "fixed") and css.is_rect_empty(style.get("clip")):
        return True
    if position in ("absolute", "fixed", "relative", "sticky"):
        sides = ("left", "top", "right", "bottom")
        return any(css.is_far(style.get(name), is_negative=position == "relative") for name in sides)
    return False


def _is_behind(style: Mapping[str, str]) -> bool:
    depth = css.share(style.get("z-index"))
    return depth is not None and depth < 0 and style.get("position", "static") != "static"


def _font_size(font: str | None) -> str | None:
    """Return the size in the short form: `italic 12px/1.5 Arial`."""
    return next(
        (part.partition("/")[0] for part in (font or "").split() if part[:1].isdigit() or part[:1] == "."), None
    )


def _line_height(font: str | None) -> str | None:
    return next((part.partition("/")[2] for part in (font or "").split() if "/" in part and part[0] in _DIGITS), None)


def _is_tiny(said: str) -> bool:
    found = css.numbers(said)
    if "(" in said:
        return css.pixels(said) == 0
    if len(found) != 1:
        return False
    number, unit = found[0]
    if unit in ("em", "rem", "vw", "vh", "%"):
        return number < (5 if unit == "%" else 0.1)
    return (css.pixels(said) or 0.0) < 2


def _is_flat(said: str) -> bool:
    found = css.numbers(said)
    if "(" in said or len(found) != 1:
        return css.pixels(said) == 0
    number, unit = found[0]
    if unit in ("", "em", "rem", "%"):
        return number < (5 if unit == "%" else 0.1)
    return (css.pixels(said) or 0.0) < 1.5
