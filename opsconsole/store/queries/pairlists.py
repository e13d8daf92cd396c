"""Pairs as they are listed: at most so many, chosen by indexes, and only what is listed is read whole."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from opsconsole.domain.enums import Agreement, Severity
from opsconsole.store.queries.evidence import Counting, since_when, totals
from opsconsole.store.queries.pairs import PAIR, PairRow, row_of

Show = Literal["queue", "waiting", "judged", "all"]
"""`queue`: what should be judged."""
SAMPLED = 10 * 2**32 // 100
"""Agreements whose number `spread` puts below it are in the sample; the index of the sample holds the same number."""
_WHEN = "SELECT p.occurred_at, p.id FROM pair p"
_GRAVE = "SELECT p.severity, p.occurred_at, p.id FROM pair p"
_IS_JUDGED = "EXISTS (SELECT 1 FROM adjudication a WHERE a.pair_id = p.id AND a.is_repeat = 0)"
_COUNTS = "(p.version_id IN (SELECT value FROM json_each(?)) OR p.agent_id IN (SELECT value FROM json_each(?)))"
_DIFFERENCES = "p.excluded = '' AND p.verdict IN ('differs','missing','extra')"
_SAMPLE = f"p.excluded = '' AND p.verdict IN ('same','both_none') AND p.id * 2654435761 % 4294967296 < {SAMPLED}"
_Condition = tuple[str, Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which pairs."""

    show: Show = "all"
    agent: str | None = None
    category: str | None = None
    agreement: Agreement | None = None
    severity: Severity = Severity.NONE
    """At least so grave."""
    ids: frozenset[int] | None = None
    """Only these."""
    is_counting: bool = False
    """Only what speaks of each agent now; what should be judged does in any case."""


def spread(number: int) -> int:
    """Scatter a number evenly over 0 to 2³² - 1, always to the same place (Knuth, volume 3, 6.4)."""
    return number * 2_654_435_761 % 2**32


def listed(conn: sqlite3.Connection, wanted: Wanted, counting: Iterable[Counting], most: int) -> list[PairRow]:
    """Return at most so many pairs: those to judge the gravest first, all others the newest first.

    Args:
        conn: where to read.
        wanted: which.
        counting: what speaks of each agent now.
        most: so many.
    """
    if wanted.show == "queue":
        return of_ids(conn, _to_judge(conn, wanted, counting, most))
    return of_ids(conn, _newest(conn, wanted, counting, most))


def that_count(conn: sqlite3.Connection, cells: Sequence[tuple[Counting, str]], most: int) -> list[int]:
    """Return the newest pairs of cells, oldest first, at most so many; those that prove nothing are left out."""
    since = since_when(conn, cells, most)
    found: list[tuple[int, int]] = []
    for cell, category in cells:
        says, values = _counts([cell])
        found += conn.execute(
            f"{_WHEN} WHERE p.agent_id = ? AND p.category = ? AND p.occurred_at >= ? AND p.excluded = '' AND {says}",
            (cell.agent, category, since, *values),
        )
    return [number for _, number in sorted(found)[-most:]]


def of_ids(conn: sqlite3.Connection, ids: Sequence[int]) -> list[PairRow]:
    """Return pairs by their numbers, in this order."""
    rows = conn.execute(f"{PAIR} JOIN json_each(?) j ON j.value = p.id ORDER BY j.key", (json.dumps(list(ids)),))
    return [row_of(row) for row in rows]


def _to_judge(conn: sqlite3.Connection, wanted: Wanted, counting: Iterable[Counting], most: int) -> list[int]:
    """Return the differences, and the agreements of the sample, that nobody judged."""
    says, values = _joined([*_conditions(wanted), _counts(counting), (f"NOT {_IS_JUDGED}", ())])
    found: list[tuple[int, bool, int, int]] = []
    for is_agreed, index, kind in ((False, "pair_to_judge", _DIFFERENCES), (True, "pair_sampled", _SAMPLE)):
        rows = conn.execute(
            f"{_GRAVE} INDEXED BY {index} WHERE {kind} AND {says}"
            " ORDER BY p.severity DESC, p.occurred_at DESC, p.id LIMIT ?",
            (*values, most),
        )
        found += [(-severity, is_agreed, -at, number) for severity, at, number in rows]
    return [number for *_, number in sorted(found)[:most]]


def _newest(conn: sqlite3.Connection, wanted: Wanted, counting: Iterable[Counting], most: int) -> list[int]:
    """Return the newest; where an agent or a category is asked for, cell by cell, as the index has them."""
    conditions = [*_conditions(wanted), *([_counts(counting)] if wanted.is_counting else [])]
    if wanted.show == "judged":
        conditions.append(("p.id IN (SELECT a.pair_id FROM adjudication a WHERE a.is_repeat = 0)", ()))
    elif wanted.show == "waiting":
        conditions.append((f"NOT {_IS_JUDGED}", ()))
    cells: list[_Condition] = [("1", ())]
    if (wanted.agent is not None or wanted.category is not None) and wanted.ids is None and wanted.show != "judged":
        cells = [
            ("p.agent_id = ? AND p.category = ?", cell)
            for cell in totals(conn)
            if wanted.agent in (None, cell[0]) and wanted.category in (None, cell[1])
        ]
    found: list[tuple[int, int]] = []
    for cell in cells:
        says, values = _joined([cell, *conditions])
        found += conn.execute(
            f"{_WHEN} WHERE {says} ORDER BY p.occurred_at DESC, p.id DESC LIMIT ?",
            (*values, most),
        )
    return [number for _, number in sorted(found, reverse=True)[:most]]


def _conditions(wanted: Wanted) -> list[_Condition]:
    found: list[_Condition] = []
    if wanted.agent is not None:
        found.append(("p.agent_id = ?", (wanted.agent,)))
    if wanted.category is not None:
        found.append(("p.category = ?", (wanted.category,)))
    if wanted.agreement is not None:
        found.append(("p.verdict = ?", (wanted.agreement.value,)))
    if wanted.severity:
        found.append(("p.severity >= ?", (int(wanted.severity),)))
    if wanted.ids is not None:
        found.append(("p.id IN (SELECT value FROM json_each(?))", (json.dumps(sorted(wanted.ids)),)))
    return found


def _counts(counting: Iterable[Counting]) -> _Condition:
    """Return the condition that a pair is of a version that counts, or of another system."""
    every = list(counting)
    versions = sorted({number for counted in every for number in counted.versions})
    others = sorted(counted.agent for counted in every if not counted.decides)
    return _COUNTS, (json.dumps(versions), json.dumps(others))


def _joined(conditions: Iterable[_Condition]) -> _Condition:
    every = list(conditions)
    return " AND ".join(says for says, _ in every), [value for _, values in every for value in values]
