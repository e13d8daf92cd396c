"""A changed agent against the record: the same events, worked by it and by the version in use, beside what people did.

Nothing is posted and nothing counts for a gate: these events were seen. Look-ups are answered with what the recorded
run saw; where a path asks what the record does not hold, the answer is as of then, and the event is marked.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsconsole.domain.canonical import canonical, jsonable
from opsconsole.domain.enums import Effect, PairVerdict, Severity
from opsconsole.domain.errors import TransientError
from opsconsole.domain.event import Event
from opsconsole.engine.agents import Version
from opsconsole.engine.intake import subscribes
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.runview import shown
from opsconsole.engine.shadow.history import PastBrain, PreparedBrain
from opsconsole.engine.shadow.pairing import NOT_SEEN
from opsconsole.engine.shadow.pairwrite import typed_deed
from opsconsole.engine.shadow.pastacts import Lessons, category_of
from opsconsole.engine.shadow.replay import Record, Replay, Worked, as_it_came
from opsconsole.policy.comparison import Deed, compare
from opsconsole.policy.evidence import Interval, paired_interval
from opsconsole.policy.trials import AGREED
from opsconsole.store.queries import cases as read_cases
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries import past, work
from opsconsole.store.queries.pairs import PairRow


@dataclass(frozen=True, slots=True)
class Side:
    """One version on one event."""

    verdict: PairVerdict
    severity: Severity
    category: str
    confidence: float | None
    is_failed: bool
    cost_micros: int
    seconds: float
    """That it took to think."""
    off_record: tuple[str, ...]
    actions: tuple[tuple[str, Mapping[str, Any]], ...]

    @property
    def is_right(self) -> bool:
        """It did what the people did, and came to an end."""
        return self.verdict in AGREED and not self.is_failed


@dataclass(frozen=True, slots=True)
class Tried:
    """One event, worked by both."""

    pair: int
    event: int
    title: str
    recorded: PairVerdict
    """What the record says of the version that worked it then."""
    in_use: Side
    changed: Side

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "pair": self.pair,
            "event": self.event,
            "title": self.title,
            "recorded": self.recorded.value,
            "in_use": _side(self.in_use),
            "changed": _side(self.changed),
        }


@dataclass(frozen=True, slots=True)
class Result:
    """All events of a backtest."""

    tried: tuple[Tried, ...]
    stopped: str = ""
    """Why it ended before the last event; empty where it did not."""

    @property
    def better(self) -> int:
        """Events that the changed agent has right and the one in use has not."""
        return sum(one.changed.is_right and not one.in_use.is_right for one in self.tried)

    @property
    def worse(self) -> int:
        """Events that the agent in use has right and the changed one has not."""
        return sum(one.in_use.is_right and not one.changed.is_right for one in self.tried)

    @property
    def interval(self) -> Interval:
        """Bounds of the difference in accuracy, changed less in use, 95 %; from -1 to 1."""
        return paired_interval(self.better, self.worse, len(self.tried))

    def to_json(self) -> dict[str, Any]:
        """Give the totals as JSON."""
        bounds = self.interval
        return {
            "events": len(self.tried),
            "recorded_right": sum(one.recorded in AGREED for one in self.tried),
            "in_use_right": sum(one.in_use.is_right for one in self.tried),
            "changed_right": sum(one.changed.is_right for one in self.tried),
            "better": self.better,
            "worse": self.worse,
            "difference_95": [round(bounds.low, 4), round(bounds.high, 4)],
            "severe_in_use": sum(one.in_use.severity is Severity.SEVERE for one in self.tried),
            "severe_changed": sum(one.changed.severity is Severity.SEVERE for one in self.tried),
            "off_record": sum(bool(one.changed.off_record) for one in self.tried),
            "cost_in_use": sum(one.in_use.cost_micros for one in self.tried) / 1e6,
            "cost_changed": sum(one.changed.cost_micros for one in self.tried) / 1e6,
            "seconds_in_use": round(sum(one.in_use.seconds for one in self.tried), 3),
            "seconds_changed": round(sum(one.changed.seconds for one in self.tried), 3),
            "stopped": self.stopped,
        }


async def backtest(
    kernel: Kernel,
    in_use: Version,
    changed: Version,
    brains: tuple[PastBrain, PastBrain],
    *,
    since: datetime | None = None,
    most: int | None = None,
    cost_cap: float | None = None,
    tell: Callable[[int, int], None] = lambda _, __: None,
) -> Result:
    """Work the events of an agent's pairs with two versions.

    Args:
        kernel: where pairs, events and tools are.
        in_use: the version in use, worked again with the same memory: the baseline.
        changed: the version to try; it need not be applied.
        brains: fresh ones, for `in_use` and for `changed`.
        since: only events from then on.
        most: only the newest so many.
        cost_cap: stop once models have cost so much, in the workspace's money.
        tell: hears (done, of).
    """
    chosen = _chosen(kernel, in_use.agent_id, since)
    if most is not None:
        chosen = chosen[-most:]
    sides = [(version, brain) for version, brain in zip((in_use, changed), brains, strict=True)]
    lessons = [Lessons(version.spec, brain) for version, brain in sides]
    _add_cases(kernel, lessons, in_use.agent_id, chosen)
    tried: list[Tried] = []
    spent, stopped = 0, ""
    for number, one in enumerate(chosen, start=1):
        event = past.event(kernel.reader, one.event_id)
        for side in lessons:
            side.tell_until(event.occurred_at)
        if cost_cap is not None and spent >= cost_cap * 1e6:
            stopped = f"its cap of {cost_cap:g} is reached"
            break
        acts = read.body(kernel.reader, one.id).get("human") or ()
        if all(subscribes(version, as_it_came(event)) for version, _ in sides):
            try:
                tried.append(await _try(kernel, one, event, acts, sides))
            except TransientError as error:
                stopped = f"{error}"
                break
            spent += tried[-1].in_use.cost_micros + tried[-1].changed.cost_micros
        category = category_of(in_use.spec, [act["args"] for act in acts])
        if acts and category is not None:
            for side in lessons:
                side.add(datetime.fromisoformat(acts[-1]["at"]), category, event.precedent)
        tell(number, len(chosen))
    return Result(tuple(tried), stopped)


def _chosen(kernel: Kernel, agent: str, since: datetime | None) -> list[PairRow]:
    """Give one pair an event, oldest first; those that prove nothing for want of sight are left out."""
    found: dict[int, PairRow] = {}
    for one in read.pairs(kernel.reader, agent=agent, newest_first=False, limit=1_000_000):
        is_late = since is None or one.occurred_at >= since
        if is_late and one.source != "file" and one.excluded != NOT_SEEN:
            found.setdefault(one.event_id, one)
    return list(found.values())


async def _try(
    kernel: Kernel,
    one: PairRow,
    event: Event,
    acts: Sequence[Mapping[str, Any]],
    sides: Sequence[tuple[Version, PastBrain]],
) -> Tried:
    human = [
        typed_deed(kernel.registry.type(act["tool"]), act["tool"], act["args"], event.subject, is_partial=True)
        for act in acts
    ]
    record = _recorded(kernel, one)
    found: list[Side] = []
    for version, brain in sides:
        if isinstance(brain, PreparedBrain):
            brain.prepare(version.spec, event)
        began = time.perf_counter()
        worked = await Replay(kernel.registry, version, brain, record=record).work(event)
        found.append(_compared(kernel, worked, human, event, seconds=time.perf_counter() - began))
    return Tried(one.id, one.event_id, one.title, one.verdict, found[0], found[1])


def _compared(kernel: Kernel, worked: Worked, human: Sequence[Deed], event: Event, *, seconds: float) -> Side:
    deeds = [typed_deed(kernel.registry.type(tool), tool, args, event.subject) for tool, args in worked.actions]
    result = compare(deeds, human)
    return Side(
        result.verdict,
        result.severity,
        worked.category,
        worked.confidence,
        bool(worked.failed) or worked.is_abstained,
        worked.cost_micros,
        seconds,
        worked.off_record,
        worked.actions,
    )


def _recorded(kernel: Kernel, one: PairRow) -> Record | None:
    """Give what the recorded run looked up; None where the event was worked outside the journal."""
    if one.run_id is None:
        return None
    found: dict[tuple[str, bytes], Mapping[str, Any]] = {}
    for action in work.actions(kernel.reader, one.run_id):
        kind = kernel.registry.type(action.tool)
        if kind is not None and kind.effect is Effect.READ and action.result is not None:
            found[action.tool, canonical(jsonable(action.args))] = shown(action.result)
    return found


def _add_cases(kernel: Kernel, lessons: Sequence[Lessons], agent: str, chosen: Sequence[PairRow]) -> None:
    """Note each case at the time it was learnt; of the events that are tried, only what people did with them counts."""
    tried = {f"{one.event_id}" for one in chosen}
    for at, category, text, event in read_cases.learnt(kernel.reader, agent):
        if event not in tried:
            for side in lessons:
                side.add(at, category, text)


def _side(one: Side) -> dict[str, Any]:
    return {
        "verdict": one.verdict.value,
        "severity": one.severity.name.lower(),
        "category": one.category,
        "right": one.is_right,
        "off_record": list(one.off_record),
    }
