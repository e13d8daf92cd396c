"""Which connector does what: tools by name, over the connections that are configured."""

from collections.abc import Iterable, Mapping

from opsconsole.domain.action import ActionType
from opsconsole.engine.ports import Connector


class Registry:
    """The connectors of one workspace; immutable once made."""

    def __init__(self, connectors: Iterable[Connector]) -> None:
        self.connectors: Mapping[str, Connector] = {one.id: one for one in connectors}
        self._types: dict[str, ActionType] = {}
        self._owners: dict[str, Connector] = {}
        self._fingerprints: dict[str, str] = {}
        for connector in self.connectors.values():
            for kind in connector.action_types():
                self._types[kind.name] = kind
                self._owners[kind.name] = connector

    def type(self, tool: str) -> ActionType | None:
        """Give a tool's type; None for a tool nobody declares."""
        return self._types.get(tool)

    def owner(self, tool: str) -> Connector | None:
        """Give the connector that does it."""
        return self._owners.get(tool)

    def fingerprint(self, tool: str) -> str:
        """Give the fingerprint of a tool's type; empty for an unknown tool."""
        if tool not in self._fingerprints:
            kind = self._types.get(tool)
            self._fingerprints[tool] = "" if kind is None else kind.fingerprint()
        return self._fingerprints[tool]

    @property
    def types(self) -> Mapping[str, ActionType]:
        """Every tool's type, by name; the same object each time."""
        return self._types

    def names(self) -> tuple[str, ...]:
        """Give all tools, in order."""
        return tuple(sorted(self._types))
