"""Pairs: what a run in shadow would have done, joined with what the human did on the same subject.

A run that ends in shadow waits, by a durable timer, for the human: until a while after the human's last act, or until
the window closes. Doing nothing is a decision too, where what people do there can be seen at all.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from opsconsole.domain.enums import ActionState, RunState
from opsconsole.domain.event import Event
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.agents.deployments import liveness
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.pairs.category import category_of
from opsconsole.engine.pairs.compared import compared_act, compared_action, folded
from opsconsole.engine.pairs.pair import TAUGHT, Made, Origin, Sides, is_taught, keep, keep_anew
from opsconsole.engine.ports.brain import ASK_PERSON
from opsconsole.engine.ports.connector import Observer
from opsconsole.engine.registry import Registry
from opsconsole.engine.runstate.loaded import Loaded, load
from opsconsole.engine.runstate.turnbody import gives_up
from opsconsole.policy.comparison import ComparedAction
from opsconsole.policy.context import texts_in
from opsconsole.policy.windows import SETTLE, window_end
from opsconsole.store.queries import events, past
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries.pairs import ActRow
from opsconsole.store.rows import ActionRow, RunRow
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events as write_events
from opsconsole.store.writes import ladder as write_ladder
from opsconsole.store.writes import pairs as write
from opsconsole.store.writes import work as write_work

TIMER = "pair"
NOT_SEEN = "what people do there cannot be seen"
TOO_LATE = "it came here when its time was over, so what people had done is not known"
GONE = "its connection was gone, so what people did there is not known"
LATER = timedelta(minutes=1)
"""So much later a pair is tried again whose human has not been looked at until its time."""
ACTED_BEFORE = "people had acted before the agent looked, so it may have seen what they did"


def expect(kernel: Kernel, tx: Transaction, run: RunRow, *, now: datetime) -> None:
    """A run ended: where it was not live, wait for what the human does."""
    spec = kernel.roster.version(tx.conn, run.version_id).spec
    event = past.event(tx.conn, run.event_id) if spec.deployments else None
    if liveness(spec, run.category, event).is_live and not read.has_simulated(tx.conn, run.id):
        return
    event = event or past.event(tx.conn, run.event_id)
    write_work.set_timer(tx, TIMER, str(run.id), due=max(_due(event, _done(tx, event)), now))


def observe(kernel: Kernel, tx: Transaction, connection: str, act: HumanAct) -> bool:
    """Keep what a person did; runs that wait for it are joined with it soon. False where it was known."""
    now = kernel.clock.now()
    subject = write_events.subject(tx, act.subject)
    kept = write.add_act(tx, connection, act, subject=subject, now=now)
    if kept is None:
        return False
    number, args = kept
    facts = {"act": number, "connection": connection, "tool": act.tool, "source": act.source}
    tx.audit("human.acted", at=now, actor=act.actor, done_at=act.at.isoformat(), args=tx.content_digest(args), **facts)
    write_events.change_subject(tx, subject, at=act.at, what=_words(kernel, act), run=None)
    if (kind := kernel.registry.type(act.tool)) is not None:
        reached = texts_in([act.args.get(name) for name in kind.destinations])
        write_events.correspond(tx, connection, reached, at=act.at, is_by_person=True)
    for run, number in read.awaited(tx.conn, subject):
        event = past.event(tx.conn, number)
        write_work.set_timer(tx, TIMER, str(run), due=max(now, _due(event, _done(tx, event))))
    _made_before(kernel, tx, act, subject, now=now)
    return True


def _done(tx: Transaction, event: Event) -> list[ActRow]:
    """Return what people did about an event, in order."""
    end = window_end(event.occurred_at)
    return read.acts(tx.conn, event.subject_id, event=event.external_id, after=event.occurred_at, until=end)


def _due(event: Event, acts: Sequence[ActRow]) -> datetime:
    """A while after the last act, in whichever order they were told; at the latest when the window closes."""
    end = window_end(event.occurred_at)
    return min(end, acts[-1].at + SETTLE) if acts else end


def _is_told(kernel: Kernel, event: Event, due: datetime, *, now: datetime) -> bool:
    """Everything that was done until then has been told, or nobody can tell it any more."""
    watcher = kernel.registry.connectors.get(event.connection)
    if watcher is None:  # it may come back, and then tells what was done meanwhile
        return now >= window_end(event.occurred_at)
    if not isinstance(watcher, Observer):
        return True
    until = watcher.seen_until(event.subject)
    return until is not None and until >= due


def _why_unknown(kernel: Kernel, event: Event) -> str:
    """Say why doing nothing is no decision here; empty where it is one."""
    if event.received_at > window_end(event.occurred_at):
        return TOO_LATE
    watcher = kernel.registry.connectors.get(event.connection)
    return "" if isinstance(watcher, Observer) and watcher.sees_inaction(event.subject) else NOT_SEEN


def close(kernel: Kernel, tx: Transaction, run_id: int) -> Made | None:
    """Join a run with what the human did; None where there is a pair of it already, or it is too early."""
    now = kernel.clock.now()
    loaded = load(kernel, tx.conn, run_id)
    event = loaded.event
    human = _done(tx, event)
    if not _is_told(kernel, event, _due(event, human), now=now):
        write_work.set_timer(tx, TIMER, str(run_id), due=now + LATER)
        return None
    write_work.drop_timer(tx, TIMER, str(run_id))
    write_ladder.close_draw(tx, run_id, why="compared", now=now)
    return keep(tx, sides_of(kernel, tx, loaded, human), now=now)


def sides_of(kernel: Kernel, tx: Transaction, loaded: Loaded, human: Sequence[ActRow]) -> Sides:
    """Return what the agent would have done beside what the human did; a question is no act beside a human's."""
    run, event = loaded.run, loaded.event
    agent = wanted(kernel.registry, loaded)
    is_asking = not agent and any(action.tool == ASK_PERSON for action in loaded.actions)
    done = folded(kernel.registry, human)
    seen = read.seen_at(tx.conn, run.id)
    origin = Origin(
        source="live",
        agent=run.agent_id,
        version=run.version_id,
        run=run.id,
        category=run.category or category_of(loaded.version.spec, [act.args for act in human]) or "",
        confidence=run.confidence,
        is_blind=seen is None or bool(human and max(act.seen_at for act in human) < seen),
        is_failed=run.state in (RunState.FAILED, RunState.CANCELLED)
        or _is_abstained(loaded, has_acted=bool(agent))
        or is_asking
        or _is_stuck(loaded),
        excluded=_why_not(kernel, tx, loaded, human),
        because=_because(loaded),
    )
    return Sides(
        agent=agent,
        human=[compared_act(kernel.registry, act, event.subject) for act in done],
        acts=done,
        event=event,
        origin=origin,
    )


