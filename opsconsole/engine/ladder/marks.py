"""What is told of an agent wherever it is shown: what is live without evidence, and what was taken back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from opsconsole.domain.enums import Level
from opsconsole.domain.naming import tool_words
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.rungs import ladder_of
from opsconsole.store.queries.ladder import Demotion
from opsconsole.store.rows import Reader

Cell = tuple[str, str]
"""(category, tool); the tool is empty for the category's stage."""
_HELD = {Level.OBSERVE: "only recommends", Level.APPROVAL: "asks for every"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Of one agent."""

    unproven: Mapping[Cell, str] = field(default_factory=dict[Cell, str])
    """Cells that are live, or act alone, without evidence, with their titles."""
    fallen: tuple[Demotion, ...] = ()
    """Steps down that hold a cell below its file now, the newest first."""

    def is_without_evidence(self, category: str | None, tool: str) -> bool:
        """Return whether an action in a category stands on a step without evidence: its own, or its category's."""
        found = category or ""
        return (found, "") in self.unproven or (found, tool) in self.unproven


NOTHING = Marks()


def marks_of(conn: Reader, kernel: Kernel, version: Version, *, now: datetime) -> Marks:
    """Return what is told of an agent as a version of it stands."""
    found = ladder_of(conn, kernel.registry, version, now=now)
    unproven = {(category, tool): title for category, tool, title in found.unproven()}
    return Marks(unproven=unproven, fallen=tuple(fall for fall, _ in found.fallen()))


def every_mark(conn: Reader, kernel: Kernel, *, now: datetime) -> dict[str, Marks]:
    """Return what is told of each agent in use."""
    return {version.agent_id: marks_of(conn, kernel, version, now=now) for version in kernel.roster.current(conn)}


def fallen_words(fall: Demotion) -> str:
    """Return what a step down means now: `asks for every “Create ticket”`."""
    return f"{_HELD[fall.ceiling]} “{tool_words(fall.tool)}”"


class MarkBook:
    """Looks each agent up once, however many of its cards are shown."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._now, self._known = kernel, kernel.clock.now(), dict[str, Marks]()

    def of(self, agent: str) -> Marks:
        """Return an agent's; nothing of one that is not in use."""
        if agent not in self._known:
            conn = self._kernel.reader
            version = self._kernel.roster.in_use(conn, agent)
            self._known[agent] = NOTHING if version is None else marks_of(conn, self._kernel, version, now=self._now)
        return self._known[agent]
