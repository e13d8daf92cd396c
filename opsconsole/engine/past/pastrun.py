"""Working a past event as if it happened now, knowing what was known then; nothing is ever done.

It holds no effects and no way to make one: look-ups are asked as of the event, writes are only noted. What it wanted
is what an agent in shadow would have done, less what the guardrails of its version refuse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from opsconsole.domain.action import Call, Proposal
from opsconsole.domain.canonical import canonical, jsonable
from opsconsole.domain.enums import ActionState, Effect, Verdict
from opsconsole.domain.errors import ConnectorError, MachineError, TransientError
from opsconsole.domain.event import Event
from opsconsole.domain.ids import RunId, action_id
from opsconsole.domain.ruling import Ruling
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.gate.arguments import ArgumentError, validate
from opsconsole.engine.gate.context import Wanted, gate_context, terms_of
from opsconsole.engine.past.asitcame import as_it_came
from opsconsole.engine.past.budget import Purse
from opsconsole.engine.ports.brain import ASK_PERSON, Brain, Outcome, PastTurn, RunView, Turn
from opsconsole.engine.ports.connector import Actor, PastSimulator, RecordReader
from opsconsole.engine.registry import Registry
from opsconsole.engine.runstate.turnbody import distinct, gives_up, ratified
from opsconsole.policy import gate
from opsconsole.store.rows import present

NEWS = RunId(0)
RecordedReads = Mapping[tuple[str, bytes], Mapping[str, Any]]
"""(tool, canonical arguments) of a look-up → what it gave."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What came of a past event."""

    category: str
    confidence: float | None
    actions: tuple[tuple[str, Mapping[str, Any]], ...]
    """Writes it wanted and its rules do not refuse: (tool, arguments)."""
    rulings: tuple[Verdict, ...]
    """What the gate would say of each write it wanted were the agent live, those it refuses included."""
    because: str
    is_abstained: bool
    failed: str
    """Why it came to no end; empty where it did."""
    cost_micros: int
    turns: int
    off_record: tuple[str, ...] = ()
    """Look-ups that could not be answered as of then."""


@dataclass(slots=True)
class _Course:
    """A run as far as it is."""

    past: list[PastTurn] = field(default_factory=list[PastTurn])
    actions: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list[tuple[str, Mapping[str, Any]]])
    rulings: list[Verdict] = field(default_factory=list[Verdict])
    overlay: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    off_record: list[str] = field(default_factory=list[str])
    wrong: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    """Per tool in which turn a write was tried with it that is none, and why it is none."""
    is_tainted: bool = False
    """It was told what a stranger can have written."""
    is_asking: bool = False
    """It asked a person; in shadow nobody answers."""
    cost_micros: int = 0


