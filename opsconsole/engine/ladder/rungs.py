"""Where each cell of an agent stands: what it may do, since when, on what evidence, and what the next step asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from opsconsole.domain.agent import AgentSpec, Category
from opsconsole.domain.enums import Effect, Level, Stage
from opsconsole.domain.naming import listed, tool_words
from opsconsole.domain.stages import MOST_LIMITED
from opsconsole.engine.agents.deployments import furthest, has_filter, named_limited
from opsconsole.engine.agents.file import named_tools, steps_of
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.ladder.gates import Evidence, Gate
from opsconsole.engine.registry import Registry
from opsconsole.policy.ladder import TO_STAGE, threshold_alone, wall
from opsconsole.policy.trials import EvidenceThreshold
from opsconsole.store.queries import ladder, versions
from opsconsole.store.queries.ladder import Demotion, Promotion
from opsconsole.store.rows import Reader

STAGES = tuple(Stage)
Cell = tuple[str, str]
"""(category, tool); the tool is empty for the category's stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One cell: the stage of a category (`tool` is empty), or the level of an action type in it."""

    agent: str
    category: str
    name: str
    """The category, as people call it."""
    tool: str
    stage: Stage
    """Of the category."""
    level: Level
    """As its file says; of a stage, 1."""
    holds: Level
    """As it is now: a step down holds it lower."""
    is_live: bool
    demotion: Demotion | None
    promotion: Promotion | None
    """The last step up that a person signed here."""
    is_proven: bool
    """What it may do stands on evidence: signed on it, or there by now. True where it may do nothing by itself."""
    wall: str
    """Why no evidence takes it further; empty where some does."""
    gate: Gate | None
    """What the next step asks for; None at the top, or where a step asks for none."""
    owed: Gate | None
    """What would prove what it may do already; None where that is proven."""

    @property
    def shown(self) -> Gate | None:
        """Return what is told of its evidence: towards the next step, else towards what it may do already."""
        return self.gate if self.gate is not None else self.owed

    @property
    def title(self) -> str:
        """Return the cell in words: `Bug report · Create ticket`."""
        return _title(self.name, self.tool)

    @property
    def now(self) -> str:
        """Return what holds: a stage, or a level's number."""
        return f"{int(self.holds)}" if self.tool else self.stage.value

    @property
    def next(self) -> str:
        """Return the next step up in the same form; empty at the top."""
        if self.tool:
            return "" if self.holds is Level.AUTONOMOUS else f"{int(self.holds) + 1}"
        place = STAGES.index(self.stage)
        return "" if place + 1 == len(STAGES) else STAGES[place + 1].value

    @property
    def below(self) -> str:
        """Return the next step down in the same form; empty at the lowest."""
        if self.tool:
            return "" if self.holds is Level.OBSERVE else f"{int(self.holds) - 1}"
        place = STAGES.index(self.stage)
        return STAGES[place - 1].value if place else ""

    @property
    def is_without_evidence(self) -> bool:
        """It is live, or acts alone, and nothing proves yet that it may."""
        return not self.is_proven

    @property
    def can_climb(self) -> bool:
        """The next step may be signed now."""
        return bool(self.next) and not self.wall and (self.gate is None or self.gate.is_open)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "agent": self.agent,
            "category": self.category,
            "tool": self.tool,
            "stage": self.stage.value,
            "level": int(self.level) if self.tool else None,
            "holds": self.now,
            "live": self.is_live,
            "demoted": None
            if self.demotion is None
            else {"at": self.demotion.at.isoformat(), "why": self.demotion.why, "trigger": self.demotion.trigger},
            "without_evidence": self.is_without_evidence,
            "next": self.next,
            "wall": self.wall,
            "can_climb": self.can_climb,
            "gate": None if self.gate is None else self.gate.to_json(),
            "owed": None if self.owed is None else self.owed.to_json(),
        }


def writes_of(registry: Registry, spec: AgentSpec, category: Category) -> list[str]:
    """Return the writes that an agent's decisions in a category may hold, in the file's order."""
    named = [step.do for step, _ in steps_of(category.steps) if step.do]
    special = spec.autonomy.categories.get(category.id, {})
    found = dict.fromkeys((*named, *special, *_offered(registry, spec, category)))
    return [tool for tool in found if (kind := registry.type(tool)) and kind.effect is not Effect.READ]


