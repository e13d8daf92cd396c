"""The table of day counts: what it must say, counted from the pairs themselves, and its writing.

A day is counted anew from all its pairs whenever one of them changes, and what that makes more or less is added to its
span of days.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from opsconsole.policy.daycount import Kind, count_day, kind_of
from opsconsole.store.countedpair import counted_pair
from opsconsole.store.queries import versions
from opsconsole.store.rows import present
from opsconsole.store.times import date_of, day_of, day_start

ANOTHER_SYSTEM = ""
"""Stands for what another system decides by."""
SPAN = 32
"""Days that are added up beforehand."""
_PUT = (
    "INSERT OR REPLACE INTO evidence_day (agent_id, decides, category, day, version_id, pairs, agreed, judged,"
    " judged_fine, severe, excluded, unblind, trials, right, severe_trials, judged_trials, blind_trials, open_trials,"
    " failed_trials, reasons) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_KEPT = (
    "SELECT agent_id, decides, category, day, version_id, pairs, agreed, judged, judged_fine, severe, excluded,"
    " unblind, trials, right, severe_trials, judged_trials, blind_trials, open_trials, failed_trials, reasons"
    " FROM evidence_day WHERE agent_id = ? AND decides = ? AND category = ? AND day = ?"
)
_DROP = "DELETE FROM evidence_day WHERE agent_id = ? AND decides = ? AND category = ? AND day = ?"
_SUMS = (
    "SELECT agent_id, decides, category, day - (day % 32 + 32) % 32 AS since, max(version_id), sum(pairs), sum(agreed),"
    " sum(judged), sum(judged_fine), sum(severe), sum(excluded), sum(unblind), sum(trials), sum(right),"
    " sum(severe_trials), sum(judged_trials), sum(blind_trials), sum(open_trials), sum(failed_trials) FROM evidence_day"
)
_WHY = (
    "SELECT json_group_object(why, many) FROM (SELECT r.key AS why, sum(r.value) AS many FROM evidence_day d,"
    " json_each(d.reasons) r WHERE d.agent_id = {} AND d.decides = {} AND d.category = {} AND d.day >= {}"
    " AND d.day < {} + 32 AND d.excluded > 0 GROUP BY r.key ORDER BY r.key)"
)
_WHY_OF_ONE = _WHY.format("?1", "?2", "?3", "?4", "?4")
_WHY_OF_EACH = _WHY.format("s.agent_id", "s.decides", "s.category", "s.since", "s.since")
_FROM_EACH = f"FROM ({_SUMS} GROUP BY agent_id, decides, category, since) s"
_EVERY_SPAN = f"SELECT s.*, ({_WHY_OF_EACH}) {_FROM_EACH}"
_VERSION, _NUMBERS, _REASONS = 4, slice(5, 19), 19
"""Where what stands in a row."""
_ADD_TO_SPAN = (
    "UPDATE evidence_span SET pairs = pairs + ?, agreed = agreed + ?, judged = judged + ?,"
    " judged_fine = judged_fine + ?, severe = severe + ?, excluded = excluded + ?, unblind = unblind + ?,"
    " trials = trials + ?, right = right + ?, severe_trials = severe_trials + ?, judged_trials = judged_trials + ?,"
    " blind_trials = blind_trials + ?, open_trials = open_trials + ?, failed_trials = failed_trials + ?"
    " WHERE agent_id = ? AND decides = ? AND category = ? AND since = ?"
)
_ONE_SPAN = f"{_SUMS} WHERE agent_id = ?1 AND decides = ?2 AND category = ?3 AND day >= ?4 AND day < ?4 + 32"
_PUT_SPAN = "INSERT OR REPLACE INTO evidence_span VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_PUT_EVERY_SPAN = f"INSERT INTO evidence_span {_EVERY_SPAN}"
_DROP_SPAN = "DELETE FROM evidence_span WHERE agent_id = ? AND decides = ? AND category = ? AND since = ?"
_PAIRS = (
    "SELECT p.agent_id, p.version_id, p.category, p.occurred_at, p.about, p.subject_id, p.verdict, p.severity,"
    " p.is_blind, p.is_failed, p.excluded, (SELECT a.verdict FROM adjudication a WHERE a.pair_id = p.id"
    " AND a.is_repeat = 0 ORDER BY a.id DESC LIMIT 1) FROM pair p"
)
_IN_ORDER = "ORDER BY p.occurred_at, p.id"
OF_DAY = f"{_PAIRS} WHERE p.agent_id = ? AND p.category = ? AND p.occurred_at >= ? AND p.occurred_at < ? {_IN_ORDER}"
"""The pairs of an agent, a category and a day, whichever version's."""
_Pair = Sequence[Any]


@dataclass(frozen=True, slots=True)
class DayCell:
    """One row of the table."""

    agent: str
    decides: str
    category: str
    day: int
    """Days since 1970."""


def cell_of(conn: sqlite3.Connection, pair: int) -> DayCell:
    """Return the row that a pair counts in."""
    row = conn.execute("SELECT agent_id, version_id, category, occurred_at FROM pair WHERE id = ?", (pair,)).fetchone()
    return cell(conn, *present(row, f"pair {pair}"))


def cell(conn: sqlite3.Connection, agent: str, version: int | None, category: str, occurred_at: int) -> DayCell:
    """Return the row that such a pair counts in; the time in its stored form."""
    return DayCell(agent, _Decides(conn).of(version), category, day_of(occurred_at))


