"""Recorded decisions of any system beside what was expected of it: read, compared, counted.

Only `case_id`, `suite`, `agent_actions` and `expected_actions` of a case are read; verdicts beside them are not.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from opsconsole.domain.action import ActionType
from opsconsole.domain.enums import Agreement, Effect, Severity
from opsconsole.engine.past.casefile import read_lines
from opsconsole.engine.past.policycheck import class_of
from opsconsole.policy.comparison import Compared, ComparedAction, compare

Tools = Mapping[str, Mapping[str, ActionType]]
SHOWN = 4
"""So many names stand in a note."""
SHAPE = "{case_id, agent_actions: [{tool, args}], expected_actions: [{tool, args}]}"


class RecordedAction(BaseModel):
    """A call as a system recorded it."""

    tool: str
    args: dict[str, Any] = Field(default_factory=dict)
    write: bool | None = None
    """None: the tools file says it, else it counts as a write."""
    failed: bool = False
    """It did not work: nothing was done by it."""
    error: Any = None
    """What went wrong, where it did; the same as `failed`."""

    @property
    def is_deed(self) -> bool:
        """It was done, as far as is known."""
        return not self.failed and self.error in (None, "", False)


class RecordedPair(BaseModel):
    """A case: what an agent did, and what should have been done."""

    case_id: str
    suite: str = ""
    event: Any = None
    agent_actions: list[RecordedAction]
    expected_actions: list[RecordedAction]


@dataclass(frozen=True, slots=True)
class Told:
    """A case with what came of the comparison."""

    case: RecordedPair
    agent: tuple[ComparedAction, ...]
    """Its writes."""
    human: tuple[ComparedAction, ...]
    result: Compared
    met: tuple[bool, ...]
    """Per expected action, reads too: the agent did the same."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON; fields stand there only where they differ."""
        actions = [
            {
                "agent": None if match.agent is None else self.agent[match.agent].tool,
                "expected": None if match.human is None else self.human[match.human].tool,
                "same": match.is_same,
                "differs": [diff.to_json() for diff in match.fields if not diff.is_same],
            }
            for match in self.result.matches
        ]
        return {
            "case_id": self.case.case_id,
            "verdict": self.result.agreement.value,
            "severity": self.result.severity.name.lower(),
            "actions": actions,
            "met": list(self.met),
        }


@dataclass(slots=True)
class Totals:
    """Counts over all cases."""

    cases: int = 0
    verdicts: Counter[str] = field(default_factory=Counter[str])
    severities: Counter[str] = field(default_factory=Counter[str])
    fields: Counter[str] = field(default_factory=Counter[str])
    """How often a field of a tool differed."""
    unknown_tools: Counter[str] = field(default_factory=Counter[str])
    failed_calls: int = 0
    """Marked as failed in the file: no deeds."""
    is_any_tool_known: bool = False
    names: Counter[str] = field(default_factory=Counter[str])
    """How often a case_id came."""

    def add(self, told: Told, unknown: Sequence[str]) -> None:
        """Count one case in."""
        self.cases += 1
        self.names[told.case.case_id] += 1
        self.verdicts[told.result.agreement.value] += 1
        self.severities[told.result.severity.name.lower()] += 1
        self.unknown_tools.update(unknown)
        for match in told.result.matches:
            if match.agent is not None:
                tool = told.agent[match.agent].tool
                self.fields.update(f"{tool}.{diff.field}" for diff in match.fields if not diff.is_same)

    def to_json(self) -> dict[str, Any]:
        """Return them as JSON. `right`: the same, or rightly nothing, as a share of all cases."""
        right = self.verdicts[Agreement.SAME.value] + self.verdicts[Agreement.BOTH_NONE.value]
        return {
            "cases": self.cases,
            "right": round(right / self.cases, 4) if self.cases else None,
            "verdicts": {verdict.value: self.verdicts[verdict.value] for verdict in Agreement},
            "severities": {severity.name.lower(): self.severities[severity.name.lower()] for severity in Severity},
            "fields_that_differ": dict(self.fields.most_common(50)),
            "unknown_tools": dict(self.unknown_tools.most_common(50)),
            "failed_calls": self.failed_calls,
        }


