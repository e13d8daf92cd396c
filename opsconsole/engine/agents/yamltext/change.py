"""What forms change in a file: lists whose items keep their place and comments, and the file read again as a proof."""

from collections.abc import Sequence
from typing import Any

import yaml

from opsconsole.engine.agents.yamltext.edit import flowed, put
from opsconsole.engine.agents.yamltext.lists import add_item, drop, with_top

ODD = (
    "This file is written in a way that the form cannot change without touching more than that. Change it in the file,"
    " under Playbook."
)


def read_plain(text: str) -> Any:
    """Return what a file says, as plain values."""
    # The safe loader that is written in C is ten times as fast, and not everywhere.
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


def change_texts(text: str, loc: Sequence[str | int], before: Sequence[str], after: Sequence[str]) -> str:
    """Change a list of texts: what stays keeps its place and its comments.

    Raises:
        LookupError: the file is written in a way that cannot be changed so.
    """
    if tuple(before) == tuple(after):
        return text
    kept = [one for one in before if one in after]
    is_there = _is_list(text, loc)
    if not is_there or list(after[: len(kept)]) != kept or len(set(before)) < len(before):
        if len(loc) == 2 and loc[0] not in read_plain(text):
            return with_top(text, str(loc[0]), f"{{{loc[1]}: {flowed(after)}}}")
        return put(text, loc, after)
    for at in reversed(range(len(before))):
        if before[at] not in after:
            text = drop(text, (*loc, at))
    for one in after[len(kept) :]:
        text = add_item(text, loc, one)
    return text


def _is_list(text: str, loc: Sequence[str | int]) -> bool:
    found: Any = read_plain(text)
    for part in loc:
        try:
            found = found[part]
        except (LookupError, TypeError):
            return False
    return isinstance(found, list)
