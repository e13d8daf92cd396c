"""The style sheets of an HTML mail: what each element is told, in the order in which rules win over each other.

Read as a browser reads it (tinycss2, cssselect2): escapes, comments, any selector, and `@media` for a wide screen.
Bounded, because a stranger writes it: what is over the bounds is not looked into, and that is told.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import cssselect2 as _cssselect2  # pyright: ignore[reportMissingTypeStubs]
import tinycss2 as _tinycss2  # pyright: ignore[reportMissingTypeStubs]

from opsconsole.connectors.mailtext import doubts

# Neither has type stubs.
cssselect2: Any = _cssselect2
tinycss2: Any = _tinycss2

MAX_SHEET = 100_000
MAX_RULES = 3_000
MAX_MATCHED = 400_000
"""Elements times rules that must be tried for every element (no id, class or tag to go by)."""
MAX_TRIED = 2_000_000
"""Elements times all rules: some two seconds at worst."""
MAX_COUNTED = 2_000
"""Elements up to which rules are tried that look at all elements beside one: their cost grows with the square."""
MAX_STYLE = 2_000
"""Characters of an element's own `style`."""
WIDTH = 1_200
"""Pixels of the screen that `@media` is asked about."""
_READ = (
    "all background background-color background-image clip clip-path color content-visibility display filter float font"
    " font-size height left letter-spacing line-height margin-left margin-top mask mask-image max-height max-width"
    " opacity overflow overflow-x overflow-y position right rotate scale text-indent top bottom transform translate"
    " visibility -webkit-clip-path -webkit-mask -webkit-mask-image -webkit-text-fill-color -webkit-transform"
    " width z-index zoom"
)
_SIDES = ("top", "right", "bottom", "left")
_LOGICAL = {
    f"{before}{ours}": f"{before}{theirs}"
    for before in ("", "min-", "max-")
    for ours, theirs in (("block-size", "height"), ("inline-size", "width"))
} | {
    f"{kind}-{way}-{end}": f"{prefix}{side}"
    for kind, prefix in (("margin", "margin-"), ("inset", ""))
    for way, end, side in (
        ("block", "start", "top"), ("inline", "end", "right"), ("block", "end", "bottom"), ("inline", "start", "left")
    )
}  # fmt: skip
"""Names by the direction of writing, and those of the sides that they mean in most languages."""
READ = frozenset(_READ.split()) | frozenset(_LOGICAL) | {"margin", "inset"} | doubts.READ
"""Properties that can hide a text; others are not kept."""
_COUNTS = re.compile(r":(?:nth|has|[a-z]+-of-type|only)|~")
HEIGHT = 800
_PIXELS = re.compile(r"\((min|max)-(?:device-)?(width|height):(\d{1,6})(?:\.\d+)?(px|em|rem)?\)")
_RANGE = re.compile(r"\((width|height)([<>])=?(\d{1,6})(?:\.\d+)?(px|em|rem)?\)")
_NEVER = re.compile(r"\(orientation:portrait\)|\((?:any-)?hover:none\)|\((?:any-)?pointer:(?:coarse|none)\)")
"""What does not hold on a wide screen with a mouse."""
_IS_NOT = re.compile(r"\s*not\s*\([^()]*\)\s*$", re.IGNORECASE)
"""`@supports not (…)`: mail programs that are up to date support what is asked."""
_INSIDE = frozenset({"media", "supports", "layer", "container", "scope", "document"})
_ORDERED = frozenset({"layer", "container", "scope"})
"""Blocks that hold, or win over others, by rules that are not followed here."""
Declarations = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Sheet:
    """The rules of a mail's style sheets, by element."""

    is_whole: bool = True
    """Everything was looked into."""
    _matcher: Any = field(default_factory=cssselect2.Matcher)
    _elements: dict[Any, Any] = field(default_factory=dict[Any, Any])
    _rules: int = 0
    _counting: list[tuple[Any, Any]] = field(default_factory=list[tuple[Any, Any]])

    def declared(self, node: Any) -> dict[str, str]:
        """Return what an element is told: property → value in small letters, without blanks; its own style included."""
        normal: dict[str, str] = {}
        important: dict[str, str] = {}
        element = self._elements.get(node)
        if element is not None:
            matches = self._matcher.match(element)
            for _, _, _, (_, usual, strong) in sorted(matches, key=lambda match: (match[0], match[3][0])):
                normal.update(usual)
                important.update(strong)
        style: str = node.attrib.get("style", "")
        if style:
            self.is_whole = self.is_whole and len(style) <= MAX_STYLE
            usual, strong = declarations(style[:MAX_STYLE])
            normal.update(usual)
            important.update(strong)
        return normal | important

    def add(self, text: str) -> None:
        """Take the rules of one style sheet in."""
        self.is_whole = self.is_whole and len(text) <= MAX_SHEET
        nodes = tinycss2.parse_stylesheet(text[:MAX_SHEET], skip_comments=True, skip_whitespace=True)
        self._take(nodes, depth=0)

    def _take(self, nodes: list[Any], *, depth: int) -> None:
        for node in nodes:
            if node.type == "qualified-rule":
                self._take_rule(node)
            elif node.type == "at-rule" and node.content is not None and node.lower_at_keyword in _INSIDE:
                if node.lower_at_keyword == "media" and not is_for_screen(tinycss2.serialize(node.prelude)):
                    continue
                if node.lower_at_keyword == "supports" and _IS_NOT.match(tinycss2.serialize(node.prelude)):
                    continue
                if node.lower_at_keyword in _ORDERED and self.is_whole:
                    self.is_whole = not _touches(node.content)
                if depth > 4:
                    self.is_whole = False
                    continue
                inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
                self._take(inner, depth=depth + 1)

    def _take_rule(self, rule: Any) -> None:
        if any(node.type == "{} block" for node in rule.content):
            self.is_whole = False  # rules within a rule
        usual, strong = _declared(rule.content)
        if not usual and not strong:
            return
        self._rules += 1
        body = (self._rules, usual, strong)
        if self._rules > MAX_RULES:
            self.is_whole = False
            return
        try:
            selectors = cssselect2.compile_selector_list(rule.prelude)
        except cssselect2.SelectorError:
            return  # as a browser does
        is_counting = _COUNTS.search(tinycss2.serialize(rule.prelude).lower()) is not None
        for selector in selectors:
            if selector.pseudo_element is not None or selector.never_matches:
                continue
            if is_counting:
                self._counting.append((selector, body))
            else:
                self._matcher.add_selector(selector, body)

    def look_at(self, root: Any) -> None:
        """Take the elements of a mail in, where rules are to be tried on them."""
        if not self._rules:
            return
        wrapped = list(cssselect2.ElementWrapper.from_html_root(root).iter_subtree())
        if len(wrapped) <= MAX_COUNTED:
            for selector, body in self._counting:
                self._matcher.add_selector(selector, body)
        elif self._counting:
            self.is_whole = False
        is_much = self._rules * len(wrapped) > MAX_TRIED
        if is_much or len(self._matcher.other_selectors) * len(wrapped) > MAX_MATCHED:
            self.is_whole = False
            return
        self._elements = {element.etree_element: element for element in wrapped}


