"""What forms change in a file: lists whose items keep their place and comments, and the file read again as a proof."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import yaml

from opsconsole.engine.agents.yamltext.edit import Plain, flowed, insert_lines, put, quoted, replaced, with_key
from opsconsole.engine.agents.yamltext.file import Loc
from opsconsole.engine.agents.yamltext.items import change_items
from opsconsole.engine.agents.yamltext.lists import with_top
from opsconsole.engine.agents.yamltext.nodes import child, key_column, loader_for, node_at, pair_end

ODD = (
    "This file is written in a way that the form cannot change without touching more than that. Change it in the file,"
    " under Playbook."
)


def read_plain(text: str) -> Any:
    """Return what a file says, as plain values."""
    return yaml.load(text, Loader=loader_for(text))  # noqa: S506


def change_texts(text: str, loc: Sequence[str | int], before: Sequence[str], after: Sequence[str]) -> str:
    """Change a list of texts: what stays keeps its place and its comments.

    Raises:
        LookupError: the file is written in a way that cannot be changed so.
    """
    if tuple(before) == tuple(after):
        return text
    if before:
        return change_items(text, loc, before, after)
    if len(loc) == 2 and loc[0] not in read_plain(text):
        return with_top(text, str(loc[0]), f"{{{loc[1]}: {flowed(after)}}}")
    return put(text, loc, after)


def put_all(text: str, values: Mapping[Loc, Plain]) -> str:
    """Put values at places; the file then says them, and else what it said.

    Raises:
        LookupError: it is written in a way that cannot be changed so; nothing was changed.
    """
    try:
        made, expected = text, read_plain(text)
        for place, value in values.items():
            made = put(made, place, value)
            expected = _with(expected, place, value)
        return proved(made, expected)
    except (ValueError, TypeError, yaml.YAMLError) as error:
        raise LookupError(ODD) from error


def set_text(text: str, loc: Loc, value: str) -> str:
    """Put a text in the place of a scalar.

    Raises:
        LookupError: there is no scalar at that place, or the file would say something else besides.
    """
    node = node_at(text, loc)
    if not isinstance(node, yaml.ScalarNode):
        raise LookupError(f"no scalar at {loc}")
    return proved(replaced(text, node, quoted(value)), _with(read_plain(text), loc, value))


def add_texts(text: str, loc: Loc, key: str, items: Sequence[str]) -> str:
    """Add texts to the end of the list `key` of a mapping, which is made where there is none.

    Raises:
        LookupError: there is no mapping at that place, or the file would say something else besides.
    """
    node, body = node_at(text, loc), read_plain(text)
    if not isinstance(node, yaml.MappingNode) or not node.value:
        raise LookupError(f"no mapping at {loc}")
    here, present = (*loc, key), child(node, key)
    before = list(_at(body, loc).get(key) or ())
    if present is not None:
        made = change_texts(text, here, before, [*before, *items])
    elif node.flow_style:
        made = with_key(text, node, key, flowed(items))
    else:
        first, value = node.value[0]
        indent = " " * key_column(text, first)
        lines = [f"{indent}{key}:", *(f"{indent}  - {quoted(item)}" for item in items)]
        made = insert_lines(text, pair_end(text, first, value), lines)
    return proved(made, _with(body, here, [*before, *items]))


def _at(body: Any, loc: Loc) -> Any:
    for part in loc:
        body = body[part]
    return body


def _with(body: Any, loc: Loc, value: Any) -> Any:
    """Return what a file says with another value at a place; mappings are made where there is nothing."""
    if not loc:
        return value
    name, inner = loc[0], loc[1:]
    if isinstance(body, list) and isinstance(name, int):
        changed: list[Any] = [*cast("list[Any]", body)]
        changed[name] = _with(changed[name], inner, value)
        return changed
    said = cast("dict[Any, Any]", body) if isinstance(body, dict) else {}
    return {**said, name: _with(said.get(name), inner, value)}


def proved(made: str, expected: Any) -> str:
    """Return a changed file that says just what is expected.

    Raises:
        LookupError: it says something else; it is not to be used.
    """
    try:
        is_same = read_plain(made) == expected
    except (ValueError, yaml.YAMLError) as error:
        raise LookupError(ODD) from error
    if not is_same:
        raise LookupError(ODD)
    return made
