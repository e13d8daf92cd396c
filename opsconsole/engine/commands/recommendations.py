"""What a person can say to a recommendation (autonomy level 1): I did it; do it for me; not right.

"Do it for me" lifts the level for this one action to 2 and nothing else: the gate rules anew, and what it refuses or
only records stays so. Where it may be done, a request is made and approved by the person in the same transaction.
"""

from dataclasses import dataclass
from typing import Any

from opsconsole.domain.action import ActionType
from opsconsole.domain.enums import ActionState, ApprovalKind, Effect, Verdict
from opsconsole.domain.errors import DecisionError, NotFoundError, StaleCardError
from opsconsole.domain.naming import spoken
from opsconsole.engine.commands import approvals
from opsconsole.engine.commands.cards import intent
from opsconsole.engine.commands.results import RecommendationOutcome, RecommendationResult
from opsconsole.engine.effects.prepare import ask
from opsconsole.engine.gate.gatekeeper import audit_reasons
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ports.brain import ASK_PERSON
from opsconsole.engine.runstate.loaded import Loaded, load, wanted_again
from opsconsole.store.queries import runs, versions
from opsconsole.store.queries.views import simulated
from opsconsole.store.rows import ActionRow, present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events as write_events
from opsconsole.store.writes import recommendations as write


@dataclass(frozen=True, slots=True)
class NotExecuted:
    """A simulated or recommended action as a person reads it."""

    row: simulated.NotExecutedRow
    sentence: str
    """The action in one line."""
    args: tuple[tuple[str, str], ...]
    because: str
    """The agent's own reason."""
    digest: str
    """Of the action and of what happened on its subject: a command that names an older one is refused."""
    changes: tuple[str, ...]
    """What others did on the subject since."""
    is_external: bool


def not_executed(kernel: Kernel, state: ActionState, **filters: Any) -> list[NotExecuted]:
    """Return what was simulated or recommended, newest first; filters are those of `store.queries.views.simulated`."""
    conn, found = kernel.reader, list[NotExecuted]()
    loaded: dict[int, Loaded] = {}
    for row in simulated.not_executed(conn, state=state.value, **filters):
        if row.run_id not in loaded:
            loaded[row.run_id] = load(kernel, conn, row.run_id)
        run = loaded[row.run_id]
        action = next(action for action in run.actions if action.id == row.action_id)
        kind, turn = kernel.registry.type(action.tool), run.turns[action.turn]
        changes: tuple[str, ...] = ()
        if state is ActionState.RECOMMENDED:
            changes = tuple(
                simulated.changes_after(conn, subject=action.subject_id, after=row.at, without_run=action.run_id)
            )
        found.append(
            NotExecuted(
                row,
                intent(kind, action),
                _told(action),
                turn.proposals[action.position].because or turn.rationale,
                _digest(action, len(changes)),
                changes,
                kind is None or kind.effect is Effect.EXTERNAL,
            )
        )
    return found


def _told(action: ActionRow) -> tuple[tuple[str, str], ...]:
    """Return the arguments in words; of a question only the answers that it offers, for its sentence is the rest."""
    if action.tool == ASK_PERSON:
        return (("options", ", ".join(spoken(str(option)) for option in action.args.get("options") or ())),)
    return tuple((name, str(value)) for name, value in action.args.items() if value not in (None, "", []))


def did_it(
    kernel: Kernel, tx: Transaction, action_id: str, *, actor: str, digest: str | None = None
) -> RecommendationResult:
    """Note that the person did it themselves.

    Raises:
        NotFoundError: there is no such recommendation.
        DecisionError: it was answered already.
        StaleCardError: `digest` is of what was shown before.
    """
    action, now = _open(kernel, tx, action_id, digest=digest), kernel.clock.now()
    kind = kernel.registry.type(action.tool)
    write.say(tx, action.id, "did_it", actor=actor, content=None, now=now)
    write_events.change_subject(tx, action.subject_id, at=now, what=_by_hand(kind, action), run=None)
    tx.audit("recommendation.did_it", at=now, actor=actor, run=action.run_id, action=action.id, digest=action.digest)
    return RecommendationResult(outcome=RecommendationOutcome.DID_IT)


