"""Pairs: what a run in shadow would have done, joined with what the human did on the same subject.

A run that ends in shadow waits, by a durable timer, for the human: until a while after the human's last act, or until
the window closes. Doing nothing is a decision too, where what people do there can be seen at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from opsconsole.domain.action import ActionType
from opsconsole.domain.enums import ActionState, PairVerdict, RunState, Stage
from opsconsole.domain.event import Event
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ports import Observer
from opsconsole.engine.runview import Loaded, load
from opsconsole.policy.comparison import Compared, Deed, compare
from opsconsole.policy.windows import SETTLE, window_end
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries.pairs import ActRow
from opsconsole.store.rows import ActionRow, RunRow
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events as write_events
from opsconsole.store.writes import pairs as write
from opsconsole.store.writes import work as write_work

TIMER = "pair"
NOT_SEEN = "what people do there cannot be seen"
TOO_LATE = "it came here when its time was over, so what people had done is not known"
LATER = timedelta(minutes=1)
"""So much later a pair is tried again whose human has not been looked at until its time."""
WORKED_BEFORE = "another version worked this event before"
SYSTEM = ("person.ask",)
"""Tools that no human uses: a question is no act beside a human's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """How an event was worked, for a pair."""

    source: str
    """live, history or file."""
    agent: str
    version: int | None
    run: int | None
    category: str
    confidence: float | None
    is_blind: bool
    is_failed: bool
    excluded: str = ""
    because: str = ""
    """The agent's own reason."""


@dataclass(frozen=True, slots=True)
class Made:
    """A pair that was written."""

    number: int
    verdict: PairVerdict


def expect(kernel: Kernel, tx: Transaction, run: RunRow, *, now: datetime) -> None:
    """A run ended: where it was in shadow, wait for what the human does."""
    spec = kernel.roster.version(tx.conn, run.version_id).spec
    is_out = spec.scope is not None and run.category is not None and run.category not in spec.scope
    is_shadow = is_out or spec.stage.stage(run.category) is Stage.SHADOW
    if not is_shadow and not read.has_simulated(tx.conn, run.id):
        return
    event = load(kernel, tx.conn, run.id).event
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
    tx.record("human.acted", at=now, actor=act.actor, done_at=act.at.isoformat(), args=tx.content_digest(args), **facts)
    write_events.change_subject(tx, subject, at=act.at, what=_words(kernel, act), run=None)
    for run in read.awaited(tx.conn, subject):
        event = load(kernel, tx.conn, run).event
        write_work.set_timer(tx, TIMER, str(run), due=max(now, _due(event, _done(tx, event))))
    return True


def _done(tx: Transaction, event: Event) -> list[ActRow]:
    """Give what people did about an event, in order."""
    end = window_end(event.occurred_at)
    return read.acts(tx.conn, event.subject_id, event=event.external_id, after=event.occurred_at, until=end)


def _due(event: Event, acts: Sequence[ActRow]) -> datetime:
    """A while after the last act, in whichever order they were told; at the latest when the window closes."""
    end = window_end(event.occurred_at)
    return min(end, acts[-1].at + SETTLE) if acts else end


def _is_told(kernel: Kernel, event: Event, due: datetime) -> bool:
    """Everything that was done until then has been told."""
    watcher = kernel.registry.connectors.get(event.connection)
    if not isinstance(watcher, Observer):
        return True
    until = watcher.seen_until(event.subject)
    return until is not None and until >= due


def _why_unknown(kernel: Kernel, event: Event) -> str:
    """Say why doing nothing is no decision here; empty where it is one."""
    if event.received_at > window_end(event.occurred_at):
        return TOO_LATE
    watcher = kernel.registry.connectors.get(event.connection)
    return "" if isinstance(watcher, Observer) and watcher.sees_inaction else NOT_SEEN


def close(kernel: Kernel, tx: Transaction, run_id: int) -> Made | None:
    """Join a run with what the human did; None where there is a pair of it already, or it is too early."""
    now = kernel.clock.now()
    loaded = load(kernel, tx.conn, run_id)
    run, event = loaded.run, loaded.event
    human = _done(tx, event)
    if not _is_told(kernel, event, _due(event, human)):
        write_work.set_timer(tx, TIMER, str(run_id), due=now + LATER)
        return None
    write_work.drop_timer(tx, TIMER, str(run_id))
    agent = [
        one
        for one in loaded.actions
        if one.is_write and one.tool not in SYSTEM and one.state is not ActionState.REFUSED
    ]
    seen = read.seen_at(tx.conn, run_id)
    is_blind = seen is None or bool(human and human[-1].at < seen)
    return keep(
        kernel,
        tx,
        agent=[action_deed(kernel, one, event.subject) for one in agent],
        human=[act_deed(kernel, one, event.subject) for one in human],
        acts=human,
        event=event,
        worked=Worked(
            source="live",
            agent=run.agent_id,
            version=run.version_id,
            run=run.id,
            category=run.category or "",
            confidence=run.confidence,
            is_blind=is_blind,
            is_failed=run.state is RunState.FAILED or _is_abstained(loaded),
            excluded="" if human else _why_unknown(kernel, event),
            because=_because(loaded),
        ),
        now=now,
    )


