"""The matrix of autonomy as data: actions by kind, categories, the level set, and the rule that holds it down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Effect, Level
from opsconsole.engine.agents.deployments import Liveness, furthest
from opsconsole.engine.ladder.told import day
from opsconsole.engine.oversight.levelwords import GROUPS, group_of, wall_of
from opsconsole.store.queries.ladder import Demotion
from opsconsole.ui.widgets.words import tool_words

EVERY = ""
"""The column that holds for every category without a level of its own."""
WORDS = {Level.OBSERVE: "1 recommend", Level.APPROVAL: "2 asks you", Level.AUTONOMOUS: "3 alone"}
Change = tuple[str, str]
"""(tool, category), or (tool, `EVERY`)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the matrix: an action, or the heading of a group where `tool` is empty."""

    title: str
    tool: str = ""
    wall: str = ""
    """Why level 3 still asks; empty where it does not."""


@dataclass(frozen=True, slots=True)
class SetLevel:
    """One level."""

    level: Level
    is_own: bool
    """Set for this category itself."""
    is_changed: bool
    wall: str
    """What holds it below its level; empty: nothing."""
    before: Level
    """The level without its own change."""
    holds: Level | None = None
    """What it is taken back to; None: it is not."""

    @property
    def words(self) -> str:
        """Return it in words: where it was taken back, what holds now too."""
        return WORDS[self.level] if self.holds is None else f"{int(self.level)} → {WORDS[self.holds]}"


@dataclass(frozen=True, slots=True)
class Matrix:
    """Everything the page shows."""

    lines: tuple[Line, ...]
    columns: tuple[tuple[str, str, str], ...]
    """(category, its name, its stage)."""
    spec: AgentSpec
    changes: Mapping[Change, Level]
    fallen: Mapping[Change, Demotion]
    """Steps down in force, by (tool, category)."""

    def cell(self, line: int, column: int) -> SetLevel | None:
        """Return a cell; None in a heading."""
        found, category = self.lines[line], self.columns[column][0]
        if not found.tool:
            return None
        own = self.spec.autonomy.categories.get(category, {})
        is_own = (category == EVERY and found.tool in self.spec.autonomy.actions) or found.tool in own
        level = self.spec.autonomy.level(found.tool, category or None)
        if not is_own and category and (found.tool, EVERY) in self.changes:
            level = self.changes[found.tool, EVERY]
        before, changed = level, self.changes.get((found.tool, category))
        if changed is not None:
            level = changed
        wall, holds = found.wall if level is Level.AUTONOMOUS else "", None
        if (fall := self.fallen.get((found.tool, category))) is not None and fall.ceiling < level:
            wall, holds = f"taken back on {day(fall.at.date())}: {fall.why}", fall.ceiling
        return SetLevel(level, is_own or changed is not None, changed is not None, wall, before, holds)


def matrix_of(
    spec: AgentSpec,
    tools: Mapping[str, ActionType],
    changes: Mapping[Change, Level],
    fallen: Sequence[Demotion] = (),
) -> Matrix:
    """Lay an agent's levels out.

    Args:
        spec: the agent as it is in use.
        tools: those its file names.
        changes: levels that are not saved yet.
        fallen: steps down in force, the newest first.
    """
    groups: dict[str, list[Line]] = {name: [] for name in GROUPS}
    for tool, kind in tools.items():
        if kind.effect is Effect.READ:
            continue
        groups[group_of(kind)].append(Line(tool_words(tool), tool, wall_of(spec, tool, kind)))
    lines = [line for name, some in groups.items() if some for line in (Line(name), *some)]
    columns = [(EVERY, "Every category", "by default")]
    columns += [
        (category.id, category.name, _stands(furthest(spec, category.id))) for category in spec.playbook.categories
    ]
    down = {(fall.tool, fall.category): fall for fall in fallen}
    return Matrix(tuple(lines), tuple(columns), spec, dict(changes), down)


def _stands(found: Liveness) -> str:
    return found.stage.value if found.is_live else "not live" if found.shut else "in shadow"