def not_right(
    kernel: Kernel, tx: Transaction, action_id: str, *, actor: str, reason: str, digest: str | None = None
) -> RecommendationResult:
    """Note that it is not right, and why.

    Raises:
        NotFoundError, DecisionError, StaleCardError: as for `did_it`; also where there is no reason.
    """
    action, now = _open(kernel, tx, action_id, digest=digest), kernel.clock.now()
    if not reason.strip():
        raise DecisionError("Say why it is not right; the reason is what can be learnt from. Nothing was changed.")
    kept = write.say(tx, action.id, "not_right", actor=actor, content={"reason": reason.strip()}, now=now)
    words = None if kept is None else tx.content_digest(kept)
    facts = {"run": action.run_id, "action": action.id, "digest": action.digest}
    tx.audit("recommendation.not_right", at=now, actor=actor, words=words, **facts)
    return RecommendationResult(outcome=RecommendationOutcome.NOT_RIGHT)


def take_back(kernel: Kernel, tx: Transaction, action_id: str, *, actor: str) -> RecommendationResult:
    """Take "I did it" or "not right" back; it waits for an answer again.

    Raises:
        DecisionError: there is nothing that could be taken back here.
    """
    if simulated.said_to(tx.conn, action_id) not in ("did_it", "not_right"):
        raise DecisionError("There is nothing to take back here; what was asked for is undone by its request.")
    action = present(runs.action(tx.conn, action_id), action_id)
    said_at = write.take_back(tx, action_id)
    write_events.forget_change(
        tx, action.subject_id, at=said_at, what=_by_hand(kernel.registry.type(action.tool), action)
    )
    tx.audit("recommendation.reopened", at=kernel.clock.now(), actor=actor, action=action_id)
    return RecommendationResult(outcome=RecommendationOutcome.REOPENED)


def do_it(
    kernel: Kernel, tx: Transaction, action_id: str, *, actor: str, digest: str | None = None
) -> RecommendationResult:
    """Have the agent do what it recommended, where nothing but its level stands against it.

    Raises:
        NotFoundError, DecisionError, StaleCardError: as for `did_it`.
    """
    action, now = _open(kernel, tx, action_id, digest=digest), kernel.clock.now()
    loaded = load(kernel, tx.conn, action.run_id)
    wanted = wanted_again(kernel, loaded, action, grant=None, is_requested=True)
    judged = kernel.gatekeeper.judge(tx, wanted, version=loaded.version, event=loaded.event, phase="decided", now=now)
    facts = {"run": action.run_id, "action": action.id, "digest": action.digest}
    facts |= {"verdict": judged.ruling.verdict.name, "reasons": audit_reasons(judged)}
    if judged.ruling.verdict < Verdict.ASK:
        tx.audit("recommendation.not_allowed", at=now, actor=actor, **facts)
        return RecommendationResult(outcome=RecommendationOutcome.NOT_ALLOWED, why=judged.ruling.explain())
    tx.audit("recommendation.asked", at=now, actor=actor, **facts)
    write.say(tx, action.id, "asked", actor=actor, content=None, now=now)
    current = versions.current_version_of(tx.conn, loaded.run.agent_id)
    version = loaded.version if current is None else kernel.roster.version(tx.conn, current)
    approval = ask(
        tx,
        kind=ApprovalKind.ACTION,
        action=action.id,
        run=action.run_id,
        agent=loaded.run.agent_id,
        digest=action.digest,
        ruling_id=judged.ruling_id,
        subject=action.subject_id,
        because="you asked for what was recommended",
        expires_h=version.spec.approvals.expires_h,
        now=now,
    )
    done = approvals.approve(kernel, tx, approval, actor=actor)
    return RecommendationResult(outcome=RecommendationOutcome.ASKED, decision=done)


def _open(kernel: Kernel, tx: Transaction, action_id: str, *, digest: str | None) -> ActionRow:
    action = runs.action(tx.conn, action_id)
    if action is None:
        raise NotFoundError(f"There is no action {action_id}.")
    if action.state is not ActionState.RECOMMENDED or simulated.said_to(tx.conn, action_id) is not None:
        raise DecisionError("This recommendation was answered already; nothing was changed.")
    if digest is not None and digest != _digest(action, _changes(tx, action)):
        raise StaleCardError("Something happened on this subject since you saw it. Look again, then decide.")
    return action


def _by_hand(kind: ActionType | None, action: ActionRow) -> str:
    return f"{kind.title if kind else action.tool}, by hand"


def _changes(tx: Transaction, action: ActionRow) -> int:
    at = runs.rulings(tx.conn, action.id)[0].at
    return len(simulated.changes_after(tx.conn, subject=action.subject_id, after=at, without_run=action.run_id))


def _digest(action: ActionRow, changes: int) -> str:
    return f"{action.digest}:{changes}"
