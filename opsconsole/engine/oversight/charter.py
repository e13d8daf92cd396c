"""The charter of an agent as data: what it handles, how far it may go and since when, who is asked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median
from typing import Any

from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import AgentSpec, Category
from opsconsole.domain.enums import Effect, Level
from opsconsole.domain.naming import tool_words
from opsconsole.engine.agents.deployments import Liveness, furthest
from opsconsole.engine.agents.file import named_tools
from opsconsole.engine.agents.versions import in_use
from opsconsole.engine.commands.switches import category_scope
from opsconsole.engine.gate.disclosure import line_of
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.reviewdue import ReviewDue, due
from opsconsole.engine.ladder.rungs import Rung, ladder_of
from opsconsole.engine.ladder.standing import GateProgress, progress_of
from opsconsole.engine.oversight.accountable import accountable
from opsconsole.engine.oversight.facts import facts_of
from opsconsole.engine.oversight.levelwords import HistoryLine, group_of, history_of, set_by, stands_on, wall_of
from opsconsole.store.queries import limits, versions
from opsconsole.store.queries.views.oversight import answers
from opsconsole.store.rows import Reader, VersionRow

ANSWERS = 200
"""Of so many answers, the newest, the median is taken."""


@dataclass(frozen=True, slots=True)
class SetBy:
    """Since when something is as it is, and who put it so."""

    at: datetime
    by: str
    number: int
    """Of the version that set it; 0: it was no version."""
    reason: str
    """Or what it stands on; empty: none was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandledCategory:
    """A category and how far it is live."""

    id: str
    name: str
    criteria: str
    stands: Liveness
    """How far it gets there at most."""
    is_paused: bool
    is_without_evidence: bool
    """It is live, and nothing proves yet that it may be."""
    set_by: SetBy
    right: int
    """Of the decisions that count, as Shadow counts them."""
    total: int
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelLine:
    """The level of an action type: in every category, or in one that has a level of its own."""

    group: str
    tool: str
    category: str
    """Its name; empty: every category without a level of its own."""
    level: Level
    wall: str
    """Why it asks all the same at level 3; empty where it does not."""
    is_without_evidence: bool
    """It acts alone, and nothing proves yet that it may."""
    set_by: SetBy


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolsOf:
    """What it uses of one connection."""

    connection: str
    account: str
    """Empty: it has none, or none is known."""
    tools: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who answers its requests, and how fast."""

    people: tuple[tuple[str, int], ...]
    """(who, how many of the newest answers), most first."""
    answers: int
    median_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """One agent's charter."""

    agent: str
    name: str
    spec: AgentSpec
    in_use: SetBy
    accountable: str
    """Empty: nobody was named."""
    paused: str | None
    """Why it is paused, empty where nobody said; None where it is not."""
    categories: tuple[HandledCategory, ...]
    reads: tuple[ToolsOf, ...]
    writes: tuple[ToolsOf, ...]
    levels: tuple[LevelLine, ...]
    asked: Asked
    reaches_people: Level | None
    """The highest level at which it writes to people outside; None: it does not write to any."""
    line: str
    """With what it ends what it sends to people outside alone; empty: with nothing."""
    review: ReviewDue
    """When one is owed, and which was the last."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        told = {name: facts_of(getattr(self, name)) for name in self.__slots__ if name not in ("spec", "review")}
        return {**told, "review": self.review.to_json(), "purpose": self.spec.summary or self.spec.playbook.purpose}


def charter(kernel: Kernel, agent: str) -> Charter:
    """Gather an agent's charter.

    Raises:
        NotFoundError: no such agent is in use.
    """
    conn = kernel.reader
    row = in_use(conn, agent)
    history = history_of([each for each in versions.in_use_ever(conn, agent) if each.number <= row.number])
    spec = history[0].spec
    tools = {tool: kind for tool in sorted(named_tools(spec)) if (kind := kernel.registry.type(tool)) is not None}
    writes = {tool: kind for tool, kind in tools.items() if kind.effect is not Effect.READ}
    progress = {cell.category: cell for cell in progress_of(conn, now=row.created_at, agent=agent)}
    rungs = _rungs(kernel, row)
    switches, paused = dict(limits.switches(conn)), limits.paused(conn)
    return Charter(
        agent=agent,
        name=spec.name,
        spec=spec,
        in_use=_set_by(row),
        accountable=accountable(conn, agent),
        paused=switches.get(f"agent:{agent}", switches.get("all")),
        categories=tuple(
            _category(
                rungs[each.id, ""],
                each,
                history,
                progress.get(each.id),
                is_paused=category_scope(agent, each.id) in paused,
            )
            for each in spec.playbook.categories
        ),
        reads=_by_connection(kernel, [tool for tool in tools if tool not in writes]),
        writes=_by_connection(kernel, list(writes)),
        levels=_levels(rungs, history, writes),
        asked=_asked(conn, agent),
        reaches_people=_reach(spec, writes),
        line=line_of(conn, spec),
        review=due(conn, kernel.roster, agent, now=kernel.clock.now()),
    )


def _rungs(kernel: Kernel, row: VersionRow) -> dict[tuple[str, str], Rung]:
    """Return where each category, and each action type in it, stands on the ladder now."""
    conn, version = kernel.reader, kernel.roster.version(kernel.reader, row.id)
    ladder = ladder_of(conn, kernel.registry, version, now=kernel.clock.now())
    return {(rung.category, rung.tool): rung for rung in ladder.rungs()}


def _set_by(row: VersionRow) -> SetBy:
    return SetBy(row.created_at, row.applied_by, row.number, row.reason)


def _signed(rung: Rung, row: VersionRow) -> SetBy:
    """Return since when a rung holds: since a step up was signed for it, else since the version that set it."""
    up = rung.promotion
    if up is None or up.rung != rung.now or up.at < row.created_at:
        return _set_by(row)
    return SetBy(up.at, up.actor, row.number, stands_on(up))


def _category(
    rung: Rung, category: Category, history: Sequence[HistoryLine], cell: GateProgress | None, *, is_paused: bool
) -> HandledCategory:
    spec, name = history[0].spec, category.id
    row = set_by(history, lambda said: (said.category(name) is None, said.stage_of(name)))
    at = None if cell is None else cell.standing
    bounds = None if at is None else at.interval
    return HandledCategory(
        id=name,
        name=category.name,
        criteria=category.criteria,
        stands=furthest(spec, name),
        is_paused=is_paused,
        is_without_evidence=rung.is_without_evidence,
        set_by=_signed(rung, row),
        right=0 if at is None else at.right,
        total=0 if at is None else at.total,
        low=0.0 if bounds is None else bounds.low,
        high=1.0 if bounds is None else bounds.high,
    )


def _levels(
    rungs: Mapping[tuple[str, str], Rung], history: Sequence[HistoryLine], writes: Mapping[str, ActionType]
) -> tuple[LevelLine, ...]:
    """Return the levels: of each action, and of the categories in which it has another one or was taken down."""
    spec, found = history[0].spec, list[LevelLine]()
    names = {each.id: each.name for each in spec.playbook.categories}
    for tool, kind in writes.items():
        fallen = [name for name in names if (name, tool) in rungs and rungs[name, tool].demotion is not None]
        own = [name for name in names if tool in spec.autonomy.categories.get(name, {}) or name in fallen]
        for category in (None, *own):
            level = spec.autonomy.level(tool, category)
            here = [rungs[name, tool] for name in names if (name, tool) in rungs and name not in own]
            if category is not None:
                here = [rungs[category, tool]] if (category, tool) in rungs else []

            def value(said: AgentSpec, tool: str = tool, category: str | None = category) -> object:
                return tool in named_tools(said), said.autonomy.level(tool, category)

            row = set_by(history, value)
            line = LevelLine(
                group=group_of(kind),
                tool=tool,
                category=names.get(category or "", ""),
                level=level,
                wall=wall_of(spec, tool, kind) if level is Level.AUTONOMOUS else "",
                is_without_evidence=any(rung.is_without_evidence for rung in here),
                set_by=_signed(here[0], row) if category is not None and here else _set_by(row),
            )
            found.append(line if category not in fallen else _fallen(line, here[0]))
    return tuple(found)


def _fallen(line: LevelLine, rung: Rung) -> LevelLine:
    """Return the line of a cell that was taken down, whatever its file says."""
    fall = rung.demotion
    if fall is None:
        return line
    return replace(line, level=rung.holds, wall="", set_by=SetBy(fall.at, fall.actor, 0, fall.why))


def _by_connection(kernel: Kernel, tools: Sequence[str]) -> tuple[ToolsOf, ...]:
    found: dict[str, list[str]] = {}
    for tool in tools:
        connection = kernel.registry.connection(tool)
        found.setdefault("" if connection is None else connection.id, []).append(tool)
    return tuple(
        ToolsOf(
            connection=connection,
            account=kernel.registry.account_name(some[0]) or "",
            tools=tuple(tool_words(tool) for tool in some),
        )
        for connection, some in sorted(found.items())
    )


def _asked(conn: Reader, agent: str) -> Asked:
    said = answers(conn, agent=agent, most=ANSWERS)
    people = Counter(answer.actor for answer in said)
    return Asked(
        people=tuple(sorted(people.items(), key=lambda item: (-item[1], item[0]))),
        answers=len(said),
        median_s=median(answer.waited_s for answer in said) if said else None,
    )


def _reach(spec: AgentSpec, writes: Mapping[str, ActionType]) -> Level | None:
    outside = [tool for tool, kind in writes.items() if kind.effect is Effect.EXTERNAL]
    categories = (None, *(each.id for each in spec.playbook.categories))
    return max((spec.autonomy.level(tool, each) for tool in outside for each in categories), default=None)
