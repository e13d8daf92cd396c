"""Signing a review: a person says of the numbers they saw whether the agent keeps its scope, or it grows or shrinks.

Narrowing is done with the signature, by the ladder's own steps down. Widening is not: each step up is signed on the
ladder, where its own gate decides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from opsconsole.domain.enums import ReviewDecision
from opsconsole.domain.errors import DecisionError, NotFoundError, StaleCardError
from opsconsole.engine.agents.versions import in_use
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder import told
from opsconsole.engine.ladder.climb import LEAST_REASON, lower_stage, rung_of
from opsconsole.engine.ladder.fall import demote
from opsconsole.engine.ladder.reviewdue import ReviewDue, due
from opsconsole.engine.ladder.rungs import Cell, Rung, ladder_of
from opsconsole.engine.oversight.review import Review, review
from opsconsole.engine.oversight.span import Span
from opsconsole.engine.oversight.words import day, person
from opsconsole.store.queries.reviews import signed
from opsconsole.store.queries.reviews.signed import SignedReview
from opsconsole.store.rows import Reader, VersionRow, present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import reviews as write

SHORTEST_DIGEST = 8
"""So many characters of a digest name it."""
DECIDED = {
    ReviewDecision.KEEP: "Keep: its scope and levels stay as they are.",
    ReviewDecision.WIDEN: "Widen: nothing is raised yet; each step up is signed on the ladder, where its gate decides.",
    ReviewDecision.NARROW: "Narrow, from now on: {}.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """A review that was just signed."""

    review: SignedReview
    name: str
    """The agent's."""
    span: Span
    steps: tuple[str, ...]
    """What was taken a step back: `Bug report: full to expanded`."""
    next: ReviewDue

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was signed, what comes of it, and when the next one is due."""
        decided = DECIDED[self.review.decision].format("; ".join(self.steps))
        after = "No other review is owed: nothing of it is at full."
        if self.next.on is not None:
            after = f"The next one is due on {self.next.on.day} {self.next.on:%B %Y}."
        return f"Signed: the review of {self.name}, {self.span.name or self.span.days}.", decided, after


def sign(
    kernel: Kernel,
    tx: Transaction,
    agent: str,
    span: Span,
    decision: ReviewDecision,
    *,
    actor: str,
    reason: str = "",
    seen: str,
    lowered: Sequence[Cell] = (),
) -> Signing:
    """Sign the review of an agent over a time, with the steps down, the numbers and the record in one transaction.

    Args:
        kernel: the parts.
        tx: the transaction.
        agent: which.
        span: what it looked at; over.
        decision: what it comes to.
        actor: who signs.
        reason: why, in words; needed where something is to change.
        seen: digest of the report that was looked at, or its first characters.
        lowered: the cells that are taken one step down; only with `narrow`, and there at least one.

    Raises:
        NotFoundError: no such agent is in use, or it has no such cell.
        StaleCardError: somebody signed it meanwhile, or its numbers are not those that were seen.
        DecisionError: the time is not over, a reason or what is narrowed is missing, or a cell is at its lowest.
    """
    row, now, why = in_use(tx.conn, agent), kernel.clock.now(), " ".join(reason.split())
    told_of = _signable(kernel, tx.conn, agent, span, seen)
    cells = tuple(dict.fromkeys(lowered))
    _check(decision, why, cells)
    steps = tuple(_step(kernel, tx, agent, cell, actor=actor, reason=_because(span, why)) for cell in cells)
    kept = tx.keep({"reason": why}) if why else None
    number = write.add_review(
        tx,
        agent=agent,
        since=span.since,
        until=span.until,
        decision=decision,
        snapshot=told_of.numbers,
        lowered=cells,
        reason=kept,
        actor=actor,
        now=now,
    )
    _record(tx, row, told_of, number, decision, cells, kept, actor=actor, now=now)
    made = present(signed.over(tx.conn, agent, since=span.since, until=span.until), f"review {number}")
    after = due(tx.conn, kernel.roster, agent, now=now)
    return Signing(review=made, name=told_of.name, span=span, steps=steps, next=after)


def lowerable(kernel: Kernel, conn: Reader, agent: str) -> Iterator[Rung]:
    """Yield the cells of an agent that can be taken a step down, each category's stage before its actions."""
    version = kernel.roster.version(conn, in_use(conn, agent).id)
    for rung in ladder_of(conn, kernel.registry, version, now=kernel.clock.now()).rungs():
        if step_down(rung):
            yield rung


