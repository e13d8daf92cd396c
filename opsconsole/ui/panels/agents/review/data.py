"""What the sheet of a review shows, in one query, and the signature. No Qt here."""

from collections.abc import Sequence
from dataclasses import dataclass

from opsconsole.domain.enums import ReviewDecision
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.reviewdue import ReviewDue, due
from opsconsole.engine.ladder.rungs import Cell, Rung
from opsconsole.engine.oversight.page import Figure
from opsconsole.engine.oversight.review import Review, review
from opsconsole.engine.oversight.reviewpage import figures, sentences
from opsconsole.engine.oversight.signing import Signing, already, lowerable, sign
from opsconsole.engine.oversight.span import month_before
from opsconsole.store.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    """The review of the last whole month, as it would be signed now."""

    told: Review
    due: ReviewDue
    lowerable: tuple[Rung, ...]
    """What can be taken a step back."""

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The numbers that stand first on the report."""
        return figures(self.told).figures

    @property
    def sentences(self) -> tuple[str, ...]:
        """The rest of the report."""
        return sentences(self.told)

    @property
    def signed(self) -> str:
        """Who signed it; empty: nobody did yet."""
        by = self.told.signed
        if by is None:
            return ""
        why = f" Why: {by.reason}" if by.reason else ""
        return f"{already(self.told.name, self.told.span, by)}{why}"


def review_view(kernel: Kernel, agent: str) -> ReviewView:
    """Query the review of the last whole month.

    Raises:
        NotFoundError: the agent is not in use, or was not there in that month.
    """
    conn, now = kernel.reader, kernel.clock.now()
    return ReviewView(
        told=review(kernel, agent, month_before(now)),
        due=due(conn, kernel.roster, agent, now=now),
        lowerable=tuple(lowerable(kernel, conn, agent)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedReview:
    """What a person signs."""

    told: Review
    """As it was looked at."""
    decision: ReviewDecision
    reason: str
    lowered: Sequence[Cell]


def sign_review(kernel: Kernel, tx: Transaction, actor: str, *, wanted: WantedReview) -> Signing:
    """Sign it, as the command line does."""
    told = wanted.told
    return sign(
        kernel,
        tx,
        told.agent,
        told.span,
        wanted.decision,
        actor=actor,
        reason=wanted.reason,
        seen=told.digest,
        lowered=wanted.lowered,
    )
