"""HTML mail to plain text. Nothing is fetched: scripts, styles, images and links are never followed.

The tree is stripped of all attributes and of layout tables before inscriptis lays it out, as crafted margins, indents
and column widths make megabytes of spaces out of little.
"""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any, cast

import lxml.html  # pyright: ignore[reportMissingTypeStubs]
from inscriptis.css_profiles import CSS_PROFILES  # pyright: ignore[reportMissingTypeStubs]
from inscriptis.html_engine import Inscriptis  # pyright: ignore[reportMissingTypeStubs]
from inscriptis.model.config import ParserConfig  # pyright: ignore[reportMissingTypeStubs]

from opsconsole.connectors.mailtext.clean import HIDDEN_TEXT
from opsconsole.connectors.mailtext.hidden import UNSEEN_TAGS, blank_hidden

MAX_HTML = 300_000
"""Characters of HTML that are read."""
MAX_INDENT = 6
MAX_CELLS = 400
MAX_CELL = 200

_INDENTS = frozenset({"ul", "ol", "dl", "menu", "dir", "dd", "li"})
_TABLE_PARTS = frozenset({"thead", "tbody", "tfoot", "tr", "caption", "td", "th"})
_XML = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_STANDARD = re.compile(r"<!doctype\s+html\s*(?:>|public[^>]{0,100}(?:xhtml|html 4\.01))", re.IGNORECASE)
"""A page that says so is shown as the standards say, any other with the habits of old browsers."""
_BREAK = re.compile(r"br\b|/(?:p|div|tr|li|h[1-6])\b")
_DROPPED = re.compile(r"script\b|style\b|head\b|!--")
_SPACE = re.compile(r"[ \t\xa0]+")
_GAPS = re.compile(r"\n{3,}")
_QUOTE_MARK = "> "
_INLINE = "a abbr b big code em font i img ins kbd label mark s small span strong sub sup tt u"
_WITHIN_A_LINE = frozenset(_INLINE.split())
NO_LAYOUT = "The mail's formatted text could not be laid out; it was read without its layout."


@dataclass(frozen=True, slots=True)
class Page:
    """The text of an HTML page, and what was wrong with it."""

    text: str
    problems: tuple[str, ...] = ()


def read_html(source: str, *, limit: int = MAX_HTML) -> Page:
    """Return the text that a person sees of an HTML mail, of its first `limit` characters. Never raises."""
    problems: list[str] = []
    if len(source) > limit:
        problems.append(f"The mail's formatted text is longer than {MAX_HTML} characters; the rest was not read.")
        source = source[:limit]
    source = _XML.sub("", source)
    if not source.strip():
        return Page("", tuple(problems))
    try:
        text, is_hiding = _rendered(source, problems)
    except Exception:
        problems.append(NO_LAYOUT)
        return Page(_crude(source), tuple(problems))
    if is_hiding:
        problems.append(HIDDEN_TEXT)
    elif not text.strip() and len(rough := _crude(source)) > 20:
        problems.append(NO_LAYOUT)
        text = rough
    return Page(text, tuple(problems))


def _rendered(source: str, problems: list[str]) -> tuple[str, bool]:
    # lxml has no type stubs. `huge_tree` lets elements stand 2,048 deep, not only 256; what it holds is short.
    parser: Any = lxml.html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    root: Any = cast(Any, lxml.html).document_fromstring(source, parser=parser)
    if any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log):
        raise ValueError("The parser stopped within the page.")
    _gather(root)
    is_hiding = blank_hidden(root, is_quirky=_STANDARD.search(source[:2_000]) is None)
    for node in list(root.iter(*UNSEEN_TAGS)):
        if node.getparent() is not None:
            node.drop_tree()
    quotes = _quotes(root)
    _flatten_tables(root)
    _limit_indents(root)
    for node in root.iter():
        node.attrib.clear()
    try:
        for quote in quotes:
            _mark_quote(quote)
        return _laid_out(root), is_hiding
    except RecursionError:
        problems.append(NO_LAYOUT)
        return _run(root), is_hiding


def _gather(root: Any) -> None:
    """Take in what stands after the end of the page: people see it, the parser puts it beside the root."""
    body = root.find("body")
    for beside in list(root.itersiblings()):
        (root if body is None else body).append(beside)


