"""Agents in use, loaded once a version."""

from dataclasses import dataclass

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.ids import AgentId, VersionId
from opsconsole.engine.agents.file import load_spec
from opsconsole.store.queries import versions
from opsconsole.store.rows import Reader


@dataclass(frozen=True, slots=True)
class Version:
    """An agent's immutable snapshot, ready to use."""

    id: VersionId
    agent_id: AgentId
    number: int
    spec: AgentSpec
    tools: dict[str, str]


class Roster:
    """Versions by id, and which one each agent uses now."""

    def __init__(self) -> None:
        self._versions: dict[int, Version] = {}

    def version(self, conn: Reader, version_id: int) -> Version:
        """Return a version; it is immutable, so once loaded it stays.

        Raises:
            LookupError: there is none of that id.
        """
        found = self._versions.get(version_id)
        if found is None:
            row = versions.version(conn, version_id)
            if row is None:
                raise LookupError(f"agent version {version_id}")
            found = Version(row.id, row.agent_id, row.number, load_spec(row.spec), dict(row.tools))
            self._versions[version_id] = found
        return found

    def in_use(self, conn: Reader, agent: str) -> Version | None:
        """Return the version that an agent uses now; None where no such agent is in use."""
        number = versions.current_version_of(conn, agent)
        return None if number is None else self.version(conn, number)

    def current(self, conn: Reader) -> list[Version]:
        """Return the version in use of every agent."""
        return [self.version(conn, number) for number in versions.current_version_ids(conn)]
