"""A workspace with an agent in use, for the tests of the agents' pages."""

from pathlib import Path

from opsconsole.app.session import Session, opened
from opsconsole.engine.agents import versions as agentversions
from opsconsole.engine.agents.file import read_agent_text
from opsconsole.store.queries import limits
from opsconsole.store.rows import VersionRow
from tests.support.shell import AGENT
from tests.ui.sample import make_empty

FILE = f"# ours, with care\n{AGENT}"


def make(folder: Path, *texts: str) -> Path:
    """A workspace with an agent in use, in as many versions as there are texts."""
    make_empty(folder)
    with opened(folder) as session:
        for text in texts or (FILE,):
            use(session, text)
    return folder


def use(session: Session, text: str) -> None:
    kernel = session.kernel
    file, now = read_agent_text(text, "mira.yaml", kernel.registry), kernel.clock.now()
    session.write(
        lambda tx: agentversions.apply(tx, file, kernel.registry, actor="person:test", now=now), name="agent.apply"
    )


def in_use(folder: Path, agent: str = "mira") -> VersionRow:
    with opened(folder) as session:
        return agentversions.in_use(session.kernel.reader, agent)


def switched(folder: Path) -> set[str]:
    with opened(folder) as session:
        return set(limits.paused(session.kernel.reader))
