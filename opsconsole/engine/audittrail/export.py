"""Write the audit trail out for somebody else: JSON lines, CSV, or a page to read. The export itself is recorded."""

import contextlib
import csv
import hashlib
import html
import json
import os
import secrets
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, TextIO

from opsconsole.domain.errors import DiskError
from opsconsole.engine.audittrail.words import about, actor_words, kind_words
from opsconsole.store.queries.views import auditlist
from opsconsole.store.queries.views.auditlist import AuditFilter, Entry
from opsconsole.store.rows import Reader
from opsconsole.store.transaction import Transaction

Form = Literal["jsonl", "csv", "html"]
FORMS: dict[str, Form] = {".jsonl": "jsonl", ".csv": "csv", ".html": "html"}
_DATABASE = b"SQLite format 3\0"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_STYLE = (
    "body{font:14px/1.5 system-ui,sans-serif;color:#16191f;margin:32px auto;max-width:1100px;padding:0 16px}"
    "h1{font-size:20px}p{color:#555e6c}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
    "th,td{text-align:left;padding:6px 10px;border-bottom:1px solid #e4e7ec;vertical-align:top}"
    "th{font-size:11px;color:#606976}code{font-size:11px;color:#606976;word-break:break-all}"
    "@media(prefers-color-scheme:dark){body{background:#101217;color:#e9ebef}th,td{border-color:#2a2f3a}}"
)


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    path: Path
    form: Form
    entries: int
    digest: str
    """SHA-256 of the file, in hex."""


def export(
    conn: Reader,
    path: Path,
    *,
    wanted: AuditFilter,
    now: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> Exported:
    """Write the entries that fit to `path`; its ending tells the form. The file is there whole or not at all.

    Args:
        conn: reads.
        path: ends in `.jsonl`, `.csv` or `.html`; anything else is JSON lines.
        wanted: which entries.
        now: stands in the page.
        progress: called with (written, all); what it raises ends the export, and no file is left.

    Raises:
        DiskError: the file cannot be written.
    """
    form = FORMS.get(path.suffix.lower(), "jsonl")
    numbers = auditlist.seqs(conn, replace(wanted, newest=None))
    # A name nobody has: what lies beside the target is somebody else's, and a link there leads anywhere.
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        _refuse_odd(path)
        with part.open("x", encoding="utf-8", newline="") as file:
            _WRITERS[form](file, _counted(conn, numbers, progress), now)
        digest = _digest(part)
        os.replace(part, path)
    except OSError as error:
        _forget(part)
        raise DiskError(f"{path} cannot be written: {error.strerror}. Choose another place.") from error
    except BaseException:
        _forget(part)
        raise
    return Exported(path, form, len(numbers), digest)


def record(tx: Transaction, done: Exported, *, actor: str, now: datetime) -> None:
    """Note in the trail that it was taken out."""
    tx.audit(
        "audit.exported",
        at=now,
        actor=actor,
        form=done.form,
        entries=done.entries,
        file=done.digest,
        name=done.path.name,
    )


def _refuse_odd(path: Path) -> None:
    """Refuse to put an export in the place of what is no file, or a database."""
    if not path.exists():
        return
    if not path.is_file():
        raise DiskError(f"{path} is there and is no file. Choose another name; nothing was changed.")
    with path.open("rb") as file:
        if file.read(len(_DATABASE)) == _DATABASE:
            raise DiskError(f"{path} is a database. Choose another name; nothing was changed.")


def _forget(part: Path) -> None:
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)


def _counted(conn: Reader, numbers: "array[int]", progress: Callable[[int, int], None] | None) -> Iterator[Entry]:
    for number, entry in enumerate(auditlist.walk(conn, numbers), 1):
        yield entry
        if progress is not None and number % 500 == 0:
            progress(number, len(numbers))


def _jsonl(file: TextIO, entries: Iterator[Entry], now: datetime) -> None:
    for entry in entries:
        file.write(json.dumps({"chain": entry.chain, "entry": entry.blob}, ensure_ascii=False) + "\n")


def _csv(file: TextIO, entries: Iterator[Entry], now: datetime) -> None:
    table = csv.writer(file)
    table.writerow(("seq", "at", "kind", "what", "actor", "about", "entry", "chain"))
    for entry in entries:
        cells = (
            entry.kind,
            kind_words(entry.kind),
            entry.actor,
            about(entry.kind, entry.facts, entry.names),
            entry.blob,
            entry.chain,
        )
        table.writerow((entry.seq, entry.at.isoformat(), *(_cell(cell) for cell in cells)))


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{text}" if text[:1] in _FORMULA else text


def _html(file: TextIO, entries: Iterator[Entry], now: datetime) -> None:
    file.write(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Audit trail</title>'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{_STYLE}</style><h1>Audit trail</h1><p>Written {html.escape(f'{now:%d %B %Y %H:%M} UTC')}."
        " Each entry's chain value is SHA-256(chain before it || SHA-256(0x00 || entry)).</p>"
        "<table><thead><tr><th>No.<th>When<th>What<th>Who<th>About</tr></thead><tbody>\n"
    )
    for entry in entries:
        file.write(
            f"<tr><td>{entry.seq}<td>{entry.at:%Y-%m-%d %H:%M:%S}<td>{html.escape(kind_words(entry.kind))}"
            f"<td>{html.escape(actor_words(entry.actor, entry.names))}"
            f"<td>{html.escape(about(entry.kind, entry.facts, entry.names))}"
            f"<br><code>{entry.chain}</code></tr>\n"
        )
    file.write("</tbody></table></html>\n")


_WRITERS: dict[Form, Callable[[TextIO, Iterator[Entry], datetime], None]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "html": _html,
}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