def count_anew(conn: sqlite3.Connection, cell: DayCell) -> None:
    """Count a day from its pairs, and write what it comes to."""
    decides = _Decides(conn)
    pairs = [row for row in conn.execute(OF_DAY, _day_of(cell)) if decides.of(row[1]) == cell.decides]
    key = cell.agent, cell.decides, cell.category
    before = conn.execute(_KEPT, (*key, cell.day)).fetchone()
    after = _counted(cell, pairs) if pairs else None
    if after == before:
        return
    if after is None:
        conn.execute(_DROP, (*key, cell.day))
    else:
        conn.execute(_PUT, after)
    span = (*key, cell.day - cell.day % SPAN)
    if before is None or after is None or before[_VERSION] != after[_VERSION] or before[_REASONS] != after[_REASONS]:
        _count_span(conn, span)
    else:
        more = [now - then for then, now in zip(before[_NUMBERS], after[_NUMBERS], strict=True)]
        conn.execute(_ADD_TO_SPAN, (*more, *span))


def _count_span(conn: sqlite3.Connection, span: tuple[str, str, str, int]) -> None:
    sums = conn.execute(_ONE_SPAN, span).fetchone()
    if sums[0] is None:
        conn.execute(_DROP_SPAN, span)
    else:
        conn.execute(_PUT_SPAN, (*sums, *conn.execute(_WHY_OF_ONE, span).fetchone()))


def fill(conn: sqlite3.Connection) -> None:
    """Count every day there is; for tables that are empty."""
    conn.executemany(_PUT, _every(conn))
    conn.execute(_PUT_EVERY_SPAN)


def differences(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield in words the days, and the spans of them, of which the table does not say what their pairs come to.

    Raises:
        LookupError, TypeError, ValueError: a version or a pair is damaged so that nothing can be counted.
    """
    number = 0
    for row in _every(conn):
        number += 1
        kept = conn.execute(_KEPT, row[:4]).fetchone()
        if kept != row:
            number -= kept is None
            yield _words(DayCell(*row[:4]))
    (there,) = conn.execute("SELECT count(*) FROM evidence_day").fetchone()
    if there != number:
        yield from map(_words, _of_no_pairs(conn))
    spans = {row[:4]: row for row in conn.execute(_EVERY_SPAN)}
    kept = {row[:4]: row for row in conn.execute("SELECT * FROM evidence_span")}
    for key in sorted({*spans, *kept}):
        if spans.get(key) != kept.get(key):
            yield f"{_words(DayCell(*key))} and the days after it"


def _words(cell: DayCell) -> str:
    return f"{cell.agent} in {cell.category or 'no category'} on {date_of(cell.day)}"


def _of_no_pairs(conn: sqlite3.Connection) -> Iterator[DayCell]:
    decides = _Decides(conn)
    for row in conn.execute("SELECT agent_id, decides, category, day FROM evidence_day").fetchall():
        cell = DayCell(*row)
        if all(decides.of(pair[1]) != cell.decides for pair in conn.execute(OF_DAY, _day_of(cell))):
            yield cell


def _day_of(cell: DayCell) -> tuple[str, str, int, int]:
    return cell.agent, cell.category, day_start(cell.day), day_start(cell.day + 1)


def _every(conn: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """Yield the rows that the table must hold, from all pairs; those of a day in memory."""
    decides = _Decides(conn)
    cells: dict[DayCell, list[_Pair]] = defaultdict(list)
    now = None
    for row in conn.execute(f"{_PAIRS} {_IN_ORDER}"):
        day = day_of(row[3])
        if day != now:
            yield from (_counted(cell, pairs) for cell, pairs in cells.items())
            cells.clear()
            now = day
        cells[DayCell(row[0], decides.of(row[1]), row[2], day)].append(row)
    yield from (_counted(cell, pairs) for cell, pairs in cells.items())


class _Decides:
    """What versions decide by, each asked for once."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._known: dict[int, str] = {}

    def of(self, version: int | None) -> str:
        """Return the digest of what a version decides by."""
        if version is None:
            return ANOTHER_SYSTEM
        if version not in self._known:
            self._known[version] = versions.decides(self._conn, version)
        return self._known[version]


def _counted(cell: DayCell, pairs: Sequence[_Pair]) -> tuple[Any, ...]:
    count = count_day([(pair[4], pair[5], _kind(*pair[6:])) for pair in pairs])
    bases = count.bases
    return (
        cell.agent,
        cell.decides,
        cell.category,
        cell.day,
        max((pair[1] for pair in pairs if pair[1] is not None), default=None),
        count.pairs,
        count.agreed,
        count.judged,
        count.judged_fine,
        count.severe,
        count.excluded,
        count.unblind,
        count.trials,
        count.right,
        count.severe_trials,
        *(bases.get(basis, 0) for basis in ("judged", "blind", "open", "failed")),
        json.dumps(count.reasons, sort_keys=True) if count.reasons else "{}",
    )


@lru_cache(maxsize=1000)
def _kind(verdict: str, severity: int, is_blind: int, is_failed: int, excluded: str, said: str | None) -> Kind:
    return kind_of(counted_pair(verdict, severity, is_blind, is_failed, excluded, said))
