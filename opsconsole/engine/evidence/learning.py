"""A lesson taken into an agent's file, and the way back: the same for the window and the command."""

from dataclasses import dataclass

from opsconsole.domain.errors import NotFoundError, StaleCardError
from opsconsole.engine.agents.versions import in_use
from opsconsole.engine.evidence.lessons import Lesson, file_of, lessons
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.signed import apply, restore
from opsconsole.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken."""

    lesson: Lesson
    number: int
    """The version in use now."""
    before: int
    """The one it was made of."""


def take(kernel: Kernel, tx: Transaction, agent: str, lesson: str, *, actor: str, seen: int | None = None) -> Taken:
    """Put an agent's file in use as a lesson would have it.

    Args:
        kernel: where agents and tools are.
        tx: the transaction.
        agent: whose file.
        lesson: its name.
        actor: who takes it.
        seen: the number of the version it was shown for; None where the name is all that is known.

    Raises:
        NotFoundError: no such agent is in use, or it has no such lesson any more.
        StaleCardError: another version came into use since it was shown.
        UserError: its file cannot be changed so, or would not be sound.
    """
    found = lessons(kernel, agent, conn=tx.conn)
    before = in_use(tx.conn, agent)
    if seen is not None and seen != before.number:
        raise StaleCardError(
            f"Nothing was taken: {agent}'s file changed meanwhile, version {before.number} is in use. Look at what it"
            " could learn now."
        )
    chosen = next((offered for offered in found if offered.id == lesson), None)
    if chosen is None:
        raise NotFoundError(
            f"{agent} has no lesson {lesson} any more: it was taken, its file changed, or a correction was taken back.",
            hint=f"`opsconsole shadow lessons {agent}` shows those there are.",
        )
    now = kernel.clock.now()
    why = f"lesson: {chosen.text}"  # a person reads and takes it; what it makes of the evidence is told meanwhile
    made = apply(kernel, tx, file_of(kernel, chosen), actor=actor, now=now, reason=why, without_evidence=why)
    number = made.number
    facts = {"lesson": chosen.id, "pairs": list(chosen.pairs)}
    tx.audit("lesson.taken", at=now, actor=actor, agent=agent, number=number, **facts)
    return Taken(chosen, number, before.number)


def go_back(kernel: Kernel, tx: Transaction, taken: Taken, *, actor: str) -> int:
    """Put the file from before a lesson in use again; give the number of the version that makes.

    Raises:
        StaleCardError: another version came into use since.
        NotFoundError: the agent or that version is gone.
        FileFormatError: the file names what is not connected any more.
    """
    made = restore(
        kernel,
        tx,
        taken.lesson.agent,
        taken.before,
        actor=actor,
        now=kernel.clock.now(),
        reason="the lesson is taken back",
        without_evidence="the lesson is taken back",
        seen=taken.number,
    )
    return made.number
