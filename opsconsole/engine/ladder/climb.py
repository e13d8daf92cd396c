"""Steps up: signed by a person, one cell at a time, with the numbers that they stand on."""

from dataclasses import dataclass
from datetime import datetime

from opsconsole.domain.errors import DecisionError, NotFoundError, StaleCardError
from opsconsole.engine.agents.file import read_agent_text, source_of
from opsconsole.engine.agents.versions import apply, in_use
from opsconsole.engine.agents.yamltext.change import put_all
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder import basis, told
from opsconsole.engine.ladder.rungs import Ladder, Rung, ladder_of
from opsconsole.store.queries import ladder as read
from opsconsole.store.queries import versions
from opsconsole.store.rows import Reader, VersionRow, present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import ladder as write

LEAST_REASON = 8
"""Characters of a reason that stands in for evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoted:
    """A step that was taken."""

    number: int
    rung: Rung
    """As it stood before."""
    is_proven: bool
    version: int
    """The number of the version in use now."""
    sentences: tuple[str, ...]


def rung_of(kernel: Kernel, conn: Reader, agent: str, category: str, tool: str = "") -> tuple[Ladder, Rung]:
    """Return where a cell stands.

    Raises:
        NotFoundError: there is no such agent, category, or action in it.
    """
    row = in_use(conn, agent)
    found = ladder_of(conn, kernel.registry, kernel.roster.version(conn, row.id), now=kernel.clock.now())
    kind = found.spec.category(category)
    if kind is None:
        known = ", ".join(each.id for each in found.spec.playbook.categories)
        raise NotFoundError(f"{found.spec.name} has no category {category!r}; it has {known}.")
    if tool and tool not in found.tools(kind):
        known = ", ".join(found.tools(kind)) or "none"
        raise NotFoundError(f"{category} has no action {tool!r}; it has {known}.")
    return found, found.level(kind, tool) if tool else found.stage(kind)


def promote(
    kernel: Kernel,
    tx: Transaction,
    agent: str,
    category: str,
    tool: str = "",
    *,
    actor: str,
    reason: str = "",
    without_evidence: bool = False,
    seen: int | None = None,
) -> Promoted:
    """Take a cell up one rung, with the file, the numbers and the record in one transaction.

    Args:
        kernel: the parts.
        tx: the transaction.
        agent: which.
        category: the cell's.
        tool: the cell's; empty for the category's stage.
        actor: who signs.
        reason: why, in words; needed without evidence.
        without_evidence: a person wants it though the gate is not open.
        seen: the number of the version that was looked at; None where that is not known.

    Raises:
        NotFoundError: as `rung_of`.
        StaleCardError: another version came into use since that one.
        DecisionError: it is at the top, something else stands in the way, or the gate is not open.
    """
    row = in_use(tx.conn, agent)
    if seen is not None and seen != row.number:
        raise StaleCardError(
            f"Nothing was changed: version {row.number} of {agent} came into use meanwhile.",
            hint="Look at the ladder once more.",
        )
    # Before what there is now is taken for what evidence was gathered with: what changed takes down its own cells.
    basis.look(kernel, tx, kernel.roster.version(tx.conn, row.id), now=kernel.clock.now())
    ladder, rung = rung_of(kernel, tx.conn, agent, category, tool)
    why = " ".join(reason.split())
    is_proven = _may_climb(rung, without_evidence=without_evidence, reason=why)
    version = _written(kernel, tx, row, rung, actor=actor, reason=why)
    now = kernel.clock.now()  # not before: the record's time never goes back
    sentences = told.sheet(ladder.spec.name, rung, is_proven=is_proven)
    number = _signed(tx, ladder, rung, version, sentences, is_proven=is_proven, reason=why, actor=actor, now=now)
    for fallen in _fallen(tx.conn, rung):
        write.lift(tx, fallen.id, actor=actor, promotion=number, now=now)
    basis.take(kernel, tx, kernel.roster.version(tx.conn, version.id), now=now)
    return Promoted(number=number, rung=rung, is_proven=is_proven, version=version.number, sentences=sentences)


def _signed(
    tx: Transaction,
    ladder: Ladder,
    rung: Rung,
    version: VersionRow,
    sentences: tuple[str, ...],
    *,
    is_proven: bool,
    reason: str,
    actor: str,
    now: datetime,
) -> int:
    """Keep a step with the numbers it stands on, in its table and in the record; give its number."""
    gate = None if rung.gate is None else rung.gate.to_json()
    lifted = [fallen.id for fallen in _fallen(tx.conn, rung)]
    number = write.add_promotion(
        tx,
        agent=rung.agent,
        category=rung.category,
        tool=rung.tool,
        was=rung.now,
        rung=rung.next,
        version=version.id,
        decides=ladder.decides,
        is_proven=is_proven,
        snapshot={"gate": gate, "sentences": sentences, "lifted": lifted},
        reason=reason,
        actor=actor,
        now=now,
    )
    tx.audit(
        "ladder.promoted",
        at=now,
        actor=actor,
        agent=rung.agent,
        version=version.id,
        promotion=number,
        category=rung.category,
        tool=rung.tool or None,
        was=rung.now,
        rung=rung.next,
        proven=is_proven,
        gate=gate,
        cohort=ladder.decides,
        sentences=list(sentences),
        words=tx.keep_reason(reason),
    )
    return number


def _may_climb(rung: Rung, *, without_evidence: bool, reason: str) -> bool:
    """Return whether a step stands on evidence.

    Raises:
        DecisionError: it may not be taken.
    """
    if not rung.next:
        raise DecisionError(f"{rung.title} stands on the top rung already. Nothing was changed.")
    if rung.wall:
        raise DecisionError(f"{rung.title} cannot go further: {rung.wall}. Nothing was changed.")
    if rung.can_climb:
        return True
    if not without_evidence:
        raise DecisionError(
            f"The gate for {rung.title} is not open: {told.missing(rung)}. Nothing was changed.",
            hint='`--without-evidence "why"` takes the step all the same; it then says so wherever it is shown.',
        )
    check_reason(reason)
    return False


def check_reason(reason: str) -> None:
    """Check that a step without evidence says why.

    Raises:
        DecisionError: it does not, or not so that others can read it.
    """
    if len(reason) < LEAST_REASON:
        raise DecisionError("Without evidence it needs a reason that others can read. Nothing was changed.")


def _written(kernel: Kernel, tx: Transaction, row: VersionRow, rung: Rung, *, actor: str, reason: str) -> VersionRow:
    """Write the step into the agent's file; one that its file allows already only ends what held it down."""
    if rung.tool and rung.level >= int(rung.next):
        return row
    return set_rung(kernel, tx, row, rung, rung.next, actor=actor, reason=reason)


