"""What would the gate say of recorded actions: how an operator tries a policy on the past.

Only `case_id`, `suite` and `agent_actions` of a case are read. Provenance is carried: once a tool that gives strangers'
text was called, later calls of the case count as chosen after reading it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import Frozen, Guardrail, Trust
from opsconsole.domain.enums import ClassCeiling, Comparison, Effect, Level, Reversibility, Verdict
from opsconsole.engine.agents.yamltext.file import read_yaml
from opsconsole.engine.gate.context import Terms, Wanted, gate_context
from opsconsole.engine.past.casefile import read_lines
from opsconsole.policy import gate
from opsconsole.policy.cel.conditions import ConditionError, compile_condition


class AnyArguments(BaseModel):
    """Arguments of a tool whose schema we were not given."""

    model_config = ConfigDict(extra="allow")


class ToolEntry(Frozen):
    """One tool in a TOOLS.yaml."""

    effect: Effect
    reversibility: Reversibility = Reversibility.REVERSIBLE
    untrusted: bool = False
    """What it returns can have been written by strangers."""
    egress: bool = False
    """Its arguments leave the house even though it only reads."""
    external_if_given: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    money: bool = False
    compare: dict[str, Comparison] = Field(default_factory=dict)
    """How an argument is compared with what a human did; exactly where it says nothing."""

    def action_type(self, name: str) -> ActionType:
        """Return it as the gate knows tools."""
        return ActionType(
            name=name,
            title=name,
            effect=self.effect,
            reversibility=self.reversibility,
            arguments=AnyArguments,
            is_untrusted=self.untrusted,
            is_egress=self.egress,
            external_if_given=self.external_if_given,
            destinations=self.destinations,
            is_money=self.money,
            compare=self.compare,
        )


class ToolsFile(RootModel[dict[str, dict[str, ToolEntry]]]):
    """TOOLS.yaml: suite → tool, or a pattern of tools (`get_*`) → class."""


class RaisedFor(Frozen):
    """A class ceiling raised by hand."""

    tool: str
    ceiling: ClassCeiling
    reason: str = Field(min_length=8)


class PolicyFile(Frozen):
    """POLICY.yaml: what to try."""

    level: Level | None = None
    levels: dict[str, Level] = Field(default_factory=dict)
    class_ceilings: Literal["on", "off"] | bool = True
    """`off` tries the other rules alone; an agent has no such setting."""
    raised: tuple[RaisedFor, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()
    trust: Trust = Trust()


@dataclass(frozen=True, slots=True)
class RecordedCase:
    """A case as it was recorded, with what counts."""

    case_id: str
    suite: str
    actions: Sequence[tuple[str, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Harmless:
    """Which cases count as harmless. Their ids tell it, as AgentDojo writes them: nothing else of a case is read."""

    attacked: str = "*_task_*/*/injection_task_*"
    """Pattern of the ids of cases in which somebody attacked."""
    injection_tasks: str = "*injection_task_*"
    """Of the others: pattern of those in which a user wishes what an attacker would."""


@dataclass(slots=True)
class FreeWrites:
    """How many writes of some cases act alone."""

    cases: int = 0
    writes: int = 0
    free: int = 0

    def add(self, actions: Sequence[Mapping[str, Any]]) -> None:
        """Take a case in, by what was told of its actions."""
        writes = [action for action in actions if action["effect"] != Effect.READ.value]
        self.cases += 1
        self.writes += len(writes)
        self.free += sum(action["verdict"] == Verdict.ACT.name for action in writes)

    def to_json(self) -> dict[str, Any]:
        """Return them as JSON; a share of nothing is null."""
        share = round(self.free / self.writes, 3) if self.writes else None
        return {"cases": self.cases, "writes": self.writes, "free": self.free, "share": share}


@dataclass(slots=True)
class Totals:
    """Counts over all cases."""

    harmless: Harmless = Harmless()
    cases: int = 0
    actions: int = 0
    verdicts: Counter[str] = field(default_factory=Counter[str])
    by_class: dict[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])
    rules: Counter[str] = field(default_factory=Counter[str])
    unknown_tools: Counter[str] = field(default_factory=Counter[str])
    free: FreeWrites = field(default_factory=FreeWrites)
    """In harmless cases, injection tasks among them."""
    free_without: FreeWrites = field(default_factory=FreeWrites)
    """In harmless cases without injection tasks."""
    outside: int = 0
    """Calls that act alone and reach outside, cannot be undone, or send out what they are asked."""
    after_trusted: Counter[str] = field(default_factory=Counter[str])
    """How many of them came after each read that is called trusted: their freedom rests on its word."""

    def add_harmless(self, case_id: str, actions: Sequence[Mapping[str, Any]]) -> None:
        """Count the writes of a case where it is harmless."""
        if fnmatchcase(case_id, self.harmless.attacked):
            return
        self.free.add(actions)
        if not fnmatchcase(case_id, self.harmless.injection_tasks):
            self.free_without.add(actions)

    def add_outside(self, reads: Iterable[str]) -> None:
        """Count a call that acts outside alone, after these trusted reads."""
        self.outside += 1
        self.after_trusted.update(reads)

    def to_json(self) -> dict[str, Any]:
        """Return them as JSON."""
        return {
            "cases": self.cases,
            "actions": self.actions,
            "verdicts": dict(self.verdicts),
            "by_class": {name: dict(counts) for name, counts in sorted(self.by_class.items())},
            "binding_rules": dict(self.rules.most_common()),
            "unknown_tools": dict(self.unknown_tools.most_common()),
            "free_writes": {
                "with_injection_tasks": self.free.to_json(),
                "without_injection_tasks": self.free_without.to_json(),
            },
            "outside_alone": {"calls": self.outside, "after_trusted": dict(self.after_trusted.most_common())},
        }


def read_tools(path: Path) -> dict[str, dict[str, ActionType]]:
    """Read a TOOLS.yaml.

    Raises:
        FileFormatError: it is not as it should be, with the line.
    """
    tools = read_yaml(path).into(ToolsFile).root
    return {suite: {name: entry.action_type(name) for name, entry in some.items()} for suite, some in tools.items()}


def class_of(known: Mapping[str, ActionType], tool: str) -> ActionType | None:
    """Return the class of a tool: its own, else that of the pattern that fits and says most of its name."""
    if (found := known.get(tool)) is not None:
        return found
    fitting = [name for name in known if any(sign in name for sign in "*?[") and fnmatchcase(tool, name)]
    best = max(fitting, key=lambda name: (len(name.strip("*?")), name), default=None)
    return None if best is None else known[best]


def read_policy(path: Path) -> PolicyFile:
    """Read a POLICY.yaml.

    Raises:
        FileFormatError: it is not as it should be, with the line.
    """
    document = read_yaml(path)
    policy = document.into(PolicyFile)
    for index, guardrail in enumerate(policy.guardrails):
        try:
            compile_condition(guardrail.when)
        except ConditionError as error:
            raise document.error(str(error), ("guardrails", index, "when")) from error
    return policy


def read_cases(path: Path) -> Iterator[RecordedCase]:
    """Read recorded cases, one JSON object a line, plain or gzipped.

    Raises:
        FileFormatError: a line is no such case.
    """
    for case in read_lines(path, _Case, "{case_id, suite, agent_actions: [{tool, args}]}"):
        yield RecordedCase(case.case_id, case.suite, [(action.tool, action.args) for action in case.agent_actions])


class _Action(BaseModel):
    tool: str
    args: dict[str, Any] = Field(default_factory=dict)


class _Case(BaseModel):
    case_id: str
    suite: str = ""
    agent_actions: list[_Action]


def check(
    case: RecordedCase,
    tools: Mapping[str, Mapping[str, ActionType]],
    policy: PolicyFile,
    *,
    level: Level,
    now: datetime,
    totals: Totals,
) -> dict[str, Any]:
    """Ask the gate about each action of a case, in order; give the verdicts as JSON and add to the totals."""
    is_tainted, trusted = False, dict[str, None]()
    told: list[dict[str, Any]] = []
    totals.cases += 1
    for tool, args in case.actions:
        kind = class_of(tools.get(case.suite, {}), tool)
        wanted = Wanted(tool=tool, args=args, confidence=1.0, is_tainted=is_tainted)
        context = gate_context(wanted, _terms(policy, tool, level), kind=kind, event=None, now=now)
        ruling = gate.rule(context)
        name = ruling.verdict.name
        told.append(
            {
                "tool": tool,
                "effect": context.effect.value,
                "reversibility": context.reversibility.value,
                "after_untrusted": is_tainted,
                "verdict": name,
                "reasons": [f"{reason.rule}: {reason.text}" for reason in ruling.binding],
            }
        )
        is_egress = kind is not None and kind.is_egress
        detail = "egress" if is_egress else context.reversibility.value if context.is_write else ""
        group = f"{context.effect.value} {detail}"
        totals.actions += 1
        totals.verdicts[name] += 1
        totals.by_class.setdefault(group.strip(), Counter())[name] += 1
        totals.rules.update(reason.rule for reason in ruling.binding)
        is_grave = Effect.EXTERNAL is context.effect or context.reversibility is Reversibility.IRREVERSIBLE or is_egress
        if is_grave and ruling.verdict is Verdict.ACT:
            totals.add_outside(list(trusted))
        if kind is not None and kind.effect is Effect.READ and not kind.is_untrusted:
            trusted[f"{case.suite}:{tool}"] = None
        if kind is None:
            totals.unknown_tools[f"{case.suite}:{tool}"] += 1
        is_tainted = is_tainted or kind is None or kind.is_untrusted
    totals.add_harmless(case.case_id, told)
    lowest = min((Verdict[action["verdict"]] for action in told), default=Verdict.ACT)
    return {"case_id": case.case_id, "suite": case.suite, "verdict": lowest.name, "actions": told}


def _terms(policy: PolicyFile, tool: str, level: Level) -> Terms:
    """Return what a policy says of calls of a tool; `level` holds where it says nothing."""
    raised = frozenset(raised.ceiling for raised in policy.raised if raised.tool == tool)
    if policy.class_ceilings in (False, "off"):
        raised = frozenset(ClassCeiling)
    return Terms(level=policy.levels.get(tool, level), raised=raised, guardrails=policy.guardrails, trust=policy.trust)
