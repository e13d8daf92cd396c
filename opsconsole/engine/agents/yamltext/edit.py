"""Small changes to a YAML text that leave everything else as it is written: comments, order, spacing.

Items and keys are added and taken out in `yamllists`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import yaml

Loc = tuple[int | str, ...]
Plain = str | int | float | bool | None
_WORD = re.compile(r"[A-Za-z][\w.@/-]*")
"""Read as a text wherever it stands, unless YAML knows it (`yes`, `null`)."""
_KEPT = re.compile(r"[|>]\d?\+")


def set_scalar(text: str, loc: Loc, value: str) -> str:
    """Put a text in the place of a scalar.

    Raises:
        LookupError: there is no scalar at that place.
    """
    node = node_at(text, loc)
    if not isinstance(node, yaml.ScalarNode):
        raise LookupError(f"no scalar at {loc}")
    return replaced(text, node, quoted(value))


def add_items(text: str, loc: Loc, key: str, items: Sequence[str]) -> str:
    """Add texts to the end of the sequence `key` of a mapping, which is made where there is none.

    Raises:
        LookupError: there is no mapping at that place.
    """
    node = node_at(text, loc)
    if not isinstance(node, yaml.MappingNode) or not node.value:
        raise LookupError(f"no mapping at {loc}")
    present = next((value for name, value in node.value if name.value == key), None)
    if isinstance(present, yaml.SequenceNode) and present.value:
        at = present.value[-1].end_mark.index
        if present.flow_style:
            return text[:at] + "".join(f", {quoted(item)}" for item in items) + text[at:]
        indent = " " * present.start_mark.column
        return insert_lines(text, at, [f"{indent}- {quoted(item)}" for item in items])
    if isinstance(present, yaml.SequenceNode):
        return text[: present.start_mark.index] + _listed(items) + text[present.end_mark.index :]
    first, name = node.value[0]
    if node.flow_style:
        at = name.end_mark.index
        return f"{text[:at]}, {key}: {_listed(items)}{text[at:]}"
    indent = " " * first.start_mark.column
    lines = [f"{indent}{key}:", *(f"{indent}  - {quoted(item)}" for item in items)]
    return insert_lines(text, _end_of(name), lines)


def put(text: str, loc: Sequence[str | int], value: Plain | Sequence[str]) -> str:
    """Put a scalar, or texts, at a place among mappings, which are made where they are missing, and items, which stay.

    Raises:
        LookupError: something else than a mapping, than such a value, or than an item, stands there.
    """
    node, depth = composed(text), 0
    while isinstance(node, yaml.CollectionNode) and depth < len(loc):
        inner = child(node, loc[depth])
        if inner is None and isinstance(node, yaml.MappingNode):
            return with_key(text, node, str(loc[depth]), _flow(loc[depth + 1 :], value))
        node, depth = inner, depth + 1
    are_texts = isinstance(value, Sequence) and not isinstance(value, str)
    if depth == len(loc) and isinstance(node, yaml.SequenceNode) and are_texts:
        return replaced(text, node, _plain(value))
    if not isinstance(node, yaml.ScalarNode):
        raise LookupError(f"no scalar at {loc}")
    if depth == len(loc):
        return replaced(text, node, _plain(value))
    if node.value:
        raise LookupError(f"no mapping at {loc[:depth]}")
    at = node.start_mark.index  # `actions:` and nothing after it
    gap = "" if text[at - 1 : at] == " " else " "
    return f"{text[:at]}{gap}{_flow(loc[depth:], value)}{text[node.end_mark.index :]}"


def with_key(text: str, node: yaml.MappingNode, key: str, value: str) -> str:
    """Add a key to the end of a mapping, with what is written as its value."""
    if node.flow_style:
        at = node.value[-1][1].end_mark.index if node.value else node.start_mark.index + 1
        return f"{text[:at]}{', ' if node.value else ''}{key}: {value}{text[at:]}"
    indent = " " * node.value[0][0].start_mark.column
    return insert_lines(text, leaf_end(text, node.value[-1][1]), [f"{indent}{key}: {value}"])


def leaf_end(text: str, node: yaml.Node) -> int:
    """Return where the last thing in a node ends that is written out."""
    is_block = isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value
    if not is_block:
        ends_block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
        is_kept = _KEPT.match(text, node.start_mark.index) is not None  # its empty lines are part of it
        end = node.end_mark.index  # of a block: on the line after it, and after the empty ones that it does not keep
        return len(text[:end].rstrip()) if ends_block and not is_kept else end
    last: Any = node.value[-1]
    return leaf_end(text, cast("yaml.Node", last[1] if isinstance(last, tuple) else last))


def replaced(text: str, node: yaml.Node, new: str) -> str:
    """Write something else where a node stands, which is no block of its own."""
    end = leaf_end(text, node)
    is_line = end > node.start_mark.index and text[end - 1 : end] == "\n"  # a block that keeps its empty lines
    return text[: node.start_mark.index] + new + ("\n" if is_line else "") + text[end:]


def _flow(keys: Sequence[str | int], value: Plain | Sequence[str]) -> str:
    """Return a value inside mappings, on one line."""
    return f"{{{keys[0]}: {_flow(keys[1:], value)}}}" if keys else _plain(value)


def flowed(value: Plain | Sequence[str] | Mapping[str, Plain | Sequence[str]]) -> str:
    """Return a value on one line: plain words as they are in lists and items, other texts in quotes."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {flowed(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, str):
        return value if _WORD.fullmatch(value) and yaml.safe_load(value) == value else quoted(value)
    return f"[{', '.join(map(flowed, value))}]" if isinstance(value, Sequence) else json.dumps(value)


def _plain(value: Plain | Sequence[str]) -> str:
    return quoted(value) if isinstance(value, str) else flowed(value)


def child(node: yaml.Node, part: str | int) -> yaml.Node | None:
    """Return what stands at a name of a mapping, or at a number of a sequence; None where there is nothing."""
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part]
    return None


def composed(text: str) -> yaml.Node | None:
    """Return a text's nodes with their marks, by the parser written in C where there is one: ten times as fast."""
    # It counts no byte order mark, so its places would lie beside what they mean.
    is_marked = text.startswith("\ufeff")
    loader = yaml.SafeLoader if is_marked else getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.compose(text, Loader=loader)


def node_at(text: str, loc: Sequence[str | int]) -> yaml.Node | None:
    """Return what stands at a place; None where there is nothing."""
    node = composed(text)
    for part in loc:
        node = None if node is None else child(node, part)
    return node


def _end_of(node: yaml.Node) -> int:
    """Return where what a node says ends; the mark of a block stands on the line after it."""
    return node.end_mark.index if isinstance(node, yaml.ScalarNode) else node.start_mark.index


def insert_lines(text: str, at: int, lines: Sequence[str]) -> str:
    """Put lines behind the line that a place is on."""
    end = text.find("\n", at - 1 if at and text[at - 1] == "\n" else at)
    head, tail = (text + "\n", "") if end < 0 else (text[: end + 1], text[end + 1 :])
    return head + "".join(f"{line}\n" for line in lines) + tail


def _listed(items: Sequence[str]) -> str:
    return f"[{', '.join(map(quoted, items))}]"


def quoted(value: str) -> str:
    """Return a text in double quotes, as JSON writes it; what YAML does not take as it is (NEL, U+2028) is escaped."""
    return "".join(dump if dump.isprintable() else _escaped(dump) for dump in json.dumps(value, ensure_ascii=False))


def _escaped(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
