"""Texts of several lines, and long ones, as a person would write them: in blocks, not in one quoted line."""

from collections.abc import Iterator, Sequence

import yaml

from opsconsole.engine.agents.yamltext.edit import put, replaced
from opsconsole.engine.agents.yamltext.nodes import child, leaf_end, node_at, rest_of_line

WIDE = 110
"""A line goes on in the next one beyond so many characters."""


def put_text(text: str, loc: Sequence[str | int], value: str) -> str:
    """Put a text at a place, as a block where it is long or has several lines and a block can stand there.

    Raises:
        LookupError: something else than a text stands there.
    """
    around = node_at(text, loc[:-1])
    node = None if around is None else child(around, loc[-1])
    if not isinstance(node, yaml.ScalarNode) or not isinstance(around, yaml.MappingNode) or around.flow_style:
        return put(text, loc, value)
    end = leaf_end(text, node)
    if rest_of_line(text, end).strip():
        return put(text, loc, value)  # a comment behind it would become part of the block
    key = next(name for name, _ in around.value if name.value == str(loc[-1]))
    column = key.start_mark.column
    block = block_of(value, " " * (column + 2), used=column + len(key.value) + 2)
    return put(text, loc, value) if block is None else replaced(text, node, block)


def block_of(value: str, indent: str, *, used: int = 0) -> str | None:
    """Return a text as a block; None where one quoted line says it as well, or a block cannot say it.

    Args:
        value: the text.
        indent: what stands before each of its lines.
        used: characters of its first line that are taken.
    """
    plain = value.removesuffix("\n")
    if not all(line.isprintable() for line in plain.split("\n")) or plain[:1] in ("", " ", "\n") or plain[-1:] == "\n":
        return None
    if "\n" in plain:
        lines = [f"{indent}{line}" if line else "" for line in plain.split("\n")]
        return "\n".join(("|" if plain != value else "|-", *lines))
    if used + len(value) <= WIDE or plain != value or "" in value.split(" "):
        return None
    return "\n".join((">-", *folded(value, indent)))


def folded(text: str, indent: str) -> Iterator[str]:
    """Break a text between words into lines that a folded block makes one again."""
    line = indent
    for word in text.split(" "):
        if line != indent and len(line) + len(word) > WIDE:
            yield line.rstrip()
            line = indent
        line += word + " "
    yield line.rstrip()