def _offered(registry: Registry, spec: AgentSpec, category: Category) -> Iterator[str]:
    """Yield what a model may choose: what has a level by name, and all else that it is offered and may do alone."""
    if spec.brain != "model":
        return
    yield from spec.autonomy.actions
    patterns = spec.tools or tuple(named_tools(spec)) or ("*",)
    for tool in registry.names():
        is_alone = spec.autonomy.level(tool, category.id) is Level.AUTONOMOUS
        if is_alone and any(fnmatchcase(tool, pattern) for pattern in patterns):
            yield tool


class Ladder:
    """An agent's rungs, by what one version of it says."""

    def __init__(self, conn: Reader, registry: Registry, spec: AgentSpec, decides: str, *, now: datetime) -> None:
        """`decides`: digest of what that version decides by."""
        self._conn, self._registry, self.spec, self.decides = conn, registry, spec, decides
        self.evidence = Evidence(conn, spec.agent, decides, now=now)
        self._ups: dict[tuple[str, str], Promotion] = {}
        for step in ladder.promotions(conn, spec.agent):
            self._ups.setdefault((step.category, step.tool), step)
        self._downs: dict[tuple[str, str], Demotion] = {}
        for fall in ladder.in_force(conn, spec.agent):
            known = self._downs.get((fall.category, fall.tool))
            if known is None or fall.ceiling < known.ceiling:
                self._downs[fall.category, fall.tool] = fall

    def rungs(self) -> Iterator[Rung]:
        """Yield every cell: each category's stage, then its action types."""
        for category in self.spec.playbook.categories:
            yield self.stage(category)
            for tool in self.tools(category):
                yield self.level(category, tool)

    def unproven(self) -> Iterator[tuple[str, str, str]]:
        """Yield (category, tool, title) of each cell that is live, or acts alone, without evidence.

        It looks at nothing else, so that a list of agents and a card can ask.
        """
        for category in self.spec.playbook.categories:
            for tool in ("", *self.tools(category)):
                if self.is_without_evidence(category.id, tool):
                    yield category.id, tool, _title(category.name, tool)

    def is_without_evidence(self, category: str, tool: str) -> bool:
        """Return whether a cell is live, or acts alone, and nothing proves yet that it may; `tool` as in a rung."""
        if not furthest(self.spec, category).is_live:
            return False
        if tool:
            return not self._is_level_proven(category, tool)
        return not self._is_stage_proven(category, self.spec.stage_of(category), self._ups.get((category, "")))

    def fallen(self) -> Iterator[tuple[Demotion, Level]]:
        """Yield each step down that holds a cell below its file now, the newest first, with what the file says."""
        for (category, tool), fall in self._downs.items():
            found = self.spec.category(category)
            if found is None or tool not in self.tools(found):
                continue
            level = self.spec.autonomy.level(tool, category)
            if fall.ceiling < level:
                yield fall, level

    def tools(self, category: Category) -> list[str]:
        """Return the writes that a category's decisions may hold, in the file's order."""
        return writes_of(self._registry, self.spec, category)

    def stage(self, category: Category) -> Rung:
        """Return where a category stands."""
        spec, stage = self.spec, self.spec.stage_of(category.id)
        up = self._ups.get((category.id, ""))
        higher = STAGES[STAGES.index(stage) + 1] if stage is not Stage.FULL else None
        is_live = furthest(spec, category.id).is_live
        is_proven = not is_live or self._is_stage_proven(category.id, stage, up)
        return Rung(
            agent=spec.agent,
            category=category.id,
            name=category.name,
            tool="",
            stage=stage,
            level=Level.OBSERVE,
            holds=Level.OBSERVE,
            is_live=is_live,
            demotion=None,
            promotion=up,
            is_proven=is_proven,
            wall="" if higher is None else self._stage_wall(category.id, higher),
            gate=None if higher is None else self.evidence.stage(category.id, TO_STAGE[higher]),
            owed=None if is_proven else self.evidence.stage(category.id, TO_STAGE[stage]),
        )

    def level(self, category: Category, tool: str) -> Rung:
        """Return where an action type stands in a category."""
        spec, kind = self.spec, self._registry.type(tool)
        stage, level = spec.stage_of(category.id), spec.autonomy.level(tool, category.id)
        fall, up = self._downs.get((category.id, tool)), self._ups.get((category.id, tool))
        holds = level if fall is None else min(level, fall.ceiling)
        is_live = furthest(spec, category.id).is_live
        raised = {raised.ceiling for raised in spec.raised if raised.action == tool}
        why = "" if kind is None else wall(kind, raised)
        threshold = None if kind is None else threshold_alone(kind)
        is_proven = not is_live or self._is_level_proven(category.id, tool)
        asks = self.evidence.alone(category.id, tool, threshold) if threshold is not None else None
        return Rung(
            agent=spec.agent,
            category=category.id,
            name=category.name,
            tool=tool,
            stage=stage,
            level=level,
            holds=holds,
            is_live=is_live,
            demotion=fall if holds < level else None,
            promotion=up,
            is_proven=is_proven,
            wall=why if holds is Level.APPROVAL else "",
            gate=asks if holds is Level.APPROVAL else None,
            owed=None if is_proven else asks,
        )

    def _stage_wall(self, category: str, higher: Stage) -> str:
        if not self.spec.is_in_scope(category):
            return "it is outside the agent's scope"
        named = named_limited(self.spec)
        if higher is Stage.LIMITED and len(named) >= MOST_LIMITED and not has_filter(self.spec):
            return f"limited is {MOST_LIMITED} categories at most, and {len(named)} are: take one of them further first"
        return self._alone_at(category, higher)

    def _alone_at(self, category: str, higher: Stage) -> str:
        """Return why a stage stays closed by which something would begin to act alone that nothing proves."""
        stages = self.spec.stage.model_copy(update={"categories": {**self.spec.stage.categories, category: higher}})
        after = self.spec.model_copy(update={"stage": stages})
        found = self.spec.category(category)
        if found is None or furthest(self.spec, category).is_live or not furthest(after, category).is_live:
            return ""
        bare = [tool_words(tool) for tool in self.tools(found) if not self._is_level_proven(category, tool)]
        return f"{listed(bare)} would act alone there, which is not earned: have it ask first" if bare else ""

    def _is_stage_proven(self, category: str, stage: Stage, up: Promotion | None) -> bool:
        if self._is_signed(up) and up is not None and STAGES.index(Stage(up.rung)) >= STAGES.index(stage):
            return True
        return self.evidence.stage(category, TO_STAGE[stage]).is_open

    def _is_level_proven(self, category: str, tool: str) -> bool:
        """Return whether a cell of a live category does nothing alone, or may."""
        spec, kind, fall = self.spec, self._registry.type(tool), self._downs.get((category, tool))
        level = spec.autonomy.level(tool, category)
        holds = level if fall is None else min(level, fall.ceiling)
        if kind is None or holds is not Level.AUTONOMOUS:
            return True
        if wall(kind, {raised.ceiling for raised in spec.raised if raised.action == tool}):
            return True
        return self._is_alone_proven(category, tool, threshold_alone(kind), self._ups.get((category, tool)))

    def _is_alone_proven(self, category: str, tool: str, threshold: EvidenceThreshold, up: Promotion | None) -> bool:
        is_signed = self._is_signed(up) and up is not None and up.rung == f"{int(Level.AUTONOMOUS)}"
        return is_signed or self.evidence.alone(category, tool, threshold).is_open

    def _is_signed(self, up: Promotion | None) -> bool:
        """A step counts for what it was signed for: a version that decides otherwise starts from nothing."""
        return up is not None and up.is_proven and up.decides == self.decides


def _title(name: str, tool: str) -> str:
    return f"{name} · {tool_words(tool)}" if tool else name


def ladder_of(conn: Reader, registry: Registry, version: Version, *, now: datetime) -> Ladder:
    """Return the ladder of an agent as a version of it stands."""
    return Ladder(conn, registry, version.spec, versions.decides(conn, version.id), now=now)
