"""What evidence was gathered with: a tool's contract, an account, a model. Another one voids what acts alone by it."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.canonical import digest
from opsconsole.domain.enums import Level
from opsconsole.domain.naming import tool_words
from opsconsole.engine.agents.deployments import furthest
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.fall import Trigger, fall
from opsconsole.engine.ladder.gates import concerns
from opsconsole.engine.ladder.rungs import writes_of
from opsconsole.engine.registry import Registry
from opsconsole.policy.ladder import wall
from opsconsole.store.queries import connections
from opsconsole.store.queries import ladder as read
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import ladder as write

MAIN = "main"
"""The model that an agent uses which names none."""
_OF_A_MODEL = ("base_url", "model", "key_header", "entra")
"""What makes a model another one; its key, its prices and its patience do not."""


def look(kernel: Kernel, tx: Transaction, version: Version, *, tool: str | None = None, now: datetime) -> None:
    """Take down what acts alone by something that is another now than when its evidence was gathered.

    What asks first stays where it is, but what it gathered before proves nothing any more (`gates.Evidence.drawn`).

    What is not there at the moment proves nothing: it is looked at when it is back.

    Args:
        kernel: the parts.
        tx: the transaction.
        version: the agent's in use.
        tool: only what this one acts by; None: what any of them does.
        now: aware.
    """
    cells = asking(kernel.registry, version.spec, tool)
    if not cells:
        return
    present, known = dict(_present(kernel, tx, version, cells)), read.basis(tx.conn, version.agent_id)
    for what in sorted(name for name, value in present.items() if known.get(name, value) != value):
        # Also of other tools than the one that is asked for: what is kept below is not told a second time.
        _take_down(kernel, tx, version, what, now=now)
    if any(known.get(name) != value for name, value in present.items()):
        write.set_basis(tx, version.agent_id, present, now=now)


def answered(kernel: Kernel, tx: Transaction, version: Version, *, model: str, name: str, now: datetime) -> None:
    """Take down what acts alone by a model whose endpoint has begun to answer with another one under the same name.

    Args:
        kernel: the parts.
        tx: the transaction.
        version: the agent's in use.
        model: the connection that was asked.
        name: what its endpoint calls the model that answered; empty, where it does not say, proves nothing.
        now: aware.
    """
    what = f"answers:{model}"
    known = read.basis(tx.conn, version.agent_id).get(what)
    if not name or name == known:
        return
    if known is not None:
        _take_down(kernel, tx, version, what, now=now)
    write.set_basis(tx, version.agent_id, {what: name}, now=now)


def _take_down(kernel: Kernel, tx: Transaction, version: Version, what: str, *, now: datetime) -> None:
    """Take down every cell that acts alone by something that is another now."""
    trigger, why = _told(what)
    for category, tool in alone(kernel.registry, version.spec):
        if concerns(what, tool):
            fall(tx, version, category, tool, trigger, why, ground=what, now=now)


def take(kernel: Kernel, tx: Transaction, version: Version, *, now: datetime) -> None:
    """Take what there is now for what an agent's evidence was gathered with: a person has just signed on it."""
    write.set_basis(
        tx, version.agent_id, dict(_present(kernel, tx, version, asking(kernel.registry, version.spec))), now=now
    )


def look_at_all(kernel: Kernel, tx: Transaction) -> None:
    """Look at every agent in use."""
    now = kernel.clock.now()
    for version in kernel.roster.current(tx.conn):
        look(kernel, tx, version, now=now)


def alone(registry: Registry, spec: AgentSpec, only: str | None = None) -> list[tuple[str, str]]:
    """Return the (category, tool), of one tool or of all, that act alone: by file, stage and class ceiling."""
    return _cells(registry, spec, only, least=Level.AUTONOMOUS)


def asking(registry: Registry, spec: AgentSpec, only: str | None = None) -> list[tuple[str, str]]:
    """Return those that act alone, or ask: what these gather is what acting alone is earned by."""
    return _cells(registry, spec, only, least=Level.APPROVAL)


def _cells(registry: Registry, spec: AgentSpec, only: str | None, *, least: Level) -> list[tuple[str, str]]:
    named = (*spec.autonomy.actions, *(tool for some in spec.autonomy.categories.values() for tool in some))
    return [
        (category.id, tool)
        for category in spec.playbook.categories
        # Also what acts alone by the level that holds where none is named; and a tool that is not there at the moment.
        for tool in dict.fromkeys((*named, *writes_of(registry, spec, category)))
        if only in (None, tool)
        and not _wall(registry, spec, tool)
        and spec.autonomy.level(tool, category.id) >= least
        and furthest(spec, category.id).is_live
    ]


def _wall(registry: Registry, spec: AgentSpec, tool: str) -> str:
    """What is not there at the moment is taken for one that may act alone: it proves nothing either way."""
    kind = registry.type(tool)
    return "" if kind is None else wall(kind, (raised.ceiling for raised in spec.raised if raised.action == tool))


def _present(
    kernel: Kernel, tx: Transaction, version: Version, cells: list[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    registry = kernel.registry
    for tool in dict.fromkeys(tool for _, tool in cells):
        if mark := registry.fingerprint(tool):
            yield f"tool:{tool}", mark
        if name := registry.account_name(tool):
            yield f"account:{tool.partition('.')[0]}", digest(name)
    if version.spec.brain == "model":
        rows = {row.id: row.config for row in connections.connections(tx.conn, kind="model")}
        for name in version.spec.models or (MAIN,):
            if name in rows:
                yield f"model:{name}", digest(_identity(rows[name]))


def _identity(config: Mapping[str, object]) -> dict[str, object]:
    return {name: config[name] for name in _OF_A_MODEL if config.get(name)}


def _told(what: str) -> tuple[Trigger, str]:
    kind, _, name = what.partition(":")
    if kind == "tool":
        return "tool", f"“{tool_words(name)}” is another tool than the one its evidence was gathered with"
    if kind == "account":
        return "account", f"{name} is signed in to another account than the one its evidence was gathered with"
    if kind == "answers":
        return "model", f"{name} answers with another model than the one its evidence was gathered with"
    return "model", f"{name} is another model than the one its evidence was gathered with"
