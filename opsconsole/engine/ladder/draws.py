"""Decisions drawn by coin, before anybody sees them, for a person to make before they see the agent's.

They are what acting alone is earned by, and what it is watched by afterwards: only who decides without having seen
the answer tells whether it was right.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from opsconsole.domain.canonical import jsonable
from opsconsole.domain.enums import Agreement, Level, Verdict
from opsconsole.domain.errors import DecisionError, NotFoundError
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.gate.gatekeeper import Judgement
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.beside import acts_of, undisturbed
from opsconsole.engine.ladder.canary import watch
from opsconsole.engine.ladder.fall import look_at_audited
from opsconsole.engine.ladder.share import asked_share
from opsconsole.engine.pairs import pairing
from opsconsole.engine.pairs.compared import compared_act
from opsconsole.engine.pairs.pair import Sides, keep
from opsconsole.engine.runstate.loaded import load
from opsconsole.policy.canary import share_drawn_of_canary
from opsconsole.policy.ladder import AIM_PER_WEEK, share_drawn, wall
from opsconsole.store.queries import content, limits, runs
from opsconsole.store.queries import ladder as read
from opsconsole.store.queries import pairs as read_pairs
from opsconsole.store.queries.rollout import canary
from opsconsole.store.queries.views.drawn import was_asked_before
from opsconsole.store.rows import RunRow, present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import ladder as write

WEEK = timedelta(days=7)
EVER = datetime(1970, 1, 1, tzinfo=UTC)
WAITS = "it is compared once the agent has finished"
COMPARED = "it is compared with what people did already"
ERASED = "what the person would have done was erased"
CLOSED = {
    "seen": "What the agent wanted was shown already, so deciding it now would prove nothing.",
    "compared": "It was compared with what people did meanwhile.",
    "cancelled": "Its run was cancelled.",
    "dismissed": "Its agent was dismissed.",
}
"""Why nobody is asked any more, by what closed it."""


@dataclass(frozen=True, slots=True)
class OwnAct:
    """What a person would do: an action, with what of its arguments they would set."""

    tool: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a decision that a person made first."""

    run: int
    pair: int | None
    agreement: Agreement | None
    """None: it is not compared yet."""
    excluded: str
    """Why it is not compared, or proves nothing; empty: it counts."""


def maybe_draw(
    kernel: Kernel, tx: Transaction, run: RunRow, version: Version, judged: Judgement, *, now: datetime
) -> bool:
    """Draw a decision where the coin says so; called when its action is ruled on, before anything shows it.

    The coin is a digest of the workspace and the run, so it is the same for every action of a run, known to nobody
    beforehand, and has nothing to do with what the event says. What a sample's agents do proves nothing to whoever
    opens it: there only what somebody took up the ladder to act alone is drawn, and without a coin, so that its story
    is the same each time.
    """
    context = judged.context
    kind, category = context.type, context.category
    is_counted = judged.ruling.verdict in (Verdict.ASK, Verdict.ACT) and context.is_write and context.is_live
    if (
        not is_counted
        or kind is None
        or category is None
        or (wall(kind, context.raised) and not context.canary)
        or context.level < Level.APPROVAL
    ):
        return False
    is_alone = judged.ruling.verdict is Verdict.ACT and context.level is Level.AUTONOMOUS
    level, cell = Level.AUTONOMOUS if is_alone else Level.APPROVAL, (run.agent_id, category, context.tool)
    is_sample = limits.setting(tx.conn, "sample") is not None
    if is_sample and not (is_alone and _was_promoted(tx, *cell)):
        return False
    drawn = read.draw(tx.conn, run.id)
    if drawn is not None and drawn.closed:
        return False
    if drawn is None:
        if _is_known(tx, run):
            return False
        fell = 0.0 if is_sample else coin(kernel.workspace, run.id)
        share = _share_of_canary(tx, version, now) if context.canary else _share(tx, cell, fell, now, alone=is_alone)
        if fell >= share:
            return False
        write.add_draw(tx, run.id, agent=run.agent_id, version=version.id, category=category, now=now)
        tx.audit("draw.made", at=now, actor="engine", run=run.id, agent=run.agent_id, category=category)
    if drawn is not None and drawn.category != category:  # decided as another one: evidence of neither's cell
        return False
    write.add_draw_cell(tx, run.id, agent=run.agent_id, category=category, tool=context.tool, level=level, now=now)
    return True