def step_down(rung: Rung) -> str:
    """Return the step down from where a cell stands, in words; empty where there is none."""
    return f"{rung.title}: {told.step_words(rung.now, rung.below, rung.tool)}" if rung.below else ""


def already(name: str, span: Span, by: SignedReview) -> str:
    """Return who signed a review."""
    month = span.name or span.days
    return f"{person(by.actor)} signed the review of {name}, {month}, on {day(by.at)}: {by.decision.value}."


def _signable(kernel: Kernel, conn: Reader, agent: str, span: Span, seen: str) -> Review:
    """Return the report as it is now.

    Raises:
        StaleCardError, DecisionError: it may not be signed.
    """
    found = review(kernel, agent, span, conn=conn)
    month = span.name or span.days
    if found.signed is not None:
        raise StaleCardError(
            f"Nothing was signed: {already(found.name, span, found.signed)} One review counts for a month.",
            hint="What it came to is changed on the ladder, or by the next review.",
        )
    if not found.is_over:
        raise DecisionError(
            f"Nothing was signed: {month} is not over, and its numbers still change. Sign it after {span.days}."
        )
    if len(seen) < SHORTEST_DIGEST:
        raise DecisionError(f"Nothing was signed: a digest is told by at least {SHORTEST_DIGEST} of its characters.")
    if not found.digest.startswith(seen.lower()):
        raise StaleCardError(
            f"Nothing was signed: the numbers of {found.name}'s review, {month}, are not those that you saw.",
            hint=f"`opsconsole report review {agent}` shows what holds now; look once more, then sign.",
        )
    return found


def _check(decision: ReviewDecision, why: str, cells: Sequence[Cell]) -> None:
    """Say what is missing.

    Raises:
        DecisionError: something is.
    """
    if decision is not ReviewDecision.KEEP and len(why) < LEAST_REASON:
        raise DecisionError(
            f"Nothing was signed: to {decision.value} it, say why in at least {LEAST_REASON} characters, so that"
            " others can read it."
        )
    if decision is ReviewDecision.NARROW and not cells:
        raise DecisionError(
            "Nothing was signed: to narrow it, say what is taken a step back.",
            hint="--lower CATEGORY takes its stage down, --lower CATEGORY/ACTION the level of an action in it;"
            " `opsconsole ladder show AGENT` lists them.",
        )
    if decision is not ReviewDecision.NARROW and cells:
        raise DecisionError(f"Nothing was signed: only narrow takes a step back, not {decision.value}.")


def _step(kernel: Kernel, tx: Transaction, agent: str, cell: Cell, *, actor: str, reason: str) -> str:
    """Take a cell one step down, by the ladder's own command; return the step in words.

    Raises:
        NotFoundError: there is no such cell.
        DecisionError: it is at its lowest.
    """
    category, tool = cell
    try:
        words = step_down(rung_of(kernel, tx.conn, agent, category, tool)[1])
    except NotFoundError as error:
        raise NotFoundError(f"Nothing was signed: {error}") from error
    if tool:
        demote(kernel, tx, agent, category, tool, actor=actor, reason=reason)
    else:
        lower_stage(kernel, tx, agent, category, actor=actor, reason=reason)
    return words


def _because(span: Span, why: str) -> str:
    return f"review of {span.name or span.days}: {why}"


def _record(
    tx: Transaction,
    row: VersionRow,
    found: Review,
    number: int,
    decision: ReviewDecision,
    cells: Sequence[Cell],
    kept: int | None,
    *,
    actor: str,
    now: datetime,
) -> None:
    every = found.every
    tx.audit(
        "review.signed",
        at=now,
        actor=actor,
        agent=found.agent,
        version=row.id,
        review=number,
        since=found.span.since.isoformat(),
        until=found.span.until.isoformat(),
        decision=decision.value,
        sample=every.to_json(),
        digest=found.digest,
        lowered=[{"category": category, "tool": tool} if tool else {"category": category} for category, tool in cells]
        or None,
        words=None if kept is None else tx.content_digest(kept),
        terms=signed.terms(tx.conn, number),
    )
