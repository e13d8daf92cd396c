"""Small changes to a YAML text that leave everything else as it is written: comments, order, spacing.

Items and keys are added and taken out in `lists`, lists of texts changed in `items`.
"""

import json
import re
from collections.abc import Mapping, Sequence

import yaml

from opsconsole.domain.naming import decimals
from opsconsole.engine.agents.yamltext.nodes import (
    block_sign,
    child,
    composed,
    ended,
    is_line_end,
    is_unsaid,
    key_column,
    leaf_end,
    line_end,
    pair_end,
)

Plain = str | int | float | bool | None
_WORD = re.compile(r"[A-Za-z][\w.@/-]*")
"""Read as a text wherever it stands, unless YAML knows it (`yes`, `null`)."""


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
    return replaced(text, node, _flow(loc[depth:], value))  # `actions:` and nothing after it


def with_key(text: str, node: yaml.MappingNode, key: str, value: str) -> str:
    """Add a key to the end of a mapping, with what is written as its value."""
    said = f"{flowed(key)}: {value}"
    if node.flow_style:
        at = node.value[-1][1].end_mark.index if node.value else node.start_mark.index + 1
        return f"{text[:at]}{', ' if node.value else ''}{said}{text[at:]}"
    indent = " " * key_column(text, node.value[0][0])
    return insert_lines(text, pair_end(text, *node.value[-1]), [f"{indent}{said}"])


def replaced(text: str, node: yaml.Node, new: str) -> str:
    """Write something else where a node stands; a comment behind the sign of a block stays.

    Raises:
        LookupError: it is the value of a key that has no colon.
    """
    begin, end, sign = node.start_mark.index, leaf_end(text, node), block_sign(text, node)
    if begin == end and begin:
        if is_unsaid(text, node):
            raise LookupError("a key without a colon")
        new = new if text[begin - 1] in " \t" else f" {new}"
    if sign is not None and sign["comment"]:
        first, is_more, rest = new.partition("\n")
        new = f"{first}{sign['comment']}{is_more}{rest}"
    is_line = end > begin and is_line_end(text, end)  # a block that keeps its empty lines
    return text[:begin] + new + ("\n" if is_line else "") + text[end:]


def _flow(keys: Sequence[str | int], value: Plain | Sequence[str]) -> str:
    """Return a value inside mappings, on one line."""
    return f"{{{flowed(str(keys[0]))}: {_flow(keys[1:], value)}}}" if keys else _plain(value)


def flowed(value: Plain | Sequence[str] | Mapping[str, Plain | Sequence[str]]) -> str:
    """Return a value on one line: plain words as they are in lists and items, other texts in quotes."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{flowed(key)}: {flowed(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, str):
        return value if _WORD.fullmatch(value) and yaml.safe_load(value) == value else quoted(value)
    if isinstance(value, Sequence):
        return f"[{', '.join(map(flowed, value))}]"
    return decimals(value) if isinstance(value, float) else json.dumps(value)


def _plain(value: Plain | Sequence[str]) -> str:
    return quoted(value) if isinstance(value, str) else flowed(value)


def insert_lines(text: str, at: int, lines: Sequence[str]) -> str:
    """Put lines behind the line that a place is on."""
    end = line_end(text, at)
    if end == len(text):
        text = ended(text)
        end = len(text)
    return text[:end] + "".join(f"{line}\n" for line in lines) + text[end:]


def quoted(value: str) -> str:
    """Return a text in double quotes, as JSON writes it; what YAML does not take as it is (NEL, U+2028) is escaped."""
    return "".join(dump if dump.isprintable() else _escaped(dump) for dump in json.dumps(value, ensure_ascii=False))


def _escaped(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
