"""Walks a category's steps: which tool calls come next, given what came of the earlier ones.

Writes go one after another, so that what one returned steers the next; look-ups that need nothing from each other go
together. A branch (`on_fail`, `on_reject`) is taken instead of the rest, and ends the run.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from opsconsole.domain.action import Proposal
from opsconsole.domain.agent import Category, Step
from opsconsole.engine.agents.templates import TemplateFailure, fill, fill_value
from opsconsole.engine.agents.templates import names_in as template_names
from opsconsole.engine.ports.brain import ASK_PERSON, Outcome
from opsconsole.policy.cel.conditions import UndecidedError, holds
from opsconsole.policy.cel.conditions import names_in as condition_names

Path = tuple[tuple[int, str], ...]
"""Branches taken: (index of the step, `on_fail` or `on_reject`), from the category's own list inward."""


@dataclass(slots=True)
class Place:
    """Where a run is in its category's steps."""

    path: Path = ()
    next: int = 0
    bound: dict[str, Any] = field(default_factory=dict[str, Any])
    """Results by the names that steps gave them."""
    pending: tuple[int, ...] = ()
    """Indexes of the steps whose outcome is awaited."""

    def to_json(self) -> dict[str, Any]:
        """Return the form that is kept in a turn's memo."""
        return {
            "path": [list(place) for place in self.path],
            "next": self.next,
            "bound": self.bound,
            "pending": list(self.pending),
        }

    @classmethod
    def from_json(cls, memo: Mapping[str, Any]) -> "Place":
        """Read a memo."""
        return cls(
            tuple((int(index), str(branch)) for index, branch in memo["path"]),
            memo["next"],
            dict(memo["bound"]),
            tuple(memo["pending"]),
        )


@dataclass(frozen=True, slots=True)
class Advance:
    """What comes next: calls to make, or the end."""

    proposals: tuple[Proposal, ...] = ()
    end: str | None = None
    is_handled: bool = True


def steps_at(category: Category, path: Path) -> Sequence[Step]:
    """Return the list of steps that a path leads to."""
    steps = category.steps
    for index, branch in path:
        steps = steps[index].on_fail if branch == "on_fail" else steps[index].on_reject
    return steps


def take_outcomes(category: Category, place: Place, outcomes: Sequence[Outcome]) -> Advance | None:
    """Bind what came of the pending steps and choose the branch; an `Advance` where the run ends here."""
    steps = steps_at(category, place.path)
    pending, place.pending = place.pending, ()
    for index, outcome in zip(pending, outcomes, strict=True):
        step = steps[index]
        if step.as_ is not None:
            place.bound[step.as_] = dict(outcome.result)
        error = str(outcome.result.get("error", ""))
        if outcome.state == "rejected":
            place.bound["rejection"] = error
            if not step.on_reject:
                return Advance(end=f"a person rejected {_what(step)}: {error}")
            place.path, place.next = (*place.path, (index, "on_reject")), 0
            return None
        if outcome.state == "lapsed":
            return Advance(end=f"left to people: {_what(step)}: {error}", is_handled=False)
        if not outcome.result.get("ok", False):
            place.bound["failure"] = error
            if step.on_fail:
                place.path, place.next = (*place.path, (index, "on_fail")), 0
                return None
            if step.as_ is None:
                return Advance(end=f"{_what(step)} did not work: {error}", is_handled=False)
    return None


def advance(category: Category, place: Place, facts: Mapping[str, Any], *, sender: str) -> Advance:
    """Return the next calls. `facts` is what conditions and templates see besides bound results."""
    steps = steps_at(category, place.path)
    values = {**facts, **place.bound}
    proposals: list[Proposal] = []
    pending: list[int] = []
    awaited: set[str] = set()
    while place.next < len(steps):
        step = steps[place.next]
        if pending and (step.look_up is None or awaited & _names(step)):
            break
        try:
            if step.when is not None and not holds(step.when, values):
                place.next += 1
                continue
            if step.stop is not None:
                return Advance(end=fill(step.stop, values)[0])
            wanted = _proposal(category, place, step, values, sender)
            if any((proposal.tool, proposal.args) == (wanted.tool, wanted.args) for proposal in proposals):
                break  # the same call twice in a turn is one action; the second step gets its own, next turn
            proposals.append(wanted)
        except (UndecidedError, TemplateFailure) as error:
            return Advance(end=_why_stuck(category, place, step, error), is_handled=False)
        pending.append(place.next)
        place.next += 1
        if step.as_ is not None:
            awaited.add(step.as_)
        if step.look_up is None or step.on_fail:
            break
    place.pending = tuple(pending)
    if proposals:
        return Advance(tuple(proposals))
    return Advance(end="")


def _proposal(category: Category, place: Place, step: Step, values: Mapping[str, Any], sender: str) -> Proposal:
    name = f"{category.id}#{'.'.join([*(f'{i}:{b}' for i, b in place.path), str(place.next)])}"
    because = fill(step.because, values)[0] if step.because else ""
    if step.ask is not None:
        question = {"question": fill(step.ask, values)[0], "options": list(step.options), "category": category.id}
        return Proposal(tool=ASK_PERSON, args=question, step=name, because=because)
    tool = step.look_up or step.do or ""
    args: dict[str, Any] = {}
    slots: dict[str, tuple[str, ...]] = {}
    for key, template in step.args.items():
        value, filled = fill_value(template, values)
        if value is not None:
            args[key], slots[key] = value, filled
    if step.do is not None and "to" not in args and sender and tool.endswith((".reply", ".acknowledge")):
        args["to"] = sender
    return Proposal(tool=tool, args=args, step=name, slots=slots, because=because)


def _names(step: Step) -> frozenset[str]:
    found = condition_names(step.when) if step.when is not None else frozenset[str]()
    for value in (*step.args.values(), step.because):
        if isinstance(value, str) and "{" in value:
            found |= template_names(value)
        elif isinstance(value, dict | list):
            found |= template_names(str(value))  # pyright: ignore[reportUnknownArgumentType]
    return found


def _why_stuck(category: Category, place: Place, step: Step, error: Exception) -> str:
    """Say why a step cannot be worked out: where it needs what an earlier one did not bring, by that one's failure."""
    named = _names(step).union(*(template_names(text) for text in (step.stop, step.ask) if text))
    for name in sorted(named & place.bound.keys()):
        given = place.bound[name]
        if isinstance(given, Mapping) and cast("Mapping[str, Any]", given).get("ok") is False:
            failed = cast("Mapping[str, Any]", given).get("error") or "no reason given"
            maker = next((_what(earlier) for earlier in _every(category.steps) if earlier.as_ == name), name)
            return f"{maker} did not work: {failed}. Step {place.next + 1} of {category.name} needs what it brings"
    return f"step {place.next + 1} of {category.name} could not be worked out: {error}"


def _every(steps: Sequence[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _every((*step.on_fail, *step.on_reject))


def _what(step: Step) -> str:
    return step.do or step.look_up or "a question"
