"""A changed agent against the record: the same events, worked by it and by the version in use, beside what people did.

Nothing is posted and nothing counts for a gate: these events were seen. Look-ups are answered with what the recorded
run saw; where a path asks what the record does not hold, the answer is as of then, and the event is marked.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from opsconsole.domain.canonical import canonical, jsonable
from opsconsole.domain.enums import Effect
from opsconsole.domain.errors import TransientError
from opsconsole.domain.event import Event
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.agents.subscriptions import subscribes
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.pairs.category import category_of
from opsconsole.engine.pairs.compared import compared_told, compared_wanted
from opsconsole.engine.pairs.pair import is_taught
from opsconsole.engine.past.asitcame import as_it_came
from opsconsole.engine.past.backtestresult import Result, Side, Tried
from opsconsole.engine.past.budget import CapReachedError, Purse
from opsconsole.engine.past.history import PastBrain, PreparedBrain
from opsconsole.engine.past.humanacts import PastCases
from opsconsole.engine.past.pair import HUMAN_UNKNOWN
from opsconsole.engine.past.pastrun import PastRun, RecordedReads, Worked
from opsconsole.engine.runstate.loaded import shown
from opsconsole.policy.comparison import ComparedAction, compare
from opsconsole.policy.trials import AGREED
from opsconsole.policy.windows import window_end
from opsconsole.store.queries import cases as read_cases
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries import past, runs
from opsconsole.store.queries.pairs import PairRow


async def backtest(
    kernel: Kernel,
    in_use: Version,
    changed: Version,
    brains: tuple[PastBrain, PastBrain],
    *,
    since: datetime | None = None,
    most: int | None = None,
    cost_cap: float | None = None,
    besides: Collection[int] = (),
    tell: Callable[[int, int], None] = lambda _, __: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Result:
    """Work the events of an agent's pairs with two versions.

    Args:
        kernel: where pairs, events and tools are.
        in_use: the version in use, worked again with the same memory: the baseline.
        changed: the version to try; it need not be applied.
        brains: fresh ones, for `in_use` and for `changed`.
        since: only events from then on.
        most: only the newest so many.
        cost_cap: stop before models have cost more, in the workspace's money; see `Purse`.
        besides: pairs whose events are not counted, because the change was made of them; nor are those that either
            file holds as an example.
        tell: hears (done, of).
        is_stopped: asked before every event.
    """
    chosen = _chosen(kernel, in_use.agent_id, since)
    if most is not None:
        chosen = chosen[-most:]
    sides = [(version, brain) for version, brain in zip((in_use, changed), brains, strict=True)]
    lessons = [PastCases(version.spec, brain) for version, brain in sides]
    _add_cases(kernel, lessons, in_use.agent_id, chosen)
    is_costly = any(isinstance(brain, PreparedBrain) and not brain.is_free for brain in brains)
    purse, result = Purse(cost_cap if is_costly else None), _Found()
    taught = {found.event_id for which in besides if (found := read.pair(kernel.reader, which)) is not None}
    for number, pair in enumerate(chosen, start=1):
        event = past.event(kernel.reader, pair.event_id)
        for side in lessons:
            side.tell_until(event.occurred_at)
        acts = read.body(kernel.reader, pair.id).get("human") or ()
        if pair.event_id in taught or any(is_taught(version.spec, event) for version, _ in sides):
            result.left_out += 1
        elif all(subscribes(version, as_it_came(event)) for version, _ in sides):
            result.stopped = "it was stopped" if is_stopped() else purse.why_not()
            try:
                result.tried += [] if result.stopped else [await _try(kernel, pair, event, acts, sides, purse)]
            except CapReachedError as error:
                result.stopped = f"{error}"
            except TransientError as error:
                result.stopped = f"no answer now ({error})"
            if result.stopped:
                break
        _hear(lessons, in_use, event, acts)
        tell(number, len(chosen))
    return Result(tuple(result.tried), result.stopped, result.left_out)


def _hear(lessons: Sequence[PastCases], in_use: Version, event: Event, acts: Sequence[Mapping[str, Any]]) -> None:
    """Note what people made of an event, at the time from which it was known."""
    category = category_of(in_use.spec, [act["args"] for act in acts])
    if acts and category is not None:
        is_dated = all(act.get("time") != "unknown" for act in acts)
        known_at = datetime.fromisoformat(acts[-1]["at"]) if is_dated else window_end(event.occurred_at)
        for side in lessons:
            side.add(known_at, category, event.precedent)


@dataclass(slots=True)
class _Found:
    """A result on its way."""

    tried: list[Tried] = field(default_factory=list[Tried])
    stopped: str = ""
    left_out: int = 0


def _chosen(kernel: Kernel, agent: str, since: datetime | None) -> list[PairRow]:
    """Return one pair an event, oldest first; those that prove nothing for want of sight are left out."""
    found: dict[int, PairRow] = {}
    for pair in read.pairs(kernel.reader, agent=agent, newest_first=False, limit=1_000_000):
        is_late = since is None or pair.occurred_at >= since
        if is_late and pair.source != "file" and pair.excluded not in HUMAN_UNKNOWN:
            found.setdefault(pair.event_id, pair)
    return list(found.values())


async def _try(
    kernel: Kernel,
    pair: PairRow,
    event: Event,
    acts: Sequence[Mapping[str, Any]],
    sides: Sequence[tuple[Version, PastBrain]],
    purse: Purse,
) -> Tried:
    human = [
        compared_told(kernel.registry, act["tool"], act["args"], event.subject, source=str(act.get("source") or ""))
        for act in acts
    ]
    record = _recorded(kernel, pair)
    found: list[Side] = []
    for version, brain in sides:
        if isinstance(brain, PreparedBrain):
            brain.prepare(version.spec, event)
        began = time.perf_counter()
        worked = await PastRun(kernel.registry, version, brain, record=record, purse=purse).work(event)
        found.append(_compared(kernel, worked, human, event, seconds=time.perf_counter() - began))
    was_right = pair.agreement in AGREED and not pair.is_failed
    return Tried(pair.id, pair.event_id, pair.title, pair.agreement, was_right, found[0], found[1])


def _compared(kernel: Kernel, worked: Worked, human: Sequence[ComparedAction], event: Event, *, seconds: float) -> Side:
    deeds = compared_wanted(kernel.registry, worked.actions, event.subject)
    result = compare(deeds, human)
    return Side(
        result.agreement,
        result.severity,
        worked.category,
        worked.confidence,
        bool(worked.failed) or worked.is_abstained,
        worked.cost_micros,
        seconds,
        worked.off_record,
        worked.actions,
        worked.rulings,
    )


def _recorded(kernel: Kernel, pair: PairRow) -> RecordedReads | None:
    """Return what the recorded run looked up; None where the event was worked outside the journal."""
    if pair.run_id is None:
        return None
    found: dict[tuple[str, bytes], Mapping[str, Any]] = {}
    for action in runs.actions(kernel.reader, pair.run_id):
        kind = kernel.registry.type(action.tool)
        if kind is not None and kind.effect is Effect.READ and action.result is not None:
            found[action.tool, canonical(jsonable(action.args))] = shown(action.result)
    return found


def _add_cases(kernel: Kernel, lessons: Sequence[PastCases], agent: str, chosen: Sequence[PairRow]) -> None:
    """Note each case at the time it was learnt; of the events that are tried, only what people did with them counts."""
    tried = {f"{pair.event_id}" for pair in chosen}
    for at, category, text, event in read_cases.learnt(kernel.reader, agent):
        if event not in tried:
            for side in lessons:
                side.add(at, category, text)
