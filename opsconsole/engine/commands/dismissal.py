"""Dismissing an agent: it is taken out of use, what it has begun ends, and what was done stays done."""

from dataclasses import dataclass
from datetime import datetime

from opsconsole.domain.enums import ActionState, ApprovalState, EffectState, RunState
from opsconsole.domain.errors import DecisionError, FileFormatError, StaleCardError
from opsconsole.engine.agents import versions as agentversions
from opsconsole.engine.agents.file import load_spec, read_agent_text, source_of
from opsconsole.engine.agents.versions import NewVersion
from opsconsole.engine.commands.grants import revoke
from opsconsole.engine.effects.doubt import still_open
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder import draws
from opsconsole.engine.ladder.canary.ending import stop_dismissed
from opsconsole.engine.runstate import grace
from opsconsole.store.queries import approvals, runs, versions
from opsconsole.store.queries.dismissals import dismissal, open_work
from opsconsole.store.rows import ActionRow, Reader, VersionRow, present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import agents as write_agents
from opsconsole.store.writes import people
from opsconsole.store.writes import work as write_work

WHY = "the agent was dismissed"


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends with an agent that is dismissed."""

    agent: str
    name: str
    number: int
    """Of the version that is in use until then."""
    requests: int
    """Requests that lapse."""
    effects: int
    """Prepared effects that are not sent."""
    runs: int
    """Events that are not worked to their end."""
    grants: int
    """Standing grants that are revoked."""
    doubts: int
    """Being sent, or perhaps done: these are settled all the same."""


def what_ends(conn: Reader, agent: str, *, now: datetime) -> Ending:
    """Say what dismissing an agent would end; nothing is changed.

    Raises:
        NotFoundError: there never was such an agent.
        DecisionError: it was dismissed already.
    """
    version, work = _in_use(conn, agent), open_work(conn, agent, now=now)
    effects = [effect for effect in work.effects if _action_of(conn, effect) not in work.doubts]
    return Ending(
        agent,
        load_spec(version.spec).name,
        version.number,
        len(work.requests),
        len(effects),
        len(work.runs),
        len(work.grants),
        len(work.doubts),
    )


def dismiss(kernel: Kernel, tx: Transaction, agent: str, *, actor: str, reason: str, seen: int | None = None) -> Ending:
    """Take an agent out of use. It gets no events any more, and nothing of it begins.

    Its requests lapse, what was prepared and not sent is cancelled, and its runs end; one that is just being thought
    about ends with what it thinks next, of which nothing is kept. What is being sent, or may have been done, is
    settled as ever, only not sent again. What was done stays, and so do its history, pairs, versions and the record.

    Its standing grants are revoked: who is hired again under its name is allowed nothing from before. Pauses stay as
    they are: they are a word about that name that only a person lifts, and who is hired again comes paused. Its
    failures in a row are forgotten.

    Args:
        kernel: the parts.
        tx: the transaction; all of it is this one.
        agent: which.
        actor: who wants it.
        reason: for the record; may be empty.
        seen: the number of the version that was looked at; None where that is not known.

    Raises:
        NotFoundError, DecisionError: as `what_ends`.
        StaleCardError: another version came into use since that one.
    """
    now = kernel.clock.now()
    version, ending = _in_use(tx.conn, agent), what_ends(tx.conn, agent, now=now)
    if seen is not None and seen != version.number:
        raise StaleCardError(
            f"Nothing was changed: version {version.number} of {agent} came into use meanwhile.",
            hint="Look at it once more, then dismiss it.",
        )
    work, told = open_work(tx.conn, agent, now=now), " ".join(reason.split())
    write_agents.take_out_of_use(tx, agent, number=version.number, actor=actor, reason=told, now=now)
    write_agents.forget_failed_runs(tx, agent)
    for request in work.requests:
        _lapse(tx, request, actor=actor, now=now)
    for effect in work.effects:
        _cancel(tx, effect, actor=actor, now=now)
    for run in work.runs:
        _end_run(tx, run, actor=actor, now=now)
    draws.close_all(tx, agent, actor=actor, now=now)
    stop_dismissed(tx, agent, actor=actor, now=now)
    for grant in work.grants:
        revoke(tx, grant, actor=actor, now=now)
    tx.audit(
        "agent.dismissed",
        at=now,
        actor=actor,
        agent=agent,
        version=version.id,
        number=version.number,
        requests=ending.requests or None,
        effects=ending.effects or None,
        runs=ending.runs or None,
        grants=ending.grants or None,
        words=tx.keep_reason(told),
    )
    return ending


def hire_again(kernel: Kernel, tx: Transaction, agent: str, number: int, *, actor: str) -> NewVersion:
    """Put a dismissed agent in use again as it was, as a new version. What ended with it stays ended.

    Raises:
        DecisionError: it is in use again already.
        NotFoundError, FileFormatError: as `engine.agents.versions.restore`.
    """
    if (version := versions.current(tx.conn, agent)) is not None:
        raise DecisionError(f"{load_spec(version.spec).name} is in use again already. Nothing was changed.")
    now = kernel.clock.now()
    return agentversions.restore(tx, agent, number, kernel.registry, actor=actor, now=now)


def can_return(kernel: Kernel, conn: Reader, agent: str, number: int) -> bool:
    """Return whether a version could be put in use again now: False where its file names what is gone."""
    row = present(versions.numbered(conn, agent, number), f"version {number} of {agent}")
    try:
        read_agent_text(source_of(row), f"{agent}.yaml", kernel.registry)
    except FileFormatError:
        return False
    return True


def _in_use(conn: Reader, agent: str) -> VersionRow:
    if (gone := dismissal(conn, agent)) is not None:
        by = gone.by.partition(":")[2]
        raise DecisionError(f"{agent} was dismissed already, {gone.at:%Y-%m-%d %H:%M} UTC by {by}.")
    return agentversions.in_use(conn, agent)


def _action_of(conn: Reader, effect: int) -> str:
    return present(runs.effect(conn, effect), f"effect {effect}").action_id


def _action(conn: Reader, name: str) -> ActionRow:
    return present(runs.action(conn, name), name)


def _lapse(tx: Transaction, request: int, *, actor: str, now: datetime) -> None:
    approval = present(approvals.approval(tx.conn, request), f"request {request}")
    action = _action(tx.conn, approval.action_id)
    people.close_approval(tx, request, ApprovalState.LAPSED, now=now)
    write_work.drop_timer(tx, "approval_expiry", str(request))
    if not still_open(tx, action, WHY, now=now):
        result = {"ok": False, "lapsed": True, "error": f"{WHY}; nothing was done"}
        write_work.set_action(tx, action.id, ActionState.LAPSED, now=now, result=result)
    facts = {"run": action.run_id, "action": action.id, "approval": request}
    tx.audit("approval.lapsed", at=now, actor=actor, **facts)


def _cancel(tx: Transaction, number: int, *, actor: str, now: datetime) -> None:
    effect = present(runs.effect(tx.conn, number), f"effect {number}")
    action = _action(tx.conn, effect.action_id)
    if not still_open(tx, action, WHY, now=now):
        write_work.set_effect(tx, number, EffectState.CANCELLED, now=now)
        _close(tx, action, actor=actor, now=now, effect=number)


def _end_run(tx: Transaction, run: int, *, actor: str, now: datetime) -> None:
    for action in runs.actions(tx.conn, run):
        if action.state is ActionState.PROPOSED:
            _close(tx, action, actor=actor, now=now)
    for timer in ("run_retry", grace.TIMER):
        write_work.drop_timer(tx, timer, str(run))
    write_work.set_run(tx, run, RunState.CANCELLED, now=now, outcome=WHY)
    tx.audit("run.cancelled", at=now, actor=actor, run=run)


def _close(tx: Transaction, action: ActionRow, *, actor: str, now: datetime, effect: int | None = None) -> None:
    result = {"ok": False, "error": f"{WHY}; nothing was done"}
    write_work.set_action(tx, action.id, ActionState.CANCELLED, now=now, result=result)
    tx.audit("action.cancelled", at=now, actor=actor, run=action.run_id, action=action.id, effect=effect)
