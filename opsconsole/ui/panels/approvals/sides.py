"""Both sides of a decision in words and as rows of a table. No Qt here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from opsconsole.domain.enums import Severity
from opsconsole.domain.naming import listed
from opsconsole.engine.ladder.beside import Beside
from opsconsole.policy.comparison import ComparedAction, Match
from opsconsole.ui.widgets.diff.words import FieldRow
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import plain_value
from opsconsole.ui.widgets.words import spoken, tool_words

MOST = 60
"""Of a value in a sentence, in characters."""
SAME = "the same"


@dataclass(frozen=True, slots=True)
class OneAct:
    """One action, of both or of one of them."""

    title: str
    who: str
    """`both`, `agent` or `you`."""
    is_same: bool
    fields: tuple[FieldRow, ...]


def line_of(sides: Beside, agent: str) -> str:
    """Return both sides in one line: `You: create ticket (queue Billing). Sam: the same.`"""
    mine = _side(sides, is_agent=False)
    theirs = SAME if sides.is_same else _side(sides, is_agent=True)
    return f"You: {mine}. {agent}: {theirs}."


def is_severe(sides: Beside) -> bool:
    """Return whether the difference weighs heavily."""
    return sides.compared.severity is Severity.SEVERE


def deeds(sides: Beside) -> tuple[OneAct, ...]:
    """Return the actions of both, what differs first."""
    return tuple(sorted((_deed(match, sides) for match in sides.compared.matches), key=lambda deed: deed.is_same))


def _deed(match: Match, sides: Beside) -> OneAct:
    mine = None if match.agent is None else sides.agent[match.agent]
    yours = None if match.human is None else sides.person[match.human]
    if mine is not None and yours is not None:
        rows = [
            FieldRow(spoken(diff.field), _told(diff.agent), _told(diff.human), is_changed=not diff.is_same)
            for diff in match.fields
        ]
        return OneAct(tool_words(mine.tool), "both", match.is_same, tuple(rows))
    if mine is not None:
        rows = [FieldRow(spoken(name), _told(value), "") for name, value in mine.args.items()]
        return OneAct(tool_words(mine.tool), "agent", False, tuple(rows))
    if yours is None:
        raise ValueError("a match has a side")
    rows = [FieldRow(spoken(name), "", _told(value)) for name, value in yours.args.items()]
    return OneAct(tool_words(yours.tool), "you", False, tuple(rows))


def _side(sides: Beside, *, is_agent: bool) -> str:
    return listed([*_acts(sides, is_agent=is_agent)]) or "nothing"


def _acts(sides: Beside, *, is_agent: bool) -> Iterator[str]:
    for match in sides.compared.matches:
        place, acts = (match.agent, sides.agent) if is_agent else (match.human, sides.person)
        if place is not None:
            values = {diff.field: diff.agent if is_agent else diff.human for diff in match.fields}
            yield _act(acts[place], values if match.fields else {} if is_agent else acts[place].args)


def _act(act: ComparedAction, values: Any) -> str:
    told = ", ".join(
        f"{spoken(name).lower()} {one_line(_told(value))[:MOST]}" for name, value in values.items() if value
    )
    return tool_words(act.tool).lower() + (f" ({told})" if told else "")


def _told(value: Any) -> str:
    return "" if value is None else plain_value(value)
