"""Where things stand in a YAML text: its nodes with their marks, and the lines that they are on."""

import re
from collections.abc import Sequence
from typing import Any, cast

import yaml

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line, and with it a comment, for YAML."""
_BREAKS = "\n\r\x85\u2028\u2029"
_ESCAPED_HALF = re.compile(r"\\u[dD][89abAB]")
_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_BLOCK = re.compile(r"(?:[!&]\S*[ \t]+)*(?P<sign>[|>])(?P<how>[-+\d]*)(?P<comment>[ \t]+#[^\n\r\x85\u2028\u2029]*)?")
"""The first line of a block."""
_TO_DASH = re.compile("(?:\\s|#[^\n\r\x85\u2028\u2029]*|[!&]\\S*)*-")
_ASKED = re.compile(r"\?[ \t]+$")


class WholeLoader(yaml.SafeLoader):
    """Reads a character that JSON escapes in two halves as one."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Make a node, as PyYAML asks for it."""
        node = super().compose_node(parent, index)
        if isinstance(node, yaml.ScalarNode):
            node.value = _HALVES.sub(_whole, node.value)
        return node


def _whole(halves: re.Match[str]) -> str:
    return halves.group().encode("utf-16", "surrogatepass").decode("utf-16")


def loader_for(text: str) -> Any:
    """Return what reads a text: the parser written in C where there is one, ten times as fast."""
    # It counts no byte order mark, so its places would lie beside what they mean; and it takes no character that JSON
    # escapes in two halves.
    is_odd = text.startswith("\ufeff") or _ESCAPED_HALF.search(text) is not None
    return WholeLoader if is_odd else getattr(yaml, "CSafeLoader", WholeLoader)


def composed(text: str) -> yaml.Node | None:
    """Return a text's nodes with their marks."""
    return yaml.compose(text, Loader=loader_for(text))


def child(node: yaml.Node, part: str | int) -> yaml.Node | None:
    """Return what stands at a name of a mapping, or at a number of a sequence; None where there is nothing."""
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part]
    return None


def node_at(text: str, loc: Sequence[str | int]) -> yaml.Node | None:
    """Return what stands at a place; None where there is nothing."""
    node = composed(text)
    for part in loc:
        node = None if node is None else child(node, part)
    return node


def leaf_end(text: str, node: yaml.Node) -> int:
    """Return where the last thing in a node ends that is written out."""
    if not (isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value):
        end = node.end_mark.index  # of a block: on the line after it, and after the empty ones that it does not keep
        sign = block_sign(text, node)
        return end if sign is None or "+" in sign["how"] else len(text[:end].rstrip())
    if isinstance(node, yaml.MappingNode):
        return pair_end(text, *node.value[-1])
    return leaf_end(text, cast("yaml.Node", node.value[-1]))


def pair_end(text: str, key: yaml.Node, value: yaml.Node) -> int:
    """Return where a key with its value ends."""
    return leaf_end(text, key if is_unsaid(text, value) else value)


def is_unsaid(text: str, node: yaml.Node) -> bool:
    """Return whether a key (`? key`) has not even a colon: the mark of its value stands on the line after it."""
    at = node.start_mark.index
    return node.end_mark.index == at and text[at - 1 : at] in ("", *_BREAKS)


def block_sign(text: str, node: yaml.Node) -> re.Match[str] | None:
    """Return the first line of a block in parts: its sign, how it ends, and the comment behind them."""
    is_block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    return _BLOCK.match(text, node.start_mark.index) if is_block else None


def key_column(text: str, key: yaml.Node) -> int:
    """Return the column in which a key begins, or the sign `?` before it."""
    at = key.start_mark.index
    asked = _ASKED.search(text, line_of(text, at), at)
    return key.start_mark.column - (0 if asked is None else len(asked.group()))


def dashes(text: str, node: yaml.SequenceNode) -> list[int]:
    """Return where the dashes of a list in lines stand.

    Raises:
        LookupError: they are not found.
    """
    found, at = list[int](), node.start_mark.index
    for item in node.value:
        dash = _TO_DASH.match(text, at)
        if dash is None:
            raise LookupError("no dash")
        found.append(dash.end() - 1)
        at = max(dash.end(), leaf_end(text, item))
    return found


def line_of(text: str, at: int) -> int:
    """Return where the line begins that a place is on."""
    return max(text.rfind(sign, 0, at) for sign in _BREAKS) + 1


def is_line_end(text: str, at: int) -> bool:
    """Return whether a place is behind what ends a line."""
    return text[at - 1 : at] in tuple(_BREAKS)


def line_end(text: str, at: int) -> int:
    """Return where the line after the one begins that a place is on; behind a break: that line itself."""
    if is_line_end(text, at):
        return at
    found = _BREAK.search(text, at)
    return len(text) if found is None else found.end()


def rest_of_line(text: str, at: int) -> str:
    """Return what stands behind a place on its line."""
    return text[at : line_end(text, at)]


def ended(text: str) -> str:
    """Return a text whose last line ends; a block that is last says what it said."""
    if not text or text[-1] in _BREAKS:
        return text
    node = composed(text)
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last: Any = node.value[-1]
        node = cast("yaml.Node", last[1] if isinstance(last, tuple) else last)
    sign = None if node is None else block_sign(text, node)
    if node is not None and sign is not None and node.end_mark.index == len(text) and "-" not in sign["how"]:
        begin, end = sign.span("how")
        text = f"{text[:begin]}{sign['how'].replace('+', '')}-{text[end:]}"
    return f"{text}\n"
