"""Checks that what one call names of another's answer is there: `before.NAME`, `result.NAME`, the slots of pages."""

from collections.abc import Iterable, Iterator
from typing import Any

from jinja2 import TemplateError

from opsconsole.connectors.http.limits import Loc
from opsconsole.connectors.http.model import HttpAction, Sending
from opsconsole.connectors.http.pages import LINK
from opsconsole.domain.agent import MisplacedError
from opsconsole.domain.enums import Effect
from opsconsole.engine.agents.slottext import SlotText, SlotValue
from opsconsole.engine.agents.templates import members_in

ANSWER = frozenset({"body", "header", "args", "key"})


def check_calls(action: HttpAction, loc: Loc) -> None:
    """Check what the calls of one action say of each other; each of them was checked alone before.

    Raises:
        MisplacedError: something does not fit.
    """
    is_read = action.effect is Effect.READ
    if action.before is not None:
        if is_read:
            raise MisplacedError("only a write has something before it", (*loc, "before"))
        if action.before.method != "GET":
            raise MisplacedError("what is there before is asked with GET", (*loc, "before", "method"))
        for name, text in action.before.values.items():
            check_slots(text, ANSWER, (*loc, "before", "values", name))
        _check_named(action, "before", action.before.values, loc, ("", "undo"))
    if action.undo is not None:
        check_slots(action.undo.ok_if, ANSWER, (*loc, "undo", "ok_if"))
        if action.result is not None:
            _check_named(action, "result", action.result, loc, ("undo",))
        if action.look_up is not None and action.look_up.result is not None:
            _check_named(action, "result", action.look_up.result, loc, ("undo",), of="`look_up`")
    if action.pages is not None:
        if not is_read or action.method != "GET":
            raise MisplacedError("only a read by GET comes in pages", (*loc, "pages"))
        if action.result is not None:
            raise MisplacedError("`pages` says what is read of the answers: leave `result` out", (*loc, "result"))
        for name in ("items", "next"):
            text = str(getattr(action.pages, name))
            is_link = name == "next" and text == LINK
            if not is_link and not check_slots(text, ANSWER, (*loc, "pages", name)).slots:
                raise MisplacedError("write one slot, like {{ body.items }}", (*loc, "pages", name))


def check_slots(text: str, roots: frozenset[str], loc: Loc) -> SlotText:
    """Return a text with slots, compiled.

    Raises:
        MisplacedError: it does not parse, or names something that is not there.
    """
    try:
        slots = SlotText(text)
    except TemplateError as error:
        raise MisplacedError(f"not a template we can read: {error}", loc) from error
    if strange := sorted(slots.roots - roots):
        raise MisplacedError(f"there is no {strange[0]} here; there are {', '.join(sorted(roots))}", loc)
    return slots


def _check_named(
    action: HttpAction, root: str, known: Iterable[str], loc: Loc, places: tuple[str, ...], *, of: str = ""
) -> None:
    """Make sure that every `root.NAME` in these calls is among the known names."""
    there = frozenset(known)
    for place in places:
        sending: Sending | None = getattr(action, place) if place else action
        if sending is None:
            continue
        for part in ("path", "query", "headers", "body", "form"):
            for name in _members(getattr(sending, part), root):
                if name not in there:
                    whose = f"the result of {of}" if of else root
                    text = f"there is no {name} in {whose}; there are {', '.join(sorted(there)) or 'none'}"
                    raise MisplacedError(text, (*loc, *((place,) if place else ()), part))


def _members(value: Any, root: str) -> Iterator[str]:
    """Yield the names below a root that the texts in a value say."""
    for text in SlotValue(value).texts:
        if text.has_statements:
            yield from sorted(member for name, member in members_in(text.source) if name == root)
            continue
        for slot in text.slots:
            if slot.path is None:
                yield from sorted(member for name, member in members_in("{{" + slot.text + "}}") if name == root)
            elif slot.path[0] == root and len(slot.path) > 1:
                yield str(slot.path[1])
