"""What is told of an agent wherever it is shown: what is live without evidence, and what was taken back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from opsconsole.domain.enums import Level
from opsconsole.domain.naming import tool_words
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.reviewdue import ReviewDue, due
from opsconsole.engine.ladder.rungs import Cell, Ladder, ladder_of
from opsconsole.store.queries.ladder import Demotion
from opsconsole.store.rows import Reader

_HELD = {Level.OBSERVE: "only recommends", Level.APPROVAL: "asks for every"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Of one agent."""

    unproven: Mapping[Cell, str] = field(default_factory=dict[Cell, str])
    """Cells that are live, or act alone, without evidence, with their titles."""
    fallen: tuple[Demotion, ...] = ()
    """Steps down that hold a cell below its file now, the newest first."""
    ready: Mapping[Cell, str] = field(default_factory=dict[Cell, str])
    """Cells whose next step is proven and only waits to be signed, with their titles."""
    review: ReviewDue | None = None
    """When it owes a review."""


NOTHING = Marks()


def marks_of(conn: Reader, kernel: Kernel, version: Version, *, now: datetime) -> Marks:
    """Return what is told of an agent as a version of it stands."""
    found = ladder_of(conn, kernel.registry, version, now=now)
    rungs = list(found.rungs())
    unproven = {(rung.category, rung.tool): rung.title for rung in rungs if rung.is_without_evidence}
    fallen = tuple(fall for fall, _ in found.fallen())
    open_ = {(rung.category, rung.tool): rung.title for rung in rungs if rung.can_climb and rung.gate is not None}
    return Marks(
        unproven=unproven, fallen=fallen, ready=open_, review=due(conn, kernel.roster, version.agent_id, now=now)
    )


def every_mark(conn: Reader, kernel: Kernel, *, now: datetime) -> dict[str, Marks]:
    """Return what is told of each agent in use."""
    return {version.agent_id: marks_of(conn, kernel, version, now=now) for version in kernel.roster.current(conn)}


def ready_words(marks: Marks) -> str:
    """Return how many steps wait to be signed: `1 step is ready to sign`; empty for none."""
    number = len(marks.ready)
    return "" if not number else f"{number} {'step is' if number == 1 else 'steps are'} ready to sign"


def fallen_words(fall: Demotion) -> str:
    """Return what a step down means now: `asks for every “Create ticket”`."""
    return f"{_HELD[fall.ceiling]} “{tool_words(fall.tool)}”"


class MarkBook:
    """Says of actions whether they stand on a step without evidence; each agent's evidence is read once."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._now = kernel, kernel.clock.now()
        self._ladders: dict[str, Ladder | None] = {}
        self._known: dict[tuple[str, str, str], bool] = {}

    def is_without_evidence(self, agent: str, category: str, tool: str) -> bool:
        """Return whether what an action in a category may do was never earned: its level, or the category's stage."""
        return self._is_bare(agent, category, "") or self._is_bare(agent, category, tool)

    def _is_bare(self, agent: str, category: str, tool: str) -> bool:
        key = agent, category, tool
        if key not in self._known:
            ladder = self._ladder(agent)
            is_there = ladder is not None and ladder.spec.category(category) is not None
            self._known[key] = is_there and ladder is not None and ladder.is_without_evidence(category, tool)
        return self._known[key]

    def _ladder(self, agent: str) -> Ladder | None:
        if agent not in self._ladders:
            conn = self._kernel.reader
            version = self._kernel.roster.in_use(conn, agent)
            self._ladders[agent] = (
                None if version is None else ladder_of(conn, self._kernel.registry, version, now=self._now)
            )
        return self._ladders[agent]
