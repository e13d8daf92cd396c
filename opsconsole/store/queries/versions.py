"""Agents' versions: the ones in use, and any by its number."""

import json
import sqlite3
from datetime import datetime
from typing import Any

from opsconsole.domain.ids import AgentId, VersionId
from opsconsole.policy.decides import decision_digest
from opsconsole.store.rows import VersionRow, present
from opsconsole.store.times import from_micros, to_micros

_VERSION = (
    "SELECT id, agent_id, number, digest, spec, tools, source, applied_by, created_at, reason FROM agent_version WHERE "
)

_CAME_INTO_USE = "id NOT IN (SELECT version_id FROM canary)"
"""What was only tried beside another one never came into use."""
REMEMBERED = 1000
_DECISIONS: dict[tuple[str, str], str] = {}
"""By what they are digests of, so that nothing here can be out of date."""


def version(conn: sqlite3.Connection, version_id: int) -> VersionRow | None:
    """Return an agent version; None where there is none."""
    return _row(conn.execute(f"{_VERSION}id = ?", (version_id,)).fetchone())


def numbered(conn: sqlite3.Connection, agent: str, number: int) -> VersionRow | None:
    """Return a version of an agent by its number; None where there is none."""
    return _row(conn.execute(f"{_VERSION}agent_id = ? AND number = ?", (agent, number)).fetchone())


def every(conn: sqlite3.Connection, agent: str, *, most: int | None = None) -> list[VersionRow]:
    """Return all versions of an agent, or so many, the newest first."""
    limit = -1 if most is None else most
    rows = conn.execute(f"{_VERSION}agent_id = ? ORDER BY number DESC LIMIT ?", (agent, limit)).fetchall()
    return [found for row in rows if (found := _row(row)) is not None]


def in_use_ever(conn: sqlite3.Connection, agent: str) -> list[VersionRow]:
    """Return the versions of an agent that came into use, the newest first; one that was only tried did not."""
    rows = conn.execute(f"{_VERSION}agent_id = ? AND {_CAME_INTO_USE} ORDER BY number DESC", (agent,)).fetchall()
    return [found for row in rows if (found := _row(row)) is not None]


def used_before(conn: sqlite3.Connection, agent: str, number: int) -> VersionRow | None:
    """Return the version of an agent that was in use before one came into use; None for its first."""
    row = conn.execute(
        f"{_VERSION}agent_id = ? AND number < ? AND {_CAME_INTO_USE} ORDER BY number DESC LIMIT 1", (agent, number)
    )
    return _row(row.fetchone())


def newest(conn: sqlite3.Connection, agent: str) -> VersionRow | None:
    """Return the version of an agent that came into use last, in use now or not; None where there never was one."""
    row = conn.execute(f"{_VERSION}agent_id = ? AND {_CAME_INTO_USE} ORDER BY number DESC LIMIT 1", (agent,))
    return _row(row.fetchone())


def made_before(conn: sqlite3.Connection, agent: str, *, until: datetime) -> VersionRow | None:
    """Return the version of an agent that came into use last before a moment; None where there was none yet."""
    return _row(
        conn.execute(
            f"{_VERSION}agent_id = ? AND created_at < ? AND {_CAME_INTO_USE} ORDER BY number DESC LIMIT 1",
            (agent, to_micros(until)),
        ).fetchone()
    )


def made_in(conn: sqlite3.Connection, *, since: datetime, until: datetime) -> list[VersionRow]:
    """Return the versions of all agents that came into use in a time, in order."""
    rows = conn.execute(
        f"{_VERSION}created_at >= ? AND created_at < ? AND {_CAME_INTO_USE} ORDER BY created_at, id",
        (to_micros(since), to_micros(until)),
    )
    return [found for row in rows.fetchall() if (found := _row(row)) is not None]


def newest_number(conn: sqlite3.Connection, agent: str) -> int:
    """Return the number of the version that was made last; 0 where there is none."""
    row = conn.execute("SELECT max(number) FROM agent_version WHERE agent_id = ?", (agent,)).fetchone()
    return int(row[0] or 0)


def _row(row: Any) -> VersionRow | None:
    if row is None:
        return None
    return VersionRow(
        VersionId(row[0]),
        AgentId(row[1]),
        row[2],
        row[3],
        row[4],
        json.loads(row[5]),
        row[6],
        row[7],
        from_micros(int(row[8])),
        row[9],
    )


def alike(conn: sqlite3.Connection, version_id: int) -> frozenset[int]:
    """Return every version of the same agent whose decisions come of the same (`policy.decides`), itself included."""
    rows = conn.execute(
        "SELECT o.id, o.digest, o.tools FROM agent_version v JOIN agent_version o ON o.agent_id = v.agent_id"
        " WHERE v.id = ?",
        (version_id,),
    ).fetchall()
    found = {number: _decision(conn, number, text, tools) for number, text, tools in rows}
    return frozenset(number for number, decision in found.items() if decision == found[version_id])


def decides(conn: sqlite3.Connection, version_id: int) -> str:
    """Return the digest of what a version's decisions come of: the same for every version that is `alike`.

    Raises:
        LookupError: there is no such version.
    """
    row = conn.execute("SELECT digest, tools FROM agent_version WHERE id = ?", (version_id,)).fetchone()
    return _decision(conn, version_id, *present(row, f"agent version {version_id}"))


def _decision(conn: sqlite3.Connection, number: int, spec_digest: str, tools: str) -> str:
    key = spec_digest, tools
    if key not in _DECISIONS:
        (spec,) = conn.execute("SELECT spec FROM agent_version WHERE id = ?", (number,)).fetchone()
        while len(_DECISIONS) >= REMEMBERED:
            del _DECISIONS[next(iter(_DECISIONS))]
        _DECISIONS[key] = decision_digest(json.loads(spec), json.loads(tools))
    return _DECISIONS[key]


def current_version_ids(conn: sqlite3.Connection) -> list[VersionId]:
    """Return the version in use of every agent."""
    rows = conn.execute("SELECT version_id FROM agent WHERE version_id IS NOT NULL ORDER BY id").fetchall()
    return [VersionId(row[0]) for row in rows]


def current(conn: sqlite3.Connection, agent: str) -> VersionRow | None:
    """Return the version that an agent uses now, whole; None where no such agent is in use."""
    number = current_version_of(conn, agent)
    return None if number is None else version(conn, number)


def current_version_of(conn: sqlite3.Connection, agent: str) -> VersionId | None:
    """Return the version an agent uses now."""
    row = conn.execute("SELECT version_id FROM agent WHERE id = ?", (agent,)).fetchone()
    return None if row is None or row[0] is None else VersionId(row[0])
