"""A list of texts becomes another: what stays keeps its line and its comments, what moves takes them along."""

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import ne

import yaml

from opsconsole.engine.agents.yamltext.edit import flowed, replaced
from opsconsole.engine.agents.yamltext.lists import cut, drop
from opsconsole.engine.agents.yamltext.nodes import dashes, ended, leaf_end, line_end, line_of, node_at

LIKE = 0.6
"""So much alike two texts are where one is probably the other corrected."""
_OPEN = re.compile("[ \\t]*,?[ \\t]*(?:#[^\\n\\r\\x85\\u2028\\u2029]*)?(?:\r\n|[\n\r\x85\u2028\u2029])")


@dataclass(frozen=True, slots=True)
class Slot:
    """One item of the list as it shall be."""

    text: str
    origin: int | None = None
    """The item that it was, from 0; None: it is new."""
    is_moved: bool = False
    """It stands elsewhere than before."""


def in_file_order(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """Return a list whose order means nothing as little changed as can be: what stays is in the order of before."""
    count = Counter(before) & Counter(after)
    rest = iter(_taken(before, count))
    stays = set(_taken_at(after, count))
    return tuple(next(rest) if at in stays else one for at, one in enumerate(after))


def _taken(some: Sequence[str], count: Counter[str]) -> list[str]:
    return [some[at] for at in _taken_at(some, count)]


def _taken_at(some: Sequence[str], count: Counter[str]) -> Iterator[int]:
    """Yield the places of as many of each as are counted."""
    left = Counter(count)
    for at, one in enumerate(some):
        if left[one] > 0:
            left[one] -= 1
            yield at


def change_items(text: str, loc: Sequence[str | int], before: Sequence[str], after: Sequence[str]) -> str:
    """Change a list of texts that has some.

    Raises:
        LookupError: what stands there is not that list, or is written in a way that cannot be changed so.
    """
    node = node_at(text, loc)
    if not isinstance(node, yaml.SequenceNode) or [_said(item) for item in node.value] != list(before):
        raise LookupError(f"no such list at {loc}")
    if node.flow_style:
        return _in_brackets(text, node, list(_slots(before, after)))
    if not after:
        for at in reversed(range(len(before))):
            text = drop(text, (*loc, at))
        return text
    if line_end(text, leaf_end(text, node)) == len(text) and (closed := ended(text)) != text:
        return change_items(closed, loc, before, after)
    return _in_lines(text, node, list(_slots(before, after)))


def _said(item: yaml.Node) -> str | None:
    return item.value if isinstance(item, yaml.ScalarNode) else None


def _slots(before: Sequence[str], after: Sequence[str]) -> Iterator[Slot]:
    """Yield what becomes of what: as much as can be stays where it is."""
    if len(before) == len(after) and sum(map(ne, before, after)) == 1:  # corrected, perhaps to what another one says
        yield from (Slot(one, at) for at, one in enumerate(after))
        return
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    codes = matcher.get_opcodes()
    stays = {new: old for kind, i, _, j, end in codes if kind == "equal" for old, new in _both(i, j, end)}
    left = [at for at in range(len(before)) if at not in stays.values()]
    moved = dict[int, int]()
    for new, one in enumerate(after):
        if new not in stays and (origin := next((at for at in left if before[at] == one), None)) is not None:
            moved[new] = origin
            left.remove(origin)
    for kind, begin, end, first, last in codes:
        olds = [at for at in range(begin, end) if at in left]
        news = [at for at in range(first, last) if at not in moved and kind != "equal"]
        paired = _paired(before, after, olds, news)
        for new in range(first, last):
            origin = stays.get(new, moved.get(new, paired.get(new)))
            yield Slot(after[new], origin, new in moved)


def _both(old: int, new: int, end: int) -> Iterator[tuple[int, int]]:
    return zip(range(old, old + end - new), range(new, end), strict=True)


def _paired(before: Sequence[str], after: Sequence[str], olds: list[int], news: list[int]) -> dict[int, int]:
    """Return which new ones are old ones corrected."""
    if len(olds) == len(news):
        return dict(zip(news, olds, strict=True))
    found, begin = dict[int, int](), 0
    for new in news:
        likes = [difflib.SequenceMatcher(None, before[old], after[new]).ratio() for old in olds[begin:]]
        if likes and max(likes) >= LIKE:
            begin += likes.index(max(likes))
            found[new] = olds[begin]
            begin += 1
    return found


def _in_lines(text: str, node: yaml.SequenceNode, slots: Sequence[Slot]) -> str:
    marks = dashes(text, node)
    begins = [line_of(text, at) for at in marks]
    ends = [line_end(text, leaf_end(text, item)) for item in node.value]
    indent = text[begins[0] : marks[0]]
    if indent.strip():
        raise LookupError("the list shares its line")
    gaps = ["", *(text[end:begin] for end, begin in zip(ends, begins[1:], strict=False))]
    """What stands before each item: comments, empty lines."""
    made, at = list[str](), 0
    for slot in slots:
        if slot.origin is None:
            made.append(f"{indent}- {flowed(slot.text)}\n")
            continue
        item, begin, end = node.value[slot.origin], begins[slot.origin], ends[slot.origin]
        if not slot.is_moved:
            made += gaps[at : slot.origin + 1]
            at = slot.origin + 1
        is_same = item.value == slot.text
        made.append(text[begin:end] if is_same else replaced(text[:end], item, flowed(slot.text))[begin:])
    return "".join((text[: begins[0]], *made, *gaps[at:], text[ends[-1] :]))


def _in_brackets(text: str, node: yaml.SequenceNode, slots: Sequence[Slot]) -> str:
    """Change a list in brackets from its end on, so that what was not reached yet stands where it stood."""
    stays = {slot.origin: at for at, slot in enumerate(slots) if slot.origin is not None and not slot.is_moved}
    last = len(slots)
    for old in reversed(range(len(node.value))):
        item = node.value[old]
        begin, end = item.start_mark.index, item.end_mark.index
        if old not in stays:
            text = cut(text, begin, end)
            continue
        at = stays[old]
        text = _behind(text, begin, end, [slot.text for slot in slots[at + 1 : last]])
        if item.value != slots[at].text:
            text = text[:begin] + flowed(slots[at].text) + text[end:]
        last = at
    return _first(text, node.start_mark.index + 1, [slot.text for slot in slots[:last]])


def _behind(text: str, begin: int, end: int, new: Sequence[str]) -> str:
    """Write items behind one; on lines of their own where that one has one."""
    line, rest = text[line_of(text, begin) : begin], _OPEN.match(text, end)
    if new and rest is not None and not line.strip():
        is_last = "," not in rest.group().partition("#")[0]
        lines = [f"{line}{flowed(one)}," for one in new]
        text = text[: rest.end()] + "".join(f"{each}\n" for each in lines) + text[rest.end() :]
        return f"{text[:end]},{text[end:]}" if is_last else text
    return text[:end] + "".join(f", {flowed(one)}" for one in new) + text[end:]


def _first(text: str, at: int, new: Sequence[str]) -> str:
    """Write items behind the bracket that opens a list."""
    if not new:
        return text
    is_empty = not text[at:].lstrip().startswith("]")
    return f"{text[:at]}{', '.join(map(flowed, new))}{', ' if is_empty else ''}{text[at:]}"
