"""Which kinds of events there are in a workspace: those that its connections make, and those that came."""

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from opsconsole.engine.ports.connector import EventSource
from opsconsole.engine.registry import Registry
from opsconsole.store.queries import events
from opsconsole.store.rows import Reader


def known_kinds(registry: Registry, conn: Reader) -> dict[str, frozenset[str]]:
    """Return the kinds of events of each connection; a `*` in one stands for what only an incoming event tells."""
    found: dict[str, set[str]] = {name: set() for name in registry.connectors}
    for name, connector in registry.connectors.items():
        if isinstance(connector, EventSource):
            found[name].update(connector.event_kinds())
    for connection, kind, _ in events.kinds(conn):
        found.setdefault(connection, set()).add(kind)
    return {name: frozenset(kinds) for name, kinds in found.items()}


def makers_of(pattern: str, known: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the connections that make events which a pattern (`deal.*`) can fit."""
    return sorted(name for name, kinds in known.items() if any(_can_meet(pattern, kind) for kind in kinds))


def _can_meet(pattern: str, kind: str) -> bool:
    """Return whether two patterns can stand for the same kind; where that is hard to tell, they can."""
    if not _is_pattern(pattern) and not _is_pattern(kind):
        return pattern == kind
    if not _is_pattern(kind):
        return fnmatchcase(kind, pattern)
    if not _is_pattern(pattern):
        return fnmatchcase(pattern, kind)
    start, other = _start(pattern), _start(kind)
    return start.startswith(other) or other.startswith(start)


def _is_pattern(text: str) -> bool:
    return _start(text) != text


def _start(pattern: str) -> str:
    """Return what stands before the first wildcard."""
    return re.split(r"[*?\[]", pattern, maxsplit=1)[0]
