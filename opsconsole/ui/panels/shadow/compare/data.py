"""What a pair shows, as one query gives it. No Qt here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from opsconsole.engine.audittrail.words import actor_words
from opsconsole.engine.evidence.words import counts_for
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import events
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries.pairs import PairRow
from opsconsole.ui.widgets.diff.words import FieldRow
from opsconsole.ui.widgets.plain import readable
from opsconsole.ui.widgets.texts import plain_value
from opsconsole.ui.widgets.words import exact, spoken, tool_words

MOST_FIELD, MOST_TEXT = 6_000, 20_000
_Act = Mapping[str, Any]
Side = Literal["both", "agent", "human"]
SOURCES = {"observed": "as its system tells", "imported": "from the past", "by_hand": "noted by hand"}


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """An action of the agent beside the human's, or one that only one of them has."""

    title: str
    side: Side
    is_same: bool
    is_elsewhere: bool
    fields: tuple[FieldRow, ...]
    by: str
    """Who did it and when; empty where no human did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A pair, ready to be looked at."""

    row: PairRow
    deeds: tuple[ComparedRow, ...]
    agent_acts: int
    human_acts: int
    because: str
    counts: str
    """Why it proves nothing, or less."""
    text: str
    categories: tuple[tuple[str, str], ...]
    """(id, name) of the playbook of the version in use."""
    is_erased: bool


def load_pairs(kernel: Kernel, ids: Sequence[int]) -> list[Shown]:
    """Query pairs whole; what is not there is left out."""
    found = [number for number in (read.pair(kernel.reader, which) for which in ids) if number is not None]
    return [_shown(kernel, pair) for pair in found]


def _shown(kernel: Kernel, pair: PairRow) -> Shown:
    body = read.body(kernel.reader, pair.id)
    event = events.event(kernel.reader, pair.event_id)
    agent: list[_Act] = list(body.get("agent") or ())
    human: list[_Act] = list(body.get("human") or ())
    return Shown(
        row=pair,
        # What differs is what is judged: it stands first.
        deeds=tuple(
            sorted((_deed(match, agent, human) for match in body.get("matches") or ()), key=lambda deed: deed.is_same)
        ),
        agent_acts=len(agent),
        human_acts=len(human),
        because=str(body.get("because") or ""),
        counts=counts_for(pair),
        text="" if event is None else readable(event.text, MOST_TEXT),
        categories=_categories(kernel, pair.agent),
        is_erased=not body,
    )


def _categories(kernel: Kernel, agent: str) -> tuple[tuple[str, str], ...]:
    version = kernel.roster.in_use(kernel.reader, agent)
    categories = () if version is None else version.spec.playbook.categories
    return tuple((category.id, category.name) for category in categories)


def _deed(match: Mapping[str, Any], agent: Sequence[_Act], human: Sequence[_Act]) -> ComparedRow:
    mine: _Act | None = None if match["agent"] is None else agent[int(match["agent"])]
    theirs: _Act | None = None if match["human"] is None else human[int(match["human"])]
    side: Side = "human" if mine is None else "agent" if theirs is None else "both"
    if mine is not None and theirs is not None:
        fields = _fields(match, mine, theirs)
    elif mine is not None:
        fields = tuple(FieldRow(spoken(name), _told(value), "") for name, value in mine["args"].items())
    else:
        given: _Act = {} if theirs is None else theirs["args"]
        fields = tuple(FieldRow(spoken(name), "", _told(value)) for name, value in given.items())
    return ComparedRow(
        tool_words(str((mine or theirs or {}).get("tool", ""))),
        side,
        bool(match["same"]),
        bool(match.get("elsewhere")),
        fields,
        "" if theirs is None else _by(theirs),
    )


def _fields(match: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[FieldRow, ...]:
    made: list[FieldRow] = []
    for diff in match["fields"]:
        left, right = _told(diff["agent"]), _told(diff["human"])
        made.append(FieldRow(spoken(diff["field"]), left, right, is_changed=left != right))
    compared = {diff["field"] for diff in match["fields"]}
    for name, value in mine["args"].items():
        if name not in compared:
            right = _told(theirs["args"].get(name)) or "(not compared)"
            made.append(FieldRow(spoken(name), _told(value), right, is_changed=False))
    return tuple(sorted(made, key=lambda row: not row.is_changed))


def _by(act: Mapping[str, Any]) -> str:
    who = actor_words(str(act["actor"])) if act.get("actor") else "somebody"
    parts = [f"Done by {who}"]
    if act.get("time") == "unknown":
        parts.append("when is not known")
    elif act.get("at"):
        parts.append(exact(datetime.fromisoformat(str(act["at"]))))
    if source := SOURCES.get(str(act.get("source", ""))):
        parts.append(source)
    return ", ".join(parts)


def _told(value: Any) -> str:
    return "" if value is None else readable(plain_value(value), MOST_FIELD)
