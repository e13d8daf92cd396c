"""Which connector does what: tools by name, over the connections that are configured."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from opsconsole.domain.action import ActionType, Call, Result
from opsconsole.domain.enums import Effect
from opsconsole.engine.ports.connector import AccountIdentity, Actor, Connector, HasAccount, RecordReader


class Registry:
    """The connectors of one workspace. A change takes effect at once; who holds an old connector may go on with it."""

    def __init__(self, connectors: Iterable[Connector]) -> None:
        """Take the connectors' tools in.

        Raises:
            TypeError: a connector declares a tool that it has no way to read or to do.
        """
        self._take(connectors)

    def _take(self, connectors: Iterable[Connector]) -> None:
        self.connectors: Mapping[str, Connector] = {connector.id: connector for connector in connectors}
        self._types: dict[str, ActionType] = {}
        self._owners: dict[str, Connector] = {}
        self._readers: dict[str, RecordReader] = {}
        self._actors: dict[str, Actor] = {}
        self._fingerprints: dict[str, str] = {}
        self._fields: dict[str, frozenset[str] | None] = {}
        for connector in self.connectors.values():
            for kind in connector.action_types():
                self._add(connector, kind)

    def replace(self, gone: Iterable[str], come: Iterable[Connector]) -> None:
        """Take connectors out by name and others in.

        Raises:
            TypeError: one declares a tool that it has no way to read or to do; nothing was changed.
        """
        without = set(gone)
        kept = [connector for name, connector in self.connectors.items() if name not in without]
        made = Registry([*kept, *come])
        self._take(made.connectors.values())

    def _add(self, connector: Connector, kind: ActionType) -> None:
        self._types[kind.name] = kind
        self._owners[kind.name] = connector
        if kind.effect is Effect.READ:
            if not isinstance(connector, RecordReader):
                raise TypeError(f"{kind.name} reads, and {type(connector).__name__} cannot be read")
            self._readers[kind.name] = connector
        else:
            if not isinstance(connector, Actor):
                raise TypeError(f"{kind.name} writes, and {type(connector).__name__} cannot act")
            self._actors[kind.name] = connector

    def type(self, tool: str) -> ActionType | None:
        """Return a tool's type; None for a tool nobody declares."""
        return self._types.get(tool)

    def connection(self, tool: str) -> Connector | None:
        """Return the connection that a tool belongs to; None for a tool nobody declares."""
        return self._owners.get(tool)

    def account(self, tool: str) -> AccountIdentity | None:
        """Return the account that a tool's connection is signed in to; None for a tool nobody declares."""
        owner = self._owners.get(tool)
        if isinstance(owner, HasAccount):
            return owner.account
        return None if owner is None else AccountIdentity("", is_whole=False)

    def account_name(self, tool: str) -> str | None:
        """Return the name of that account, empty where the connection has none."""
        account = self.account(tool)
        return None if account is None else account.name

    def reader(self, tool: str) -> RecordReader | None:
        """Return what a tool is looked up with; None for one that does not read, or that nobody declares."""
        return self._readers.get(tool)

    def actor(self, tool: str) -> Actor | None:
        """Return what a tool is done with; None for one that only reads, or that nobody declares."""
        return self._actors.get(tool)

    def caller(self, tool: str) -> Callable[[Call], Awaitable[Result]] | None:
        """Return what makes a call of a tool once it may be made, a look-up or a deed; None for an unknown tool."""
        if (actor := self._actors.get(tool)) is not None:
            return actor.execute
        reader = self._readers.get(tool)
        return None if reader is None else lambda call: reader.read(call, {}, None)

    def fingerprint(self, tool: str) -> str:
        """Return the fingerprint of a tool's type; empty for an unknown tool."""
        if tool not in self._fingerprints:
            kind = self._types.get(tool)
            self._fingerprints[tool] = "" if kind is None else kind.fingerprint()
        return self._fingerprints[tool]

    def takes(self, tool: str, field: str) -> bool:
        """Return whether a tool has an argument of that name: True for one that takes any, False for an unknown one."""
        if tool not in self._fields:
            kind = self._types.get(tool)
            schema: dict[str, Any] = {} if kind is None else kind.schema()
            self._fields[tool] = None if schema.get("additionalProperties") else frozenset(schema.get("properties", {}))
        known = self._fields[tool]
        return known is None or field in known

    @property
    def types(self) -> Mapping[str, ActionType]:
        """Every tool's type, by name; the same object until connectors are replaced."""
        return self._types

    def names(self) -> tuple[str, ...]:
        """Return all tools, in order."""
        return tuple(sorted(self._types))