def set_rung(
    kernel: Kernel, tx: Transaction, row: VersionRow, rung: Rung, to: str, *, actor: str, reason: str
) -> VersionRow:
    """Put a version in use whose file sets a cell to a stage or level, and says else what it said.

    Raises:
        DecisionError: the file is written in a way that cannot be changed so.
    """
    place = (
        ("autonomy", "categories", rung.category, rung.tool) if rung.tool else ("stage", "categories", rung.category)
    )
    try:
        text = put_all(source_of(row), {place: int(to) if rung.tool else to})
    except LookupError as error:
        raise DecisionError(f"{error} Nothing was changed.") from error
    file = read_agent_text(text, f"{rung.agent}.yaml", kernel.registry)
    words = f"{rung.title}: {told.step_words(rung.now, to, rung.tool)}" + (f" ({reason})" if reason else "")
    now = kernel.clock.now()
    apply(tx, file, kernel.registry, actor=actor, now=now, reason=words, accepts=False)
    return present(versions.current(tx.conn, rung.agent), rung.agent)


def lower_stage(
    kernel: Kernel, tx: Transaction, agent: str, category: str, *, actor: str, reason: str
) -> tuple[Rung, int]:
    """Take a category's stage one step down because a person wants it; return it as it stood, and the new version.

    Raises:
        NotFoundError: as `rung_of`.
        DecisionError: it is in shadow already.
    """
    _, rung = rung_of(kernel, tx.conn, agent, category)
    if not rung.below:
        raise DecisionError(f"{rung.name} is in shadow already. Nothing was changed.")
    row, why = in_use(tx.conn, agent), " ".join(reason.split())
    made = set_rung(kernel, tx, row, rung, rung.below, actor=actor, reason=why)
    facts = {"agent": agent, "category": category, "was": rung.now, "stage": rung.below, "trigger": "person"}
    words = tx.keep_reason(why)
    tx.audit("ladder.demoted", at=kernel.clock.now(), actor=actor, version=made.id, words=words, **facts)
    return rung, made.number


def _fallen(conn: Reader, rung: Rung) -> list[read.Demotion]:
    """Return the steps down that a step up ends: those that hold the cell below where it goes."""
    return [
        fallen
        for fallen in read.in_force(conn, rung.agent)
        if rung.tool
        and (fallen.category, fallen.tool) == (rung.category, rung.tool)
        and fallen.ceiling < int(rung.next)
    ]
