"""Since when each cell of an agent is set as it is, and by whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from opsconsole.domain.agent import AgentSpec
from opsconsole.engine.agents.file import steps_of
from opsconsole.engine.agents.roster import Roster, Version
from opsconsole.store.queries import versions
from opsconsole.store.rows import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Since when a cell is set as it is, and by whom."""

    at: datetime
    by: str
    version: int


def held_since(conn: Reader, roster: Roster, version: Version) -> Mapping[tuple[str, str], Held]:
    """Return since when each cell of a version is set as it is: the first version in a row that says the same."""
    found: dict[tuple[str, str], Held] = {}
    open_cells = {
        (category.id, tool) for category in version.spec.playbook.categories for tool in ("", *_set(version.spec))
    }
    for row in versions.in_use_ever(conn, version.agent_id):
        if row.number > version.number or not open_cells:
            continue
        spec = roster.version(conn, row.id).spec
        for cell in list(open_cells):
            if _said(spec, *cell) != _said(version.spec, *cell):
                open_cells.discard(cell)
            else:
                found[cell] = Held(at=row.created_at, by=row.applied_by, version=row.number)
    return found


def _set(spec: AgentSpec) -> tuple[str, ...]:
    named = (step.do for category in spec.playbook.categories for step, _ in steps_of(category.steps) if step.do)
    special = (tool for some in spec.autonomy.categories.values() for tool in some)
    return tuple(dict.fromkeys((*spec.autonomy.actions, *special, *named)))


def _said(spec: AgentSpec, category: str, tool: str) -> str | None:
    if spec.category(category) is None:
        return None
    return f"{int(spec.autonomy.level(tool, category))}" if tool else spec.stage_of(category).value