def _share(tx: Transaction, cell: tuple[str, str, str], fell: float, now: datetime, *, alone: bool) -> float:
    """Return the share of a cell's decisions that is drawn now."""
    asked, since = asked_share(tx.conn), now - WEEK
    if not alone:
        return share_drawn(alone=False, asked=asked, drawn_ever=0, drawn_week=0, decided_week=0)
    # More than so many decisions in the week leave a share that is below the coin: they need not be counted.
    most = int(AIM_PER_WEEK / max(fell, 0.001)) + 1
    return share_drawn(
        alone=True,
        asked=asked,
        drawn_ever=read.drawn(tx.conn, *cell, level=Level.AUTONOMOUS, since=_since(tx, *cell)),
        drawn_week=read.drawn(tx.conn, *cell, level=Level.AUTONOMOUS, since=since),
        decided_week=read.decided(tx.conn, *cell, since=since, most=most),
    )


def _share_of_canary(tx: Transaction, version: Version, now: datetime) -> float:
    """Return the share of the decisions of a version that is only tried that is drawn now."""
    return share_drawn_of_canary(
        asked=asked_share(tx.conn),
        drawn_ever=canary.drawn(tx.conn, version.id),
        drawn_week=canary.drawn(tx.conn, version.id, since=now - WEEK),
    )


def _is_known(tx: Transaction, run: RunRow) -> bool:
    """Return whether people know already what a run wants: they were asked about it before, or a screen showed it."""
    is_seen = read_pairs.seen_at(tx.conn, run.id) is not None
    return is_seen or was_asked_before(tx.conn, run.id, turn=run.turns)


def coin(workspace: str, run: int) -> float:
    """Return where a run's coin fell, from 0 up to 1."""
    mark = hashlib.sha256(f"draw:{workspace}:{run}".encode()).digest()
    return int.from_bytes(mark[:8], "big") / 2**64


def answer(kernel: Kernel, tx: Transaction, run: int, *, acts: Sequence[OwnAct], actor: str) -> Answered:
    """Keep what a person would do about a drawn event; it is laid beside what the agent did once that has finished.

    Args:
        kernel: the parts.
        tx: the transaction.
        run: the agent's run of it.
        acts: what they would do; empty: nothing.
        actor: who.

    Raises:
        NotFoundError: it was not drawn.
        DecisionError: it was decided before, nobody is asked any more, or there is no such action, or value of it.
    """
    now, drawn = kernel.clock.now(), read.draw(tx.conn, run)
    if drawn is None:
        raise NotFoundError(f"Event {run} was not drawn for you to decide first.")
    if drawn.answered_at is not None:
        raise DecisionError("It was decided already. Nothing was changed.")
    if drawn.closed:
        raise DecisionError(f"{CLOSED[drawn.closed]} Nothing was changed.")
    read_acts = [_read(kernel, act) for act in acts]
    kept = tx.keep({"acts": [{"tool": act.tool, "args": jsonable(act.args)} for act in read_acts]})
    write.answer_draw(tx, run, answer=kept, actor=actor, now=now)
    tx.audit("draw.decided", at=now, actor=actor, run=run, agent=drawn.agent, words=tx.content_digest(kept))
    return settle(kernel, tx, run, now=now)