def wanted(registry: Registry, loaded: Loaded) -> list[ComparedAction]:
    """Return the writes that a run wanted and no rule refused, as they are compared."""
    writes = [
        action
        for action in loaded.actions
        if action.is_write
        and action.tool != ASK_PERSON
        and action.state is not ActionState.REFUSED
        and not _is_none(action)
    ]
    return folded(registry, [compared_action(registry, action, loaded.event.subject) for action in writes])


def _why_not(kernel: Kernel, tx: Transaction, loaded: Loaded, human: Sequence[ActRow]) -> str:
    """Say why a pair proves nothing; empty where it does."""
    if is_taught(loaded.version.spec, loaded.event):
        return TAUGHT
    if loaded.event.connection not in kernel.registry.connectors:
        return GONE
    if not human:
        return _why_unknown(kernel, loaded.event)
    finished, looked = loaded.run.finished_at, any(not action.is_write for action in loaded.actions)
    is_replay = events.is_past_source(tx.conn, loaded.event.connection)
    if looked and finished is not None and human[0].at < finished and not is_replay:
        return ACTED_BEFORE
    return ""


def _made_before(kernel: Kernel, tx: Transaction, act: HumanAct, subject: int, *, now: datetime) -> None:
    """Compare pairs again that were made before this act of their time was told or done."""
    for pair, run, event in read.live_of_subject(tx.conn, subject):
        human = _done(tx, past.event(tx.conn, event))
        if any(known.external_id == act.external_id for known in human):
            keep_anew(tx, pair, sides_of(kernel, tx, load(kernel, tx.conn, run), human), now=now)


def _is_none(action: ActionRow) -> bool:
    """It was no call that could be made, so that no gate ruled on it: the agent was told, and nothing was wanted."""
    return action.state is ActionState.FAILED and action.verdict is None


def _is_stuck(loaded: Loaded) -> bool:
    """The last write that was tried is none: what the agent wanted to do in the end cannot be done."""
    writes = [action for action in loaded.actions if action.is_write and action.tool != ASK_PERSON]
    last = max((write.turn for write in writes), default=None)
    return any(_is_none(write) for write in writes if write.turn == last)


def _is_abstained(loaded: Loaded, *, has_acted: bool) -> bool:
    last = loaded.turns[-1] if loaded.turns else None
    return any(turn.is_abstained for turn in loaded.turns) or (last is not None and gives_up(last, has_acted=has_acted))


def _because(loaded: Loaded) -> str:
    return next((turn.rationale for turn in reversed(loaded.turns) if turn.rationale), "")


def _words(kernel: Kernel, act: HumanAct) -> str:
    kind = kernel.registry.type(act.tool)
    return f"{kind.title if kind else act.tool}, by a person"