class PastRun:
    """Works past events with one version of an agent."""

    def __init__(
        self,
        registry: Registry,
        version: Version,
        brain: Brain,
        *,
        record: RecordedReads | None = None,
        purse: Purse | None = None,
    ) -> None:
        """`record`: what look-ups gave then; what it does not hold is asked as of then, and marked."""
        self._registry = registry
        self._version = version
        self._brain = brain
        self._record = record
        self._purse = purse or Purse(None)

    async def work(self, event: Event) -> Worked:
        """Work one event as of the time it happened.

        Raises:
            TransientError: what thinks does not answer now.
            CapReachedError: it may not be paid for.
        """
        limits = self._version.spec.limits
        seen, course = as_it_came(event), _Course(is_tainted=event.is_untrusted)
        turn: Turn | None = None
        failed = ""
        try:
            for number in range(limits.turns):
                if limits.cost is not None and course.cost_micros >= limits.cost * 1e6:
                    failed = f"stopped at its cost limit of {limits.cost:g}"
                    break
                turn = await self._think(seen, course)
                if not turn.proposals and not turn.goes_on:
                    break
                outcomes = [
                    await self._meet(proposal, seen, course, turn, place=(number, position))
                    for position, proposal in enumerate(distinct(turn.proposals))
                ]
                course.past.append(PastTurn(turn, tuple(outcomes)))
            else:
                failed = f"stopped at its limit of {limits.turns} turns"
        except TransientError:
            raise  # no model answers now: that says nothing of the agent
        except ConnectorError as error:
            failed = f"could not be thought through: {error}"
        return self._worked(course, turn, failed)

    async def _think(self, event: Event, course: _Course) -> Turn:
        async with self._purse.answer() as bill:
            turn = await self._brain.turn(self._view(event, course))
            bill.micros = turn.cost_micros
        course.cost_micros += turn.cost_micros
        return ratified(turn, self._version.spec)

    def _worked(self, course: _Course, last: Turn | None, failed: str) -> Worked:
        turns = [past_turn.turn for past_turn in course.past]
        every = turns if last is None or (turns and last is turns[-1]) else [*turns, last]
        named = next((turn for turn in reversed(every) if turn.category is not None), None)
        return Worked(
            category="" if named is None else named.category or "",
            confidence=None if named is None else named.confidence,
            actions=tuple(course.actions),
            rulings=tuple(course.rulings),
            because=next((turn.rationale for turn in reversed(every) if turn.rationale), ""),
            is_abstained=any(turn.is_abstained for turn in every) or (course.is_asking and not course.actions),
            failed=failed or next((why for _, why in course.wrong.values()), "") or _why_given_up(every, course),
            cost_micros=course.cost_micros,
            turns=len(every),
            off_record=tuple(course.off_record),
        )

    def _view(self, event: Event, course: _Course) -> RunView:
        return RunView(
            run_id=NEWS,
            agent=self._version.spec,
            event=event,
            past=tuple(course.past),
            now=event.occurred_at,
            tools=self._registry.types,
        )

    async def _meet(
        self, proposal: Proposal, event: Event, course: _Course, turn: Turn, *, place: tuple[int, int]
    ) -> Outcome:
        """Answer a proposal as a run in shadow would."""
        if proposal.tool == ASK_PERSON:
            course.is_asking = True
            return Outcome(proposal, ActionState.SIMULATED.value, {"ok": True, "error": "", "answer": ""})
        registry, tool = self._registry, proposal.tool
        kind, reader, actor = registry.type(tool), registry.reader(tool), registry.actor(tool)
        if kind is None or proposal.problem:
            why = proposal.problem or f"there is no tool {proposal.tool}"
            course.wrong[proposal.tool] = (place[0], why)
            return Outcome(proposal, ActionState.FAILED.value, {"ok": False, "error": why})
        try:
            args = validate(kind, proposal.args)
        except ArgumentError as error:
            if kind.effect is not Effect.READ:
                course.wrong[proposal.tool] = (place[0], f"{proposal.tool}: {error}")
            return Outcome(proposal, ActionState.FAILED.value, {"ok": False, "error": f"{error}"})
        call = Call(
            action_id=action_id(NEWS, *place),
            tool=proposal.tool,
            args=args,
            subject=event.subject,
            actor=f"agent:{self._version.agent_id}",
            key="",
            fields=event.fields,
        )
        if reader is not None:
            found = await self._look_up(reader, call, course, event)
            course.is_tainted |= kind.is_untrusted
            return Outcome(proposal, ActionState.DONE.value, found)
        course.wrong.pop(proposal.tool, None)
        for tool in [tool for tool, (turn_number, _) in course.wrong.items() if turn_number < place[0]]:
            del course.wrong[tool]  # it was told, and did this instead
        ruling = self._rule(call, proposal, event, turn, is_tainted=course.is_tainted)
        course.rulings.append(ruling.verdict)
        if ruling.verdict is Verdict.REFUSE:
            why = next(reason.text for reason in ruling.reasons if reason.verdict is Verdict.REFUSE)
            result = {"ok": False, "refused": True, "error": why}
            return Outcome(proposal, ActionState.REFUSED.value, result)
        course.actions.append((call.tool, args))
        result = await _pretend(present(actor, call.tool), call, course, event.occurred_at)
        state = ActionState.SIMULATED if result.get("ok") else ActionState.FAILED
        return Outcome(proposal, state.value, result)

    async def _look_up(self, reader: RecordReader, call: Call, course: _Course, event: Event) -> Mapping[str, Any]:
        if self._record is not None:
            if (kept := self._record.get((call.tool, canonical(jsonable(call.args))))) is not None:
                return kept
            course.off_record.append(call.tool)
        return await _look_up(reader, call, course, event.occurred_at)

    def _rule(self, call: Call, proposal: Proposal, event: Event, turn: Turn, *, is_tainted: bool) -> Ruling:
        """Ask the gate as if the agent were live, by what the event and the agent's own file say.

        What only a moment tells (pauses, caps, quiet hours, what was done just before, who was written to) is left out:
        it says when and by whom, not whether.
        """
        wanted = Wanted(
            tool=call.tool,
            args=call.args,
            category=turn.category,
            confidence=turn.confidence,
            is_abstained=turn.is_abstained,
            is_tainted=is_tainted,
            is_ratified_step=proposal.step is not None,
            slots=proposal.slots,
            is_disputed=turn.is_disputed,
        )
        terms = replace(terms_of(self._version.spec, wanted, None).as_if_live(), quiet_hours=())
        kind = self._registry.type(call.tool)
        return gate.rule(gate_context(wanted, terms, kind=kind, event=event, now=event.occurred_at))


def _why_given_up(turns: Sequence[Turn], course: _Course) -> str:
    """Say why it left the event to people; empty where it did not, or where it asked them what it is."""
    last = turns[-1] if turns else None
    if last is None or last.is_abstained or not gives_up(last, has_acted=bool(course.actions)):
        return ""
    return last.final or "it left the event to people"


async def _look_up(reader: RecordReader, call: Call, course: _Course, as_of: datetime) -> dict[str, Any]:
    try:
        return (await reader.read(call, course.overlay, as_of)).to_json()
    except MachineError:
        raise
    except Exception as error:
        course.off_record.append(call.tool)
        why = str(error) if isinstance(error, ConnectorError) else type(error).__name__
        return {"ok": False, "error": f"{call.tool} cannot tell what was known then: {why}"}


async def _pretend(actor: Actor, call: Call, course: _Course, as_of: datetime) -> dict[str, Any]:
    """Say what the write would have returned; what stands in its way today says nothing of then."""
    try:
        if isinstance(actor, PastSimulator):
            made = await actor.simulate_past(call, course.overlay, as_of)
        else:
            made = await actor.simulate(call, course.overlay)
    except MachineError:
        raise
    except Exception as error:
        if isinstance(actor, PastSimulator) and isinstance(error, ConnectorError):
            return {"ok": False, "error": str(error)}
        return {"ok": True, "error": "", "id": f"sim:{call.action_id}"}
    for key, fields in made.records.items():
        course.overlay[key] = {**course.overlay.get(key, {}), **fields}
    return made.result.to_json()
