"""Small changes to a YAML text that leave everything else as it is written: comments, order, spacing."""

import json
import re
from collections.abc import Sequence
from typing import Any, cast

import yaml

Loc = tuple[int | str, ...]
_KEPT = re.compile(r"[|>]\d?\+")


def set_scalar(text: str, loc: Loc, value: str) -> str:
    """Put a text in the place of a scalar.

    Raises:
        LookupError: there is no scalar at that place.
    """
    node = _node(text, loc)
    if not isinstance(node, yaml.ScalarNode):
        raise LookupError(f"no scalar at {loc}")
    return text[: node.start_mark.index] + _quoted(value) + text[node.end_mark.index :]


def add_items(text: str, loc: Loc, key: str, items: Sequence[str]) -> str:
    """Add texts to the end of the sequence `key` of a mapping, which is made where there is none.

    Raises:
        LookupError: there is no mapping at that place.
    """
    node = _node(text, loc)
    if not isinstance(node, yaml.MappingNode) or not node.value:
        raise LookupError(f"no mapping at {loc}")
    present = next((value for name, value in node.value if name.value == key), None)
    if isinstance(present, yaml.SequenceNode) and present.value:
        at = present.value[-1].end_mark.index
        if present.flow_style:
            return text[:at] + "".join(f", {_quoted(item)}" for item in items) + text[at:]
        indent = " " * present.start_mark.column
        return _insert_lines(text, at, [f"{indent}- {_quoted(item)}" for item in items])
    if isinstance(present, yaml.SequenceNode):
        return text[: present.start_mark.index] + _listed(items) + text[present.end_mark.index :]
    first, name = node.value[0]
    if node.flow_style:
        at = name.end_mark.index
        return f"{text[:at]}, {key}: {_listed(items)}{text[at:]}"
    indent = " " * first.start_mark.column
    lines = [f"{indent}{key}:", *(f"{indent}  - {_quoted(item)}" for item in items)]
    return _insert_lines(text, _end_of(name), lines)


def put(text: str, loc: Sequence[str], value: str | int | float | bool | None) -> str:
    """Put a scalar at a place among mappings, which are made where they are missing.

    Raises:
        LookupError: something else than a mapping, or than a scalar, stands there.
    """
    node, depth = yaml.compose(text, Loader=yaml.SafeLoader), 0
    while isinstance(node, yaml.MappingNode) and depth < len(loc):
        inner = next((item for name, item in node.value if name.value == loc[depth]), None)
        if inner is None:
            return _with_key(text, node, loc[depth], _flow(loc[depth + 1 :], value))
        node, depth = inner, depth + 1
    if not isinstance(node, yaml.ScalarNode):
        raise LookupError(f"no scalar at {loc}")
    if depth == len(loc):
        return text[: node.start_mark.index] + _scalar(value) + text[node.end_mark.index :]
    if node.value:
        raise LookupError(f"no mapping at {loc[:depth]}")
    at = node.start_mark.index  # `actions:` and nothing after it
    gap = "" if text[at - 1 : at] == " " else " "
    return f"{text[:at]}{gap}{_flow(loc[depth:], value)}{text[node.end_mark.index :]}"


def _with_key(text: str, node: yaml.MappingNode, key: str, value: str) -> str:
    if node.flow_style:
        at = node.value[-1][1].end_mark.index if node.value else node.start_mark.index + 1
        return f"{text[:at]}{', ' if node.value else ''}{key}: {value}{text[at:]}"
    indent = " " * node.value[0][0].start_mark.column
    return _insert_lines(text, _leaf_end(text, node.value[-1][1]), [f"{indent}{key}: {value}"])


def _leaf_end(text: str, node: yaml.Node) -> int:
    """Return where the last thing in a node ends that is written out."""
    is_block = isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value
    if not is_block:
        ends_block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
        is_kept = _KEPT.match(text, node.start_mark.index) is not None  # its empty lines are part of it
        return node.end_mark.index - 1 if ends_block and not is_kept else node.end_mark.index
    last: Any = node.value[-1]
    return _leaf_end(text, cast("yaml.Node", last[1] if isinstance(last, tuple) else last))


def _flow(keys: Sequence[str], value: str | int | float | bool | None) -> str:
    """Return a scalar inside mappings, on one line."""
    return f"{{{keys[0]}: {_flow(keys[1:], value)}}}" if keys else _scalar(value)


def _scalar(value: str | int | float | bool | None) -> str:
    return _quoted(value) if isinstance(value, str) else json.dumps(value)


def _node(text: str, loc: Loc) -> yaml.Node | None:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            node = next((value for name, value in node.value if name.value == str(part)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        else:
            return None
    return node


def _end_of(node: yaml.Node) -> int:
    """Return where what a node says ends; the mark of a block stands on the line after it."""
    return node.end_mark.index if isinstance(node, yaml.ScalarNode) else node.start_mark.index


def _insert_lines(text: str, at: int, lines: Sequence[str]) -> str:
    end = text.find("\n", at - 1 if at and text[at - 1] == "\n" else at)
    head, tail = (text + "\n", "") if end < 0 else (text[: end + 1], text[end + 1 :])
    return head + "".join(f"{line}\n" for line in lines) + tail


def _listed(items: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, items))}]"


def _quoted(value: str) -> str:
    """Return a text in double quotes, as JSON writes it; what YAML does not take as it is (NEL, U+2028) is escaped."""
    return "".join(dump if dump.isprintable() else _escaped(dump) for dump in json.dumps(value, ensure_ascii=False))


def _escaped(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
