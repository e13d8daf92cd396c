"""Steps up and down as the tab takes them: each through the function that the command line uses. No Qt here."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from opsconsole.domain.errors import StaleCardError
from opsconsole.domain.naming import tool_words
from opsconsole.engine.agents.versions import in_use
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder import climb, fall, told
from opsconsole.engine.ladder.climb import Promoted
from opsconsole.engine.ladder.rungs import Rung
from opsconsole.store.transaction import Transaction

Work = Coroutine[Any, Any, None]
TAKEN_BACK = "the step up is taken back"


@dataclass(frozen=True, slots=True)
class WantedStep:
    """A step up that a person wants."""

    agent: str
    rung: Rung
    """As it was looked at."""
    reason: str
    seen: int
    """Number of the version that was looked at."""
    is_proven: bool


def promote(kernel: Kernel, tx: Transaction, actor: str, *, step: WantedStep) -> Promoted:
    """Take a cell up one rung.

    Raises:
        StaleCardError: it stands on another rung than the one that was looked at.
    """
    _, rung = climb.rung_of(kernel, tx.conn, step.agent, step.rung.category, step.rung.tool)
    if (rung.now, rung.next) != (step.rung.now, step.rung.next):
        raise StaleCardError(f"Nothing was changed: {rung.title} stands on another step meanwhile.")
    return climb.promote(
        kernel,
        tx,
        step.agent,
        step.rung.category,
        step.rung.tool,
        actor=actor,
        reason=step.reason,
        without_evidence=not step.is_proven,
        seen=step.seen,
    )


def promoted(made: Promoted) -> str:
    """Return what happened."""
    rung = made.rung
    now = told.LEVELS[rung.next] if rung.tool else f"stands at {rung.next}"
    proof = "" if made.is_proven else f" It is {told.WITHOUT_EVIDENCE}."
    return f"{rung.title} {now} from now on, with version {made.version}.{proof}"


def lower(kernel: Kernel, tx: Transaction, actor: str, *, agent: str, category: str, tool: str, reason: str) -> str:
    """Take a cell down one rung; return what happened."""
    if tool:
        fallen = fall.demote(kernel, tx, agent, category, tool, actor=actor, reason=reason)
        level = told.LEVELS[f"{int(fallen.ceiling)}"]
        return f"{tool_words(tool)} {level} from now on. What it had prepared comes to you."
    rung, number = climb.lower_stage(kernel, tx, agent, category, actor=actor, reason=reason)
    return f"“{rung.name}” is taken down from {rung.now} to {rung.below}, with version {number}."


def take_back(kernel: Kernel, tx: Transaction, actor: str, *, step: WantedStep, version: int) -> str:
    """Lower a cell again that was just promoted.

    Raises:
        StaleCardError: another version came into use since.
    """
    if in_use(tx.conn, step.agent).number != version:
        raise StaleCardError(f"Nothing was changed: another version of {step.agent} came into use since.")
    rung = step.rung
    return lower(kernel, tx, actor, agent=step.agent, category=rung.category, tool=rung.tool, reason=TAKEN_BACK)
