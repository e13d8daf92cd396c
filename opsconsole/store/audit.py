"""The audit chain: append inside the change's own transaction, verify from the file alone.

Leaf = SHA-256(0x00 || blob), chain = SHA-256(previous chain || leaf); the first previous chain is 32 zero bytes.
Tamper-evident, not tamper-proof: whoever can write the file can write a whole new chain. What that cannot hide is a
head noted elsewhere (`heads.py`).
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from opsconsole.domain.canonical import canonical

GENESIS = bytes(32)
MOST_FINDINGS = 100
"""After so many the checking stops; the record is in pieces."""
TRIGGERS = ("audit_no_update", "audit_no_delete", "audit_no_replace")


def link(previous: bytes, blob: bytes) -> bytes:
    """Return the chain value after `blob`."""
    return hashlib.sha256(previous + hashlib.sha256(b"\x00" + blob).digest()).digest()


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: number of entries and the chain value (32 bytes)."""

    seq: int
    chain: bytes


def head(conn: sqlite3.Connection) -> Head:
    """Return the present head; seq 0 for an empty chain."""
    row = conn.execute("SELECT seq, chain FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(0, GENESIS) if row is None else Head(row[0], row[1])


def last_at(conn: sqlite3.Connection) -> datetime:
    """Return when the last entry was written.

    Raises:
        LookupError: there is none.
    """
    row = conn.execute("SELECT json_extract(blob, '$.at') FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    if row is None:
        raise LookupError("the record is empty")
    return datetime.fromisoformat(row[0])


def append(
    conn: sqlite3.Connection, last: Head, *, at: datetime, kind: str, actor: str, facts: Mapping[str, Any]
) -> Head:
    """Append one entry after `last`, which must have been read in this transaction; give the new head.

    `facts` is JSON without personal data: ids, digests, verdicts, reasons.
    """
    seq = last.seq + 1
    entry = {
        **facts,
        "seq": seq,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "kind": kind,
        "actor": actor,
    }
    blob = canonical(entry)
    chain = link(last.chain, blob)
    conn.execute("INSERT INTO audit (seq, blob, chain) VALUES (?, ?, ?)", (seq, blob.decode(), chain))
    return Head(seq, chain)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written. `seq` is the entry, 0 for the whole."""

    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found. No findings means: every entry is as it was written and in its place."""

    entries: int
    head: Head
    findings: tuple[Finding, ...]

    @property
    def is_ok(self) -> bool:
        """Nothing was found."""
        return not self.findings


def verify(
    conn: sqlite3.Connection,
    *,
    noted: tuple[Head, ...] = (),
    triggers: Mapping[str, str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Check every entry, the triggers, and the heads that were noted elsewhere.

    Args:
        conn: a connection; one read transaction is used.
        noted: heads written down earlier; each must still be on the chain.
        triggers: expected SQL by name, None to check only that they are there.
        progress: called every 10,000 entries with the number checked.
    """
    findings: list[Finding] = []
    wanted: dict[int, set[bytes]] = {}
    for old_head in noted:
        wanted.setdefault(old_head.seq, set()).add(old_head.chain)
    previous, expected = GENESIS, 0
    sha, zero = hashlib.sha256, b"\x00"
    for seq, blob, chain in conn.execute("SELECT seq, CAST(blob AS BLOB), chain FROM audit ORDER BY seq"):
        expected += 1
        if seq != expected:
            findings.append(Finding(seq, f"entries {expected} to {seq - 1} are missing"))
            expected = seq
        value = sha(previous + sha(zero + blob).digest()).digest()
        if value != chain:
            findings.append(Finding(seq, f"entry {seq} is not what was written, or not in its place"))
        if seq in wanted and wanted.pop(seq) != {chain}:
            findings.append(Finding(seq, f"entry {seq} differs from the head that was noted"))
        previous = chain
        if progress is not None and expected % 10_000 == 0:
            progress(expected)
        if len(findings) >= MOST_FINDINGS:
            return Report(expected, Head(expected, previous), tuple(findings))
    for seq in sorted(wanted):
        if seq > expected:
            findings.append(
                Finding(seq, f"the record ends at {expected}, but a head at {seq} was noted: the end is cut off")
            )
    findings += _check_triggers(conn, triggers)
    return Report(expected, Head(expected, previous), tuple(findings))


def _check_triggers(conn: sqlite3.Connection, triggers: Mapping[str, str] | None) -> list[Finding]:
    rows: dict[str, str] = dict(
        conn.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = 'audit'"
        ).fetchall()
    )
    findings = [
        Finding(0, f"the guard {name} is gone: entries could have been changed without notice")
        for name in TRIGGERS
        if name not in rows
    ]
    findings += [
        Finding(0, f"there is a trigger on the record that is not ours, {name}: it could swallow entries")
        for name in sorted(rows.keys() - set(TRIGGERS))
    ]
    for name, sql in (triggers or {}).items():
        if name in rows and _squeezed(rows[name]) != _squeezed(sql):
            findings.append(Finding(0, f"the guard {name} is not the one we made"))
    return findings


def _squeezed(sql: str) -> str:
    return " ".join(sql.split())


def entry(blob: str) -> dict[str, Any]:
    """Return an entry as a dict."""
    return json.loads(blob)
