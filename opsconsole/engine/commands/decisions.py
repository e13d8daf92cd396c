"""The parts of a decision: the card it is made on, and what is written of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from opsconsole.domain.enums import ActionState, ApprovalState, Verb
from opsconsole.domain.errors import DecisionError, NotFoundError, StaleCardError
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.commands.results import GivenGrant
from opsconsole.engine.gate.gatekeeper import Judgement, audit_reasons
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.pairs import judging
from opsconsole.engine.runstate import grace
from opsconsole.engine.runstate.loaded import Loaded, load
from opsconsole.store.crosscheck import grant_terms
from opsconsole.store.queries import approvals, ladder, runs, versions
from opsconsole.store.rows import ActionRow, ApprovalRow, present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import people
from opsconsole.store.writes import work as write_work

SHORTEST_DIGEST = 12
"""Hex digits of a card that a person must name at least."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Allow the same from now on: for how long, how often, with which arguments pinned."""

    lasts: timedelta
    pinned: tuple[str, ...] | None
    """Arguments that must stay as they are; None: all of them, the very same action."""
    uses: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A request with all it stands on."""

    approval: ApprovalRow
    action: ActionRow
    loaded: Loaded
    version: Version
    """In use now; it may be newer than the run's own."""


def open_card(kernel: Kernel, tx: Transaction, approval_id: int, *, digest: str | None) -> Card:
    """Load a request that still waits.

    Raises:
        NotFoundError: there is none of that number.
        DecisionError: it was decided, or is over.
        StaleCardError: `digest` is of a card that was shown before.
    """
    approval = approvals.approval(tx.conn, approval_id)
    if approval is None:
        raise NotFoundError(f"There is no request {approval_id}.", hint="`opsconsole approvals list` shows what waits.")
    if approval.state is not ApprovalState.WAITING:
        word = {"decided": "was decided already", "lapsed": "has lapsed", "void": "is no longer needed"}[approval.state]
        raise DecisionError(f"Request {approval_id} {word}; nothing was changed.")
    if digest is not None and (len(digest) < SHORTEST_DIGEST or not approval.digest.startswith(digest)):
        raise StaleCardError(
            f"Request {approval_id} changed since you saw it.",
            hint=f"Look again: `opsconsole approvals show {approval_id}`.",
        )
    action = present(runs.action(tx.conn, approval.action_id), approval.action_id)
    loaded = load(kernel, tx.conn, action.run_id)
    current = versions.current_version_of(tx.conn, approval.agent_id)
    version = loaded.version if current is None else kernel.roster.version(tx.conn, current)
    return Card(approval, action, loaded, version)


def note(
    tx: Transaction,
    card: Card,
    verb: Verb,
    *,
    actor: str,
    words: Mapping[str, Any] | None,
    now: datetime,
    judged: Judgement | None = None,
    action_digest: str | None = None,
) -> None:
    """Write a decision and its audit entry. Who decides what was drawn for them to decide first has seen it."""
    if ladder.is_undecided(tx.conn, card.action.run_id):
        judging.note_seen(tx, card.action.run_id, actor=actor, now=now)
    kept = people.add_decision(tx, card.approval.id, verb, actor=actor, content=words, now=now)
    waited = now - card.approval.created_at
    tx.audit(
        f"decision.{verb.value}",
        at=now,
        actor=actor,
        run=card.action.run_id,
        action=card.action.id,
        approval=card.approval.id,
        card=card.approval.digest,
        digest=action_digest,
        words=None if kept is None else tx.content_digest(kept),
        waited_s=int(waited.total_seconds()),
        verdict=None if judged is None else judged.ruling.verdict.name,
        reasons=None if judged is None else audit_reasons(judged),
    )


def close(
    tx: Transaction, card: Card, state: ActionState, result: Mapping[str, Any], *, now: datetime, grace_s: float = 0.0
) -> datetime | None:
    """Close a request and give the action its result; the run goes on once the grace is over.

    Args:
        tx: the transaction.
        card: what was decided.
        state: of the action from now on.
        result: what the agent gets.
        now: aware.
        grace_s: so many seconds it can be taken back before the agent hears of it.

    Returns:
        When the run goes on; None where that is at once.
    """
    people.close_approval(tx, card.approval.id, ApprovalState.DECIDED, now=now)
    write_work.drop_timer(tx, "approval_expiry", str(card.approval.id))
    write_work.set_action(tx, card.action.id, state, now=now, result=result)
    return grace.begin(tx, card.action.run_id, seconds=grace_s, now=now)


def grant(
    kernel: Kernel, tx: Transaction, card: Card, args: Mapping[str, Any], grant: Grant, *, actor: str, now: datetime
) -> GivenGrant:
    """Store a standing grant for what was just approved."""
    tool = card.action.tool
    names = tuple(args) if grant.pinned is None else grant.pinned
    unknown = [name for name in names if name not in args]
    if unknown:
        raise DecisionError(f"{tool} has no {', '.join(unknown)} here to pin; it has {', '.join(args)}.")
    pinned = {name: args[name] for name in names}
    number = people.add_grant(
        tx,
        agent=card.approval.agent_id,
        tool=tool,
        fingerprint=kernel.registry.fingerprint(tool),
        pinned=pinned,
        actor=actor,
        expires_at=now + grant.lasts,
        uses=grant.uses,
        now=now,
    )
    tx.audit(
        "grant.given",
        at=now,
        actor=actor,
        grant=number,
        agent=card.approval.agent_id,
        tool=tool,
        pinned=sorted(pinned),
        uses=grant.uses,
        terms=grant_terms(tx.conn, number),
    )
    return GivenGrant(number, card.approval.agent_id, tool, names, len(names) == len(args), now + grant.lasts)
