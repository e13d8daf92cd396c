"""Items and keys of a YAML text are added and taken out; everything else stays as it is written, comments too."""

import re
from collections.abc import Mapping, Sequence
from typing import cast

import yaml

from opsconsole.engine.agents.yamltext.edit import Plain, flowed, insert_lines, replaced, with_key
from opsconsole.engine.agents.yamltext.nodes import dashes, leaf_end, line_end, line_of, node_at, pair_end

Item = str | Mapping[str, Plain | Sequence[str]]
BEFORE = "playbook"
"""The long part of a file: what is new at its top is written before it, not after hundreds of lines."""
_GAP = re.compile(r"(?:\s|#[^\n\r\x85\u2028\u2029]*)*")
_EMPTY_LINE = re.compile(r"[ \t]*\n?")


def add_item(text: str, loc: Sequence[str | int], item: Item) -> str:
    """Add an item to the end of the list at a place, which is made where there is none.

    Raises:
        LookupError: something else stands there.
    """
    node = node_at(text, loc)
    if isinstance(node, yaml.ScalarNode) and not node.value:
        return replaced(text, node, f"[{flowed(item)}]")
    if node is None:
        return _made(text, loc, item)
    if not isinstance(node, yaml.SequenceNode):
        raise LookupError(f"no list at {loc}")
    if node.flow_style and node.value:
        at = cast("yaml.Node", node.value[-1]).end_mark.index
        return f"{text[:at]}, {flowed(item)}{text[at:]}"
    if node.flow_style:
        return replaced(text, node, f"[{flowed(item)}]")
    dash = dashes(text, node)[-1]
    lines = _lines(item, " " * (dash - line_of(text, dash)))
    return insert_lines(text, leaf_end(text, node), lines)


def drop(text: str, loc: Sequence[str | int]) -> str:
    """Take an item or a key out, with the lines that say it; comments on lines of their own stay.

    Raises:
        LookupError: there is nothing at that place, or it is written in a way that cannot be taken out alone.
    """
    around, node = node_at(text, loc[:-1]), node_at(text, loc)
    if not isinstance(around, yaml.CollectionNode) or node is None:
        raise LookupError(f"nothing at {loc}")
    if isinstance(around, yaml.MappingNode):
        begin = next(name for name, _ in around.value if name.value == str(loc[-1]))
    else:
        begin = node
    if around.flow_style:
        return cut(text, begin.start_mark.index, node.end_mark.index)
    if len(around.value) == 1:
        return _emptied(text, loc, around, node)
    is_item = isinstance(around, yaml.SequenceNode)
    at = dashes(text, around)[cast("int", loc[-1])] if is_item else begin.start_mark.index
    first = line_of(text, at)
    if text[first:at].strip():
        raise LookupError(f"{loc} shares its line")  # `- name: x`, the first of an item
    return text[:first] + text[line_end(text, leaf_end(text, node)) :]


def _made(text: str, loc: Sequence[str | int], item: Item) -> str:
    """Make a list with one item, and the mapping around it where that is missing too."""
    *outer, name = map(str, loc)
    around, value = node_at(text, loc[:-1]), f"[{flowed(item)}]"
    if around is None and len(loc) == 2:
        return with_top(text, outer[0], f"{{{name}: {value}}}")
    if not isinstance(around, yaml.MappingNode):
        raise LookupError(f"no list can be made at {loc}")
    at = None if outer else _place(text, around)
    if at is None:
        return with_key(text, around, name, value)
    return text[:at] + "".join(f"{line}\n" for line in (f"{name}:", *_lines(item, "  "))) + text[at:]


def with_top(text: str, key: str, value: str) -> str:
    """Add a key at the top of a file, before its playbook.

    Raises:
        LookupError: the file is no mapping.
    """
    root = node_at(text, ())
    if not isinstance(root, yaml.MappingNode):
        raise LookupError("no mapping")
    at = _place(text, root)
    return with_key(text, root, key, value) if at is None else f"{text[:at]}{key}: {value}\n{text[at:]}"


def _place(text: str, root: yaml.MappingNode) -> int | None:
    """Return where a line can be put behind what stands before the playbook; None where nothing does."""
    names = [name.value for name, _ in root.value]
    at = names.index(BEFORE) if BEFORE in names else 0
    return line_end(text, pair_end(text, *root.value[at - 1])) if at and not root.flow_style else None


def _emptied(text: str, loc: Sequence[str | int], around: yaml.CollectionNode, node: yaml.Node) -> str:
    """Take the only thing out of a block: an empty one is written behind its key."""
    outer = node_at(text, loc[:-2]) if len(loc) > 1 else None
    if not isinstance(outer, yaml.MappingNode):
        raise LookupError(f"{loc} is all there is")
    key = next(name for name, _ in outer.value if name.value == str(loc[-2]))
    colon = text.index(":", key.end_mark.index) + 1
    at = dashes(text, around)[0] if isinstance(around, yaml.SequenceNode) else around.start_mark.index
    first = line_of(text, at)
    if first < colon:
        raise LookupError(f"{loc} shares its line")
    end = line_end(text, leaf_end(text, node))
    empty = "[]" if isinstance(around, yaml.SequenceNode) else "{}"
    return f"{text[:colon]} {empty}{text[colon:first]}{text[end:]}"


def cut(text: str, begin: int, end: int) -> str:
    """Take something out of brackets, with the comma that belongs to it and the line that it leaves empty."""
    gap = _GAP.match(text, end)
    after = end if gap is None else gap.end()
    if text[after : after + 1] == ",":
        tail = text[end:after] + text[after + 1 :].lstrip(" ") if after == end else text[end:after] + text[after + 1 :]
        head = text[:begin]
    else:
        head, tail = text[:begin], text[end:]
        bare = head.rstrip()
        if bare.endswith(",") and "#" not in bare.rpartition("\n")[2]:  # a comma too many is no fault
            head = bare[:-1]
    line = head.rpartition("\n")[2]
    rest = _EMPTY_LINE.match(tail)
    if "\n" in head and not line.strip() and rest is not None and rest.group().endswith("\n"):
        return head[: len(head) - len(line)] + tail[rest.end() :]
    return head + tail


def _lines(item: Item, indent: str) -> list[str]:
    if isinstance(item, str):
        return [f"{indent}- {flowed(item)}"]
    parts = [f"{key}: {flowed(value)}" for key, value in item.items()]
    return [f"{indent}{'  ' if at else '- '}{part}" for at, part in enumerate(parts)]