def _run(root: Any) -> str:
    """Return the text of a tree line by line, where it is too deep to be laid out."""
    kept: list[str] = []
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            kept.append(node)
            continue
        end = "" if node.tag in _WITHIN_A_LINE else "\n"
        kept.append(end + (node.text or ""))
        stack.append(end + (node.tail or ""))
        stack.extend(reversed(node))
    return _tidy("".join(kept))


def _laid_out(root: Any) -> str:
    config = ParserConfig(css=CSS_PROFILES["strict"].copy())
    text: str = Inscriptis(root, config).get_text()
    rows = [_SPACE.sub(" ", row).rstrip() if "\xa0" in row else row.rstrip() for row in text.split("\n")]
    return _GAPS.sub("\n\n", "\n".join(rows)).strip("\n")


def _quotes(root: Any) -> list[Any]:
    """Find what mail programs mark as quoted: the outermost of them, where there are not too many."""
    found = [
        node
        for node in root.iter("blockquote")
        if node.get("type", "").lower() == "cite" or "quote" in node.get("class", "").lower()
    ]
    chosen = set(found[:50])
    return [node for node in found[:50] if not any(above in chosen for above in node.iterancestors())]


def _mark_quote(quote: Any) -> None:
    tail, quote.tail = quote.tail, None
    text = _laid_out(quote)
    quote.tail = tail
    for child in list(quote):
        quote.remove(child)
    quote.tag = "pre"
    quote.text = "\n".join(_QUOTE_MARK + row for row in text.split("\n"))


def _flatten_tables(root: Any) -> None:
    """Turn tables that are layout, or too large to draw with columns, into lines."""
    for table in list(root.iter("table")):
        if _is_data(table):
            continue
        has_inner = next(table.iterdescendants("table", "div", "p"), None) is not None
        for node in [table, *_own_parts(table)]:
            if node.tag in ("td", "th"):
                node.tag = "div" if has_inner else "span"
                node.tail = f" {node.tail or ''}"
            else:
                node.tag = "div"


def _own_parts(table: Any) -> list[Any]:
    """Return the groups, rows and cells of a table, not those of tables within it."""
    parts: list[Any] = []
    level: list[Any] = [table]
    for _ in range(3):
        level = [node for above in level for node in above if node.tag in _TABLE_PARTS]
        parts.extend(level)
        level = [node for node in level if node.tag not in ("td", "th")]
    return parts


def _is_data(table: Any) -> bool:
    if next(table.iterdescendants("table"), None) is not None or next(table.iterancestors("table"), None) is not None:
        return False
    lengths: list[int] = []
    for cell in table.iterdescendants("td", "th"):
        lengths.append(len("".join(cell.itertext())))
        if len(lengths) > MAX_CELLS or lengths[-1] > MAX_CELL:
            return False
    return len(lengths) > 1 and len(lengths) * max(lengths) <= 4 * sum(lengths) + 4_000


def _limit_indents(root: Any) -> None:
    depth: dict[Any, int] = {}
    for node in root.iter():
        above = node.getparent()
        level = depth.get(above, 0)
        if node.tag in _INDENTS:
            level += 1
            if level > MAX_INDENT * 2:
                node.tag = "div"
        depth[node] = level


def _crude(source: str) -> str:
    """Drop tags without building a tree; what is opened and not closed is dropped to the end, as a screen does."""
    kept: list[str] = []
    dropping = ""
    for place, piece in enumerate(source.split("<")):
        tag = piece[:12].lower()
        if dropping == "!--":
            _, closed, piece = piece.partition("-->")
            dropping = "" if closed else dropping
            kept.append(piece)
            continue
        if dropping:
            dropping = "" if tag.startswith(f"/{dropping}") else dropping
            continue
        if place == 0 or not (tag[:1].isalpha() or tag[:1] in ("/", "!", "?")):
            kept.append(piece if place == 0 else f"<{piece}")
            continue
        if opened := _DROPPED.match(tag):
            dropping = opened[0]
            if dropping == "!--" and "-->" in piece:
                dropping = ""
                kept.append(piece.partition("-->")[2])
            continue
        kept.append("\n" if _BREAK.match(tag) else " ")
        kept.append(piece.partition(">")[2])
    return _tidy(unescape("".join(kept)))


def _tidy(text: str) -> str:
    rows = [_SPACE.sub(" ", row).strip() for row in text.split("\n")]
    return _GAPS.sub("\n\n", "\n".join(rows)).strip()