def settle(kernel: Kernel, tx: Transaction, run: int, *, now: datetime) -> Answered:
    """Lay a person's decision beside the agent's, where both are made; called when either is."""
    drawn = read.draw(tx.conn, run)
    if drawn is None or drawn.answer is None or drawn.answered_at is None or drawn.pair is not None:
        return Answered(run, None, None, WAITS)
    loaded = load(kernel, tx.conn, run)
    if not loaded.run.state.is_over:
        return Answered(run, None, None, WAITS)
    if read.has_pair(tx.conn, run):
        return Answered(run, None, None, COMPARED)
    kept = content.value(tx.conn, drawn.answer)
    if "acts" not in kept:  # erased: what they would have done is not known, which is not nothing
        return Answered(run, None, None, ERASED)
    acts = acts_of(kept["acts"], loaded.event.subject, drawn)
    sides = pairing.sides_of(kernel, tx, undisturbed(kernel.registry, tx.conn, loaded), ())
    seen = read_pairs.seen_at(tx.conn, run)
    origin = replace(
        sides.origin,
        is_blind=seen is None or seen >= drawn.answered_at,
        excluded=pairing.TAUGHT if sides.origin.excluded == pairing.TAUGHT else "",
    )
    human = [compared_act(kernel.registry, act, loaded.event.subject) for act in acts]
    made = keep(tx, Sides(agent=sides.agent, human=human, acts=acts, event=loaded.event, origin=origin), now=now)
    if made is None:
        return Answered(run, None, None, COMPARED)
    write.settle_draw(tx, run, pair=made.number)
    look_at_audited(kernel, tx, drawn.agent, drawn.category)
    watch.look(kernel, tx)
    return Answered(run, made.number, made.agreement, made.excluded)


def close(tx: Transaction, run: int, why: Literal["cancelled", "dismissed"], *, actor: str, now: datetime) -> None:
    """Ask nobody any more what they would do: its run, or its agent, is no more. What was decided first stays."""
    if write.close_draw(tx, run, why=why, now=now):
        tx.audit("draw.closed", at=now, actor=actor, run=run, why=why)


def close_all(tx: Transaction, agent: str, *, actor: str, now: datetime) -> None:
    """Ask nobody any more about an agent that is dismissed."""
    for drawn in read.open_draws(tx.conn, agent, most=1_000_000):
        close(tx, drawn.run, "dismissed", actor=actor, now=now)


def run_ended(kernel: Kernel, tx: Transaction, run: int, *, now: datetime) -> None:
    """A run came to its end: what a person decided first is laid beside it, else it waits for what people do."""
    settle(kernel, tx, run, now=now)
    pairing.expect(kernel, tx, present(runs.run(tx.conn, run), f"run {run}"), now=now)


def _read(kernel: Kernel, act: OwnAct) -> OwnAct:
    """Return what a person would do as its tool reads it; what they left empty they say nothing of."""
    kind = kernel.registry.type(act.tool)
    if kind is None:
        raise DecisionError(f"There is no action {act.tool!r}. Nothing was changed.")
    read: dict[str, Any] = {}
    for name, value in act.args.items():
        field = kind.arguments.model_fields.get(name)
        if field is None:
            raise DecisionError(f"{act.tool} has no {name!r}. Nothing was changed.")
        if value in (None, ""):
            continue
        try:
            read[name] = _type_of(field).validate_python(value)
        except ValidationError as error:
            raise DecisionError(f"{name}: {error.errors()[0]['msg']}. Nothing was changed.") from error
    return OwnAct(act.tool, jsonable(read))


def _type_of(field: FieldInfo) -> TypeAdapter[Any]:
    """Return the type of one argument with its bounds: a person gives some of them, and no whole action."""
    annotated: Any = Annotated
    return TypeAdapter(annotated[(field.annotation, field.alias, *field.metadata)])


def _since(tx: Transaction, agent: str, category: str, tool: str) -> datetime:
    """Return from when on a cell's first drawn decisions count: its last step up, else always."""
    return max(_ups(tx, agent, category, tool), default=EVER)


def _was_promoted(tx: Transaction, agent: str, category: str, tool: str) -> bool:
    return bool(_ups(tx, agent, category, tool))


def _ups(tx: Transaction, agent: str, category: str, tool: str) -> list[datetime]:
    return [step.at for step in read.promotions(tx.conn, agent) if (step.category, step.tool) == (category, tool)]
