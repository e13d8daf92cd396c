"""A drawn decision's two sides: what the agent wanted of its own, and what a person would do."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from opsconsole.domain.canonical import jsonable
from opsconsole.domain.enums import Agreement, RunState
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.gate.arguments import ArgumentError, validate
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.pairs import pairing
from opsconsole.engine.pairs.compared import compared_act
from opsconsole.engine.registry import Registry
from opsconsole.engine.runstate.loaded import Loaded, load
from opsconsole.policy.comparison import Compared, ComparedAction, compare
from opsconsole.store.queries import content
from opsconsole.store.queries import ladder as read
from opsconsole.store.queries.ladder import Draw
from opsconsole.store.queries.views.drawn import heard_at
from opsconsole.store.rows import ActionRow, Reader


@dataclass(frozen=True, slots=True)
class Beside:
    """Both sides of a decision that a person made first."""

    agent: tuple[ComparedAction, ...]
    person: tuple[ComparedAction, ...]
    compared: Compared
    is_ended: bool
    """The agent has finished: it wants nothing more of it."""

    @property
    def is_same(self) -> bool:
        """Both decided the same."""
        return self.compared.agreement in (Agreement.SAME, Agreement.BOTH_NONE)


def beside(kernel: Kernel, conn: Reader, run: int) -> Beside | None:
    """Return both sides as they stand now; None where nobody decided it first, or what they said was erased."""
    drawn = read.draw(conn, run)
    if drawn is None or drawn.answer is None:
        return None
    kept, loaded = content.value(conn, drawn.answer), load(kernel, conn, run)
    if "acts" not in kept:
        return None
    subject = loaded.event.subject
    person = [compared_act(kernel.registry, act, subject) for act in acts_of(kept["acts"], subject, drawn)]
    agent = pairing.wanted(kernel.registry, undisturbed(kernel.registry, conn, loaded))
    is_ended = loaded.run.state.is_over
    return Beside(tuple(agent), tuple(person), compare(agent, person), is_ended)


def acts_of(kept: Sequence[Mapping[str, Any]], subject: str, drawn: Draw) -> list[HumanAct]:
    """Return what a person would do as acts of theirs."""
    at = drawn.answered_at or drawn.drawn_at
    return [
        HumanAct(
            external_id=f"draw:{drawn.run}:{place}",
            subject=subject,
            tool=act["tool"],
            args=act["args"],
            actor=drawn.actor,
            at=at,
            source="by_hand",
        )
        for place, act in enumerate(kept)
    ]


def undisturbed(registry: Registry, conn: Reader, loaded: Loaded) -> Loaded:
    """Return a run as the agent wanted it: with the arguments that it proposed, whatever a person made of them.

    It ends with the first turn of which it heard a no, an answer or other arguments: what it wants then is no
    decision of its own any more, and a run that breaks off after a no was not wrong to begin with. Nor was one that a
    person cancelled: what it wanted until then counts, or whoever saw it wrong could take that off its record.
    """
    actions = tuple(_as_proposed(registry, loaded, action) for action in loaded.actions)
    if loaded.run.state is RunState.CANCELLED:
        loaded = replace(loaded, run=replace(loaded.run, state=RunState.DONE))
    heard = heard_at(conn, loaded.run.id)
    if heard is None:
        return replace(loaded, actions=actions)
    run = loaded.run if loaded.run.turns <= heard + 1 else replace(loaded.run, state=RunState.DONE)
    kept = tuple(action for action in actions if action.turn <= heard)
    return replace(loaded, run=run, turns=loaded.turns[: heard + 1], actions=kept)


def _as_proposed(registry: Registry, loaded: Loaded, action: ActionRow) -> ActionRow:
    proposals = loaded.turns[action.turn].proposals if action.turn < len(loaded.turns) else ()
    if action.position >= len(proposals):
        return action
    wanted, kind = proposals[action.position].args, registry.type(action.tool)
    args = dict(jsonable(wanted))
    if kind is not None:
        with contextlib.suppress(ArgumentError):  # its tool has another schema by now: what was written stands
            args = validate(kind, args)
    return replace(action, args=args)
