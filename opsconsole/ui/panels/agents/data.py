"""The agents as the panel shows them: one query for the list, one for the agent that is picked. No Qt here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Stage
from opsconsole.engine.agents.broken import broken_rules
from opsconsole.engine.agents.deployments import Liveness, furthest
from opsconsole.engine.agents.file import load_spec, named_tools, source_of
from opsconsole.engine.commands.switches import category_scope
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.canary.standing import CanaryStanding, canary_standing
from opsconsole.engine.ladder.marks import Marks, every_mark, fallen_words
from opsconsole.store.queries import limits, versions
from opsconsole.store.queries.rollout import canary
from opsconsole.store.queries.rollout.canary import Canary
from opsconsole.store.queries.views.overview import AgentGlance, overview
from opsconsole.store.rows import Reader, VersionRow
from opsconsole.ui.widgets.basics import Tone
from opsconsole.ui.widgets.words import since_day

MOST_TOLD = 8
"""Of what is live without evidence, so many are named in a hover."""
MOST_VERSIONS = 30
"""Versions that are shown; the command line lists all."""
FIELDS = {
    "sales": "Sales",
    "revenue": "Revenue",
    "customer_success": "Customer success",
    "internal": "Internal operations",
    "other": "Other work",
}
_STAGE_TONES: dict[Stage, Tone] = {
    Stage.SHADOW: "shadow",
    Stage.LIMITED: "ok",
    Stage.EXPANDED: "ok",
    Stage.FULL: "ok",
}
_DAY = timedelta(hours=24)
STOPPED_IN_SIGHT = timedelta(days=7)
"""So long a canary that stopped itself stands beside its agent, unless another version comes before."""


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent in the list."""

    id: str
    name: str
    field: str
    stage: str
    tone: Tone
    number: int
    glance: AgentGlance
    paused: str | None
    """Why it is paused, empty where nobody said; None where it is not."""
    is_all_paused: bool
    currency: str
    marks: Marks
    """What of it is live without evidence, and what was taken back."""
    tried: Canary | None
    """A new version that is tried beside the one in use; one that has stopped itself stays in sight for a week."""
    fallen: tuple[str, ...]
    """What was taken back, in words: `asks for every “Reply” since yesterday`."""

    @property
    def unproven(self) -> str:
        """What is live without evidence, a line each; empty for nothing."""
        titles = list(self.marks.unproven.values())
        more = len(titles) - MOST_TOLD
        return "\n".join([*titles[:MOST_TOLD], *([f"and {more} more"] if more > 0 else [])])


@dataclass(frozen=True, slots=True)
class Shown:
    """The agent that is picked, whole."""

    row: AgentRow
    spec: AgentSpec
    source: str
    versions: tuple[VersionRow, ...]
    """The newest first, `MOST_VERSIONS` and one more, for what the last of them changed."""
    tried: Mapping[int, Canary]
    """Those of them that are tried, or were, by id."""
    canary: CanaryStanding | None
    """How far the one is that is tried now."""
    tools: Mapping[str, ActionType]
    """Every tool that its file names and that there is."""
    paused_categories: frozenset[str]
    broken: tuple[str, ...]
    """Rules that name what is gone, which hold its changes for a person."""
    changed: tuple[str, ...]
    """Its tools that are not what they were when a person accepted them; a person looks at each call of them."""
    now: datetime

    @property
    def in_use(self) -> VersionRow:
        """The version that is in use."""
        return next(version for version in self.versions if version.number == self.row.number)


def rows_of(kernel: Kernel) -> list[AgentRow]:
    """Query the agents in use, by name."""
    conn, now = kernel.reader, kernel.clock.now()
    seen = overview(conn, since=now - _DAY, now=now)
    glances, switches = {glance.agent: glance for glance in seen.agents}, dict(limits.switches(conn))
    found, marks, tried = list[AgentRow](), every_mark(conn, kernel, now=now), _tried(conn, now)
    for version in kernel.roster.current(conn):
        spec, scope = version.spec, f"agent:{version.agent_id}"
        words, tone = stage_words(spec)
        found.append(
            AgentRow(
                version.agent_id,
                spec.name,
                FIELDS[spec.field],
                words,
                tone,
                version.number,
                glances[version.agent_id],
                switches.get(scope),
                "all" in switches,
                seen.currency,
                marks[version.agent_id],
                tried.get(version.agent_id),
                tuple(
                    f"{fallen_words(fall)} since {since_day(fall.at, now)}" for fall in marks[version.agent_id].fallen
                ),
            )
        )
    return sorted(found, key=lambda row: row.name.lower())


def _tried(conn: Reader, now: datetime) -> dict[str, Canary]:
    stopped = {each.agent: each for each in canary.stopped_themselves(conn, since=now - STOPPED_IN_SIGHT)}
    return stopped | {each.agent: each for each in canary.all_running(conn)}


STAGES = {
    Stage.SHADOW: "Shadow: it decides and writes down what it would do; nothing is done.",
    Stage.LIMITED: "Limited: live in one or two categories that are named, or where a filter holds.",
    Stage.EXPANDED: "Expanded: live, except where the category of an event cannot be told.",
    Stage.FULL: "Full: live, also where the category of an event cannot be told.",
}
"""What the stages mean, for who has not met them."""


def stage_words(spec: AgentSpec) -> tuple[str, Tone]:
    """Return how far an agent is live: the furthest of its categories, and how many are only recorded, as in shadow."""
    found = [furthest(spec, category.id) for category in spec.playbook.categories]
    live, order = [each.stage for each in found if each.is_live], list(Stage)
    if not live:
        shut = next((f"{each.stage.value}, nothing live" for each in found if each.shut), Stage.SHADOW.value)
        return shut.capitalize(), _STAGE_TONES[Stage.SHADOW]
    most, recorded = max(live, key=order.index), len(found) - len(live)
    return most.value.capitalize() + (f", {recorded} in shadow" if recorded else ""), _STAGE_TONES[most]


def standing_words(found: Liveness) -> str:
    """Return how far an agent is live in a category, in a word or two."""
    if found.is_live:
        return found.stage.value
    return f"{found.stage.value}, not live" if found.shut else Stage.SHADOW.value


def standing_told(found: Liveness) -> str:
    """Return what that means."""
    if not found.is_live and found.shut:
        return f"{found.shut[:1].upper()}{found.shut[1:]}. What it would do here is recorded, and nothing is done."
    return STAGES[found.stage if found.is_live else Stage.SHADOW]


def shown(kernel: Kernel, row: AgentRow) -> Shown:
    """Query the agent that is picked."""
    conn = kernel.reader
    every = tuple(versions.every(conn, row.id, most=MOST_VERSIONS + 1))
    version = next(version for version in every if version.number == row.number)
    spec = load_spec(version.spec)
    known = {tool: kind for tool in sorted(named_tools(spec)) if (kind := kernel.registry.type(tool)) is not None}
    paused = limits.paused(conn)
    held = frozenset(item.id for item in spec.playbook.categories if category_scope(row.id, item.id) in paused)
    broken = broken_rules(kernel.registry, conn, spec, dict(version.tools))
    changed = tuple(tool for tool in known if version.tools.get(tool) != kernel.registry.fingerprint(tool))
    now, tried = kernel.clock.now(), {each.version: each for each in canary.every(conn, row.id)}
    running = next((each for each in tried.values() if each.is_running), None)
    standing = None if running is None else canary_standing(kernel, conn, running, now=now)
    return Shown(row, spec, source_of(version), every, tried, standing, known, held, broken, changed, now)
