"""Agents that come with the program and can be tried on what a person brought in, at once and without a terminal."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from opsconsole.app.place import resources
from opsconsole.app.session import Session
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.ids import AgentId, VersionId
from opsconsole.engine.agents.file import apply_agent, read_agent
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.agents.subscriptions import watches
from opsconsole.engine.past import history
from opsconsole.store.queries import versions
from opsconsole.ui.reports import ReadyAgent

CONNECTION = "desk"
"""Where imports land."""
FILES = ("exported-mail-agent.yaml", "ticket-table-agent.yaml")
"""Of the examples: those that need no account and no model, and begin in shadow."""


def fit(spec: AgentSpec, brought: Mapping[str, int]) -> int:
    """Return how much of what was brought in, counted by kind, an agent watches."""
    return sum(number for kind, number in brought.items() if watches(spec, CONNECTION, kind))


def fitting(session: Session, brought: Mapping[str, int]) -> list[ReadyAgent]:
    """Return those that are not in use and would work something of the past.

    Who watches most of what was brought in comes first, then who would work most of all there is.
    """
    kernel, found = session.kernel, list[tuple[int, ReadyAgent]]()
    for file in FILES:
        spec = read_agent(resources() / "examples" / file, kernel.registry).spec
        if versions.current_version_of(kernel.reader, spec.agent) is not None:
            continue
        version = Version(VersionId(0), AgentId(spec.agent), 1, spec, {})
        if events := history.plan(kernel, version).events:
            found.append((events, ReadyAgent(file, spec.name, spec.summary, fit(spec, brought))))
    return [agent for _, agent in sorted(found, key=lambda pair: (-pair[1].fits, -pair[0]))]


def use_in(opens: Callable[[], AbstractContextManager[Session]], file: str) -> None:
    """Put one of them in use in the workspace that `opens` opens.

    Raises:
        LookupError: there is no such file among them.
    """
    if file not in FILES:
        raise LookupError(f"{file} is none of the ready agents")
    with opens() as session:
        kernel = session.kernel
        agent = read_agent(resources() / "examples" / file, kernel.registry)
        session.write(
            lambda tx: apply_agent(tx, agent, kernel.registry, actor=session.actor, now=kernel.clock.now()),
            name="agent.apply",
        )
