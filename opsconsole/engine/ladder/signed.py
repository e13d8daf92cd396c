"""An agent's file put in use by a person who knows what is not earned: evidence is asked for what it raises."""

from collections.abc import Callable, Mapping
from datetime import datetime

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.errors import UserError
from opsconsole.engine.agents import versions as agentversions
from opsconsole.engine.agents.file import AgentFile, load_spec
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.agents.versions import NewVersion
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.rungs import STAGES, Cell, Ladder, ladder_of
from opsconsole.policy.decides import decision_digest
from opsconsole.store.queries import versions
from opsconsole.store.rows import Reader
from opsconsole.store.transaction import Transaction

TOLD = 5
"""So many cells are named in an error."""


class NoEvidenceError(UserError):
    """A file would be live where nothing proves that it may; a person can say why it shall be."""

    def __init__(self, agent: str, cells: tuple[str, ...]) -> None:
        named = "; ".join(cells[:TOLD]) + (f"; and {len(cells) - TOLD} more" if len(cells) > TOLD else "")
        super().__init__(
            f"Nothing was changed: {agent} would be live without evidence for it: {named}.",
            hint='`opsconsole ladder show AGENT` says what is missing; --without-evidence "why" puts it in use all the'
            " same, and it then says so wherever it is shown.",
        )
        self.cells = cells


def apply(
    kernel: Kernel,
    tx: Transaction,
    file: AgentFile,
    *,
    actor: str,
    now: datetime,
    reason: str = "",
    seen: int | None = None,
    accepts: bool | None = None,
    without_evidence: str = "",
) -> NewVersion:
    """Put a file in use as `engine.agents.versions.apply` does, with evidence for what it makes live.

    Args:
        kernel: the parts.
        tx: the transaction.
        file: sound.
        actor: who wants it.
        now: aware.
        reason: why, in words.
        seen: the number of the version that the change was made from.
        accepts: as `versions.apply` has it.
        without_evidence: why it shall be live though nothing proves that it may; empty: evidence is asked for.

    Raises:
        NoEvidenceError: it would be live, or act alone, where nothing proves that it may.
        StaleCardError: as `versions.apply`.
    """

    def put(told: str) -> NewVersion:
        return agentversions.apply(
            tx, file, kernel.registry, actor=actor, now=now, reason=told, seen=seen, accepts=accepts
        )

    return _signed(kernel, tx, file.spec.agent, put, actor=actor, now=now, reason=reason, without=without_evidence)


def restore(
    kernel: Kernel,
    tx: Transaction,
    agent: str,
    number: int,
    *,
    actor: str,
    now: datetime,
    reason: str = "",
    seen: int | None = None,
    without_evidence: str = "",
) -> NewVersion:
    """Put an earlier version in use again as `engine.agents.versions.restore` does, with evidence as `apply`.

    Of an agent that was dismissed only what goes beyond what it was then asks for evidence.
    """

    def put(told: str) -> NewVersion:
        return agentversions.restore(tx, agent, number, kernel.registry, actor=actor, now=now, reason=told, seen=seen)

    why = without_evidence
    return _signed(kernel, tx, agent, put, actor=actor, now=now, reason=reason, without=why, is_return=True)


def unproven(conn: Reader, kernel: Kernel, version: Version, *, now: datetime) -> dict[Cell, str]:
    """Return the cells of a version that are live, or act alone, without evidence, with their titles."""
    found = ladder_of(conn, kernel.registry, version, now=now).unproven()
    return {(category, tool): title for category, tool, title in found}


def would_be_unproven(conn: Reader, kernel: Kernel, file: AgentFile, *, now: datetime) -> tuple[str, ...]:
    """Return the titles of the cells that a file would newly make live without evidence, if it were put in use now."""
    spec = file.spec
    row = versions.current(conn, spec.agent)
    tools = {tool: kernel.registry.fingerprint(tool) for tool in kernel.registry.names()}
    known = {} if row is None else {**tools, **row.tools}
    decides = decision_digest(spec.model_dump(mode="json", by_alias=True), known or tools)
    found = Ladder(conn, kernel.registry, spec, decides, now=now).unproven()
    after = {(category, tool): title for category, tool, title in found}
    was = None if row is None else kernel.roster.version(conn, row.id)
    before = {} if was is None else unproven(conn, kernel, was, now=now)
    return tuple(_fresh(after, before, spec, was).values())


def would_be_restored(conn: Reader, kernel: Kernel, agent: str, number: int, *, now: datetime) -> tuple[str, ...]:
    """Return what `would_be_unproven` says of an earlier version of an agent; nothing where there is none."""
    row = versions.numbered(conn, agent, number)
    if row is None:
        return ()
    return would_be_unproven(conn, kernel, AgentFile(load_spec(row.spec), row.source), now=now)


def _signed(
    kernel: Kernel,
    tx: Transaction,
    agent: str,
    put: Callable[[str], NewVersion],
    *,
    actor: str,
    now: datetime,
    reason: str,
    without: str,
    is_return: bool = False,
) -> NewVersion:
    """Put a version in use and look at what it makes live; what is not proven undoes it, unless a person said why."""
    row = versions.current(tx.conn, agent) or (versions.newest(tx.conn, agent) if is_return else None)
    was = None if row is None else kernel.roster.version(tx.conn, row.id)
    before = {} if was is None else unproven(tx.conn, kernel, was, now=now)
    why = " ".join(without.split())
    made = put(reason or why)
    version = kernel.roster.in_use(tx.conn, agent)
    if version is None or not made.is_new:
        return made
    fresh = _fresh(unproven(tx.conn, kernel, version, now=now), before, version.spec, was)
    if fresh and not why:
        raise NoEvidenceError(agent, tuple(fresh.values()))
    if fresh:
        cells = [{"category": category, "tool": tool} if tool else {"category": category} for category, tool in fresh]
        words = tx.content_digest(tx.keep({"reason": why}))
        tx.audit(
            "ladder.without_evidence", at=now, actor=actor, agent=agent, version=version.id, cells=cells, words=words
        )
    return made


def _fresh(
    found: Mapping[Cell, str], before: Mapping[Cell, str], spec: AgentSpec, was: Version | None
) -> dict[Cell, str]:
    """Return the cells without evidence that are new, or whose stage goes further than what somebody said why for."""
    return {
        (category, tool): title
        for (category, tool), title in found.items()
        if (category, tool) not in before or (not tool and was is not None and _is_higher(spec, was.spec, category))
    }


def _is_higher(spec: AgentSpec, was: AgentSpec, category: str) -> bool:
    return STAGES.index(spec.stage_of(category)) > STAGES.index(was.stage_of(category))