def sheet_of(root: Any) -> Sheet:
    """Read the style sheets in a mail."""
    sheet = Sheet()
    for node in root.iter("style"):
        if node.get("type", "text/css").strip().lower() not in ("", "text/css") or not is_for_screen(
            node.get("media", "")
        ):
            continue
        sheet.add((node.text or "").replace("<!--", "").replace("-->", ""))
    sheet.look_at(root)
    return sheet


def _touches(content: Any) -> bool:
    """Return whether a block says of anything whether it is shown."""
    said = tinycss2.serialize(content).lower()
    return re.search(r"\b(?:display|visibility|opacity|color|font-size)\s*:", said) is not None


def is_for_screen(query: str) -> bool:
    """Return whether a media query can hold on a wide screen, in light colours; what is not known can."""
    said = "".join(query.lower().split())
    return not said or any(_holds(part) for part in said.split(","))


def _holds(query: str) -> bool:
    is_not = query.startswith("not") and not query.startswith("not(")
    kind = query.removeprefix("not").removeprefix("only")
    holds = not kind.startswith(("print", "speech", "tty", "braille", "tv")) and "prefers-color-scheme:dark" not in kind
    holds = holds and _NEVER.search(kind) is None
    ranges = [(way, "min" if sign == ">" else "max", *size) for way, sign, *size in _RANGE.findall(kind)]
    for way, bound, number, unit in [(way, bound, *size) for bound, way, *size in _PIXELS.findall(kind)] + ranges:
        pixels, screen = int(number) * (16 if unit in ("em", "rem") else 1), WIDTH if way == "width" else HEIGHT
        holds = holds and (pixels <= screen if bound == "min" else pixels >= screen)
    return holds != is_not


@lru_cache(maxsize=512)
def declarations(style: str) -> tuple[Declarations, Declarations]:
    """Return what a `style` attribute declares: the usual, and what is `!important`."""
    return _declared(style)


def _declared(content: Any) -> tuple[Declarations, Declarations]:
    found: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for name, value, is_important in _each(content):
        found[is_important][name] = value
    return tuple(found[0].items()), tuple(found[1].items())


def _each(content: Any) -> Iterator[tuple[str, str, bool]]:
    for node in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if node.type == "declaration" and (node.lower_name in READ or node.name.startswith("--")):
            name = node.name if node.name.startswith("--") else node.lower_name
            for part, value in _parts(name, plain(node.value)):
                yield part, value, bool(node.important)


def _parts(name: str, value: str) -> Iterator[tuple[str, str]]:
    """Give the sides that a short form sets, under the names that are looked at."""
    if name not in ("margin", "inset") or "(" in value or not value:
        yield _LOGICAL.get(name, name), value
        return
    values = value.split()
    for place, side in enumerate(_SIDES):
        given = values[place] if place < len(values) else values[place % 2 if len(values) > 1 else 0]
        yield side if name == "inset" else f"margin-{side}", given


def plain(value: Any) -> str:
    """Return a value in small letters, its parts set apart by one blank."""
    return " ".join(tinycss2.serialize(value).lower().split())


def with_variables(style: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """Return a style with `var(--x)` filled in; what is not known is left."""
    return {name: _filled(value, known) for name, value in style.items() if not name.startswith("--")}


_VARIABLE = re.compile(r"var\(\s*(--[^\s,()]{1,100})\s*(?:,\s*([^()]{0,100}))?\)")


def _filled(value: str, known: Mapping[str, str]) -> str:
    for _ in range(4):
        if "var(" not in value or len(value) > MAX_STYLE:
            break
        value = _VARIABLE.sub(lambda match: known.get(match[1], match[2] or ""), value)
    return value