def notes(totals: Totals) -> list[str]:
    """Return what a person should know of the figures, a sentence each."""
    found: list[str] = []
    unknown = sorted(totals.unknown_tools)
    if unknown and not totals.is_any_tool_known:
        some = ", ".join(unknown[:SHOWN]) + (" …" if len(unknown) > SHOWN else "")
        found.append(
            f"No tool is classified ({some}), so each counts as a write that reaches outside, and one that nobody"
            " expected as severe. `--tools TOOLS.yaml` says what they do: `suite: {tool: {effect: read}}`, or internal,"
            " or external; `get_*` stands for many."
        )
    again = [name for name, number in totals.names.items() if number > 1]
    if again:
        some = ", ".join(again[:SHOWN]) + (" …" if len(again) > SHOWN else "")
        found.append(f"The same case_id stands there more than once: {some}. Each line counts; only its first is kept.")
    return found


def kept_in_words(system: str, cases: int, new: int) -> str:
    """Say what became of keeping cases; empty where all are new."""
    if new == cases:
        return ""
    known = "nothing is new" if not new else f"{new} new"
    return (
        f"{cases - new} of {cases} cases were kept as {system} before; {known}."
        f" `opsconsole shadow pairs --agent {system}` lists them."
    )


def read_pairs(path: Path) -> Iterator[RecordedPair]:
    """Read recorded cases, one JSON object a line, plain or gzipped.

    Raises:
        FileFormatError: a line is no such case.
    """
    return read_lines(path, RecordedPair, SHAPE)


def compare_case(case: RecordedPair, tools: Tools, totals: Totals) -> Told:
    """Compare the writes of one case, and add to the totals."""
    flags = {action.tool: action.write for action in case.agent_actions if action.write is not None}
    unknown: list[str] = []

    def deeds(actions: Sequence[RecordedAction]) -> tuple[ComparedAction, ...]:
        found: list[ComparedAction] = []
        for action in actions:
            if not action.is_deed:
                totals.failed_calls += 1
                continue
            kind = _known(tools, case.suite, action.tool)
            totals.is_any_tool_known |= kind is not None
            wrote = action.write if action.write is not None else flags.get(action.tool)
            is_write = wrote if wrote is not None else kind is None or kind.effect is not Effect.READ
            if is_write:
                unknown.extend([action.tool] if kind is None else ())
                found.append(_compared(action, kind))
        return tuple(found)

    agent, human = deeds(case.agent_actions), deeds(case.expected_actions)
    told = Told(case, agent, human, compare(agent, human), _met(case, tools))
    totals.add(told, sorted(set(unknown)))
    return told


def _met(case: RecordedPair, tools: Tools) -> tuple[bool, ...]:
    done = [action for action in case.agent_actions if action.is_deed]
    every = [
        [_compared(action, _known(tools, case.suite, action.tool)) for action in side]
        for side in (done, case.expected_actions)
    ]
    matches = compare(*every).matches
    met = {match.human for match in matches if match.is_same}
    return tuple(place in met for place in range(len(case.expected_actions)))


def _known(tools: Tools, suite: str, tool: str) -> ActionType | None:
    """Return the class of a tool: of the case's suite, else of whichever suite has it."""
    if (found := class_of(tools.get(suite, {}), tool)) is not None or suite in tools:
        return found
    return next((found for some in tools.values() if (found := class_of(some, tool)) is not None), None)


def _compared(action: RecordedAction, kind: ActionType | None) -> ComparedAction:
    if kind is None:
        return ComparedAction(tool=action.tool, args=action.args)
    given = any(action.args.get(name) not in (None, "", []) for name in kind.external_if_given)
    effect = Effect.EXTERNAL if given else kind.effect
    return ComparedAction(
        tool=action.tool, args=action.args, effect=effect, reversibility=kind.reversibility, compare=kind.compare
    )