def keep(
    kernel: Kernel,
    tx: Transaction,
    *,
    agent: Sequence[Deed],
    human: Sequence[Deed],
    acts: Sequence[ActRow | HumanAct],
    event: Event,
    worked: Worked,
    now: datetime,
) -> Made | None:
    """Compare, store the pair, and write it into the record; None where there is one already."""
    found = compare(agent, human)
    earlier = [one for one in read.worked_by(tx.conn, event.id, worked.agent) if one != worked.version]
    excluded = worked.excluded or (WORKED_BEFORE if earlier else "")
    new = write.NewPair(
        source=worked.source,
        agent=worked.agent,
        version=worked.version,
        run=worked.run,
        category=worked.category,
        confidence=worked.confidence,
        is_blind=worked.is_blind,
        is_failed=worked.is_failed,
        excluded=excluded,
        event=event.id,
        subject=event.subject_id,
        about=event.sender or event.subject,
        occurred_at=event.occurred_at,
        verdict=found.verdict,
        severity=found.severity,
        body=_body(agent, human, acts, found, worked.because),
    )
    kept = write.add_pair(tx, new, now=now)
    if kept is None:
        return None
    number, content = kept
    tx.record(
        "pair.made",
        at=now,
        actor="engine",
        pair=number,
        run=worked.run,
        agent=worked.agent,
        version=worked.version,
        event=event.id,
        category=worked.category or None,
        verdict=found.verdict.value,
        severity=found.severity.name.lower(),
        blind=worked.is_blind,
        failed=worked.is_failed or None,
        excluded=excluded or None,
        source=worked.source,
        content=tx.content_digest(content),
    )
    return Made(number, found.verdict)


def action_deed(kernel: Kernel, action: ActionRow, subject: str) -> Deed:
    """Give an action of a run as it is compared."""
    return typed_deed(kernel.registry.type(action.tool), action.tool, action.args, subject)


def act_deed(kernel: Kernel, act: ActRow | HumanAct, subject: str) -> Deed:
    """Give a human act as it is compared: only the fields its system tells."""
    return typed_deed(kernel.registry.type(act.tool), act.tool, act.args, subject, is_partial=True)


def typed_deed(
    kind: ActionType | None, tool: str, args: Mapping[str, Any], subject: str, *, is_partial: bool = False
) -> Deed:
    """Give a write with what its type says of it; without a type it counts as external and irreversible.

    A switch that was left alone has its default: a human's act, of which only some fields are known, may tell it.
    """
    if kind is None:
        return Deed(tool=tool, args=args, subject=subject, is_partial=is_partial)
    if not is_partial:
        fields = kind.arguments.model_fields.items()
        args = {**{name: one.default for name, one in fields if isinstance(one.default, bool)}, **args}
    return Deed(
        tool=tool,
        args=args,
        subject=subject,
        effect=kind.effect,
        reversibility=kind.reversibility,
        compare=kind.compare,
        is_partial=is_partial,
    )


def _is_abstained(loaded: Loaded) -> bool:
    return any(turn.is_abstained for turn in loaded.turns)


def _because(loaded: Loaded) -> str:
    return next((turn.rationale for turn in reversed(loaded.turns) if turn.rationale), "")


def _words(kernel: Kernel, act: HumanAct) -> str:
    kind = kernel.registry.type(act.tool)
    return f"{kind.title if kind else act.tool}, by a person"


def _body(
    agent: Sequence[Deed], human: Sequence[Deed], acts: Sequence[ActRow | HumanAct], found: Compared, because: str
) -> dict[str, Any]:
    matches = [
        {
            "agent": one.agent,
            "human": one.human,
            "same": one.is_same,
            "elsewhere": one.is_elsewhere,
            "fields": [diff.to_json() for diff in one.fields],
        }
        for one in found.matches
    ]
    did = [{"at": act.at.isoformat(), "actor": act.actor, "source": act.source} for act in acts]
    return {
        "agent": [{"tool": one.tool, "args": dict(one.args)} for one in agent],
        "human": [
            {"tool": one.tool, "args": dict(one.args), **(did[place] if place < len(did) else {})}
            for place, one in enumerate(human)
        ],
        "matches": matches,
        "because": because,
    }
