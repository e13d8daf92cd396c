"""A run as the engine picks it up: its rows, and the view its brain gets. Replays what is stored, repeats nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from opsconsole.domain.action import Call
from opsconsole.domain.enums import ActionState
from opsconsole.domain.event import Event
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.gate.gatekeeper import WantedAction
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ports.brain import ASK_PERSON, Outcome, PastTurn, RunView, Turn
from opsconsole.engine.runstate.turnbody import turn_from
from opsconsole.store.queries import events, runs
from opsconsole.store.queries.history import has_untrusted, of_subject
from opsconsole.store.rows import ActionRow, Reader, RunRow, present

OPEN = (ActionState.PROPOSED, ActionState.WAITING)
OVERLAY = "_records"
"""Where a simulated action keeps the records that later reads of its run should see."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A run with all it stands on."""

    run: RunRow
    version: Version
    event: Event
    turns: tuple[Turn, ...]
    actions: tuple[ActionRow, ...]
    history: tuple[str, ...] = ()
    """What happened on the subject before, where a model is to be told."""

    @property
    def open_actions(self) -> tuple[ActionRow, ...]:
        """Actions without a result yet."""
        return tuple(action for action in self.actions if action.state in OPEN)


def load(kernel: Kernel, conn: Reader, run_id: int) -> Loaded:
    """Load a run.

    Raises:
        LookupError: there is none.
    """
    run = runs.run(conn, run_id)
    event = None if run is None else events.event(conn, run.event_id)
    if run is None or event is None:
        raise LookupError(f"run {run_id}")
    version = kernel.roster.version(conn, run.version_id)
    turns = tuple(turn_from(body) for body in runs.turns(conn, run_id))
    history = of_subject(conn, run) if version.spec.brain == "model" else ()
    return Loaded(run, version, event, turns, tuple(runs.actions(conn, run_id)), history)


def refresh(kernel: Kernel, conn: Reader, known: Loaded) -> Loaded:
    """Load what can have changed of a run since: its row, its actions, new turns. Stored turns never change."""
    run = present(runs.run(conn, known.run.id), f"run {known.run.id}")
    turns = known.turns
    if run.turns > len(turns):
        turns = (*turns, *(turn_from(body) for body in runs.turns(conn, run.id, first=len(turns))))
    return replace(known, run=run, turns=turns, actions=tuple(runs.actions(conn, run.id)))


def is_tainted(kernel: Kernel, loaded: Loaded, *, before_turn: int) -> bool:
    """Return whether untrusted text had reached the brain before a turn.

    A model is also told what came before on the subject: titles that strangers wrote, and outcomes made from them.
    """
    if loaded.event.is_untrusted:
        return True
    if loaded.version.spec.brain == "model" and has_untrusted(kernel.reader, loaded.run):
        return True
    if any(shows_precedents(turn) for turn in loaded.turns):
        return True
    for action in loaded.actions:
        kind = kernel.registry.type(action.tool)
        is_stranger = action.tool != ASK_PERSON and (kind is None or kind.is_untrusted)
        if action.turn < before_turn and action.result is not None and is_stranger:
            return True
    return False


def shows_precedents(turn: Turn) -> bool:
    """Return whether past events were quoted to the brain for this turn: strangers wrote them."""
    return bool(turn.memo.get("precedents"))


def wanted_again(
    kernel: Kernel, loaded: Loaded, action: ActionRow, *, grant: int | None, is_requested: bool = False
) -> WantedAction:
    """Return a stored action, with its present arguments, as the gate is asked about it once more."""
    turn = loaded.turns[action.turn]
    proposal = turn.proposals[action.position]
    return WantedAction(
        action_id=action.id,
        run_id=loaded.run.id,
        subject_id=action.subject_id,
        tool=action.tool,
        args=action.args,
        category=turn.category,
        confidence=turn.confidence,
        is_abstained=turn.is_abstained,
        is_tainted=is_tainted(kernel, loaded, before_turn=action.turn),
        is_ratified_step=proposal.step is not None,
        slots=proposal.slots,
        grant_id=grant,
        is_disputed=turn.is_disputed,
        is_requested=is_requested,
    )


def call_of(loaded: Loaded, action: ActionRow, *, key: str = "") -> Call:
    """Return an action as its connector gets it; `key` is empty where nothing is done."""
    return Call(
        action_id=action.id,
        tool=action.tool,
        args=action.args,
        subject=loaded.event.subject,
        actor=f"agent:{loaded.run.agent_id}",
        key=key,
        fields=loaded.event.fields,
    )


def view(kernel: Kernel, loaded: Loaded) -> RunView:
    """Return what the brain sees."""
    past: list[PastTurn] = []
    for number, turn in enumerate(loaded.turns):
        outcomes = [
            Outcome(proposal, action.state.value, shown(action.result))
            for proposal, action in zip(
                turn.proposals, (action for action in loaded.actions if action.turn == number), strict=False
            )
        ]
        past.append(PastTurn(turn, tuple(outcomes)))
    return RunView(
        run_id=loaded.run.id,
        agent=loaded.version.spec,
        event=loaded.event,
        past=tuple(past),
        now=kernel.clock.now(),
        tools=kernel.registry.types,
        attempt=loaded.run.attempts,
        history=loaded.history,
    )


def shown(result: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a result as the brain sees it."""
    return {name: value for name, value in (result or {}).items() if name != OVERLAY}


def overlay(actions: tuple[ActionRow, ...]) -> dict[str, dict[str, Any]]:
    """Return the records of this run's simulated writes, later ones over earlier ones."""
    records: dict[str, dict[str, Any]] = {}
    for action in actions:
        laid_over: Mapping[str, Mapping[str, Any]] = (action.result or {}).get(OVERLAY) or {}
        for key, fields in laid_over.items():
            records[key] = {**records.get(key, {}), **fields}
    return records
