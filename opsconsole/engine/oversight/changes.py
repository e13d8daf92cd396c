"""What was changed of agents in a time: their versions, and the steps of the ladder up and down."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from opsconsole.domain.enums import Level
from opsconsole.domain.naming import tool_words
from opsconsole.engine.agents.difference import FieldChange, differences, raises
from opsconsole.engine.agents.file import load_spec
from opsconsole.engine.oversight.levelwords import LEVELS, stands_on
from opsconsole.engine.oversight.span import Span
from opsconsole.store.queries import ladder, versions
from opsconsole.store.queries.views.names import category_names
from opsconsole.store.rows import Reader, VersionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionChanged:
    """An agent was changed."""

    agent: str
    name: str
    number: int
    at: datetime
    by: str
    reason: str
    changes: tuple[FieldChange, ...]
    """Empty where it is its first version."""
    raised: tuple[FieldChange, ...]
    lowered: tuple[FieldChange, ...]
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStep:
    """A category, or an action in it, was taken up or down."""

    is_up: bool
    name: str
    """The agent's."""
    place: str
    was: str
    now: str
    by: str
    on: str
    """What it stands on, or why it fell."""


def changed_by(conn: Reader, row: VersionRow) -> VersionChanged:
    """Return what a version changed."""
    spec = load_spec(row.spec)
    was = versions.used_before(conn, row.agent_id, row.number)
    before = None if was is None else load_spec(was.spec)
    return VersionChanged(
        agent=row.agent_id,
        name=spec.name,
        number=row.number,
        at=row.created_at,
        by=row.applied_by,
        reason=row.reason,
        changes=() if before is None else differences(before, spec),
        raised=() if before is None else raises(before, spec),
        lowered=() if before is None else tuple(_turned(change) for change in raises(spec, before)),
        is_first=before is None,
    )


def _turned(change: FieldChange) -> FieldChange:
    """Return a step up, seen from its end, as the step down that it is."""
    return FieldChange(change.place, change.now, change.was)


def steps_of(conn: Reader, called: Mapping[str, str], span: Span) -> Iterator[LadderStep]:
    """Yield the steps of a time: those that were signed, those that fell, and those that a file took by itself."""
    ups, downs = ladder.between(conn, span.since, span.until)
    names = category_names(conn)
    for up in ups:
        where, was, now = _place(names.of(up.agent, up.category), up.tool), _rung(up.was), _rung(up.rung)
        name = called.get(up.agent, up.agent)
        yield LadderStep(is_up=True, name=name, place=where, was=was, now=now, by=up.actor, on=stands_on(up))
    for down in downs:
        where, was = _place(names.of(down.agent, down.category), down.tool), _rung(f"{int(down.was)}")
        now, name = _rung(f"{int(down.ceiling)}"), called.get(down.agent, down.agent)
        yield LadderStep(is_up=False, name=name, place=where, was=was, now=now, by=down.actor, on=down.why)
    signed = {up.version for up in ups}
    for row in versions.made_in(conn, since=span.since, until=span.until):
        if row.id not in signed:
            yield from _by_file(changed_by(conn, row))


def _by_file(changed: VersionChanged) -> Iterator[LadderStep]:
    for is_up, some in ((True, changed.raised), (False, changed.lowered)):
        for change in some:
            yield LadderStep(
                is_up=is_up,
                name=changed.name,
                place=change.place,
                was=change.was or "not there",
                now=change.now or "gone",
                by=changed.by,
                on=changed.reason or "by its file, no reason given",
            )


def _place(category: str, tool: str) -> str:
    return f"{category} · {tool_words(tool)}" if tool else category


def _rung(rung: str) -> str:
    return LEVELS[Level(int(rung))] if rung.isdigit() else rung
