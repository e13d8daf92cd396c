"""What was understood of a table: its columns, dates, zone, encoding, priorities, and its first rows."""

from collections import Counter
from collections.abc import Callable

from opsconsole.app.words import count
from opsconsole.connectors.files import ImportRecord
from opsconsole.connectors.files.cells.dates import DateLook, moment_of
from opsconsole.connectors.files.mapping import TableMapping
from opsconsole.connectors.files.row import Reading, priority_in
from opsconsole.connectors.files.table import TableSource
from opsconsole.ui.reports import ImportPreview

FIRST, MOST_NOTES = 5, 5
_SHOWN = {
    "ticket": ("created_at", "title", "queue", "priority", "assignee", "requester_email"),
    "deal": ("name", "amount", "currency", "stage", "owner", "close_date"),
    "contact": ("name", "email", "company", "phone"),
    "company": ("name", "domain", "industry", "size"),
}
_WANTED = {
    "created_at": "No column tells when a ticket was created, so no agent can be tried on it.",
    "title": "No column is its subject.",
    "queue": "No column tells where people put it (a queue, group or team).",
}
_ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
    "cp850": "DOS",
}
_GUESSED = frozenset(("cp1252", "mac_roman", "cp850", "utf-16-le", "utf-16-be"))
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def table_preview(source: TableSource, mapping: TableMapping, progress: Callable[[int], None]) -> ImportPreview:
    """Look a table over as an import would read it."""
    first, notes = list[ImportRecord](), list[str]()
    for record in source.records():
        first += [record] if len(first) < FIRST else []
        if record.problems and len(notes) < MOST_NOTES:
            notes.append(f"Line {record.line}: {' '.join(record.problems)}")
        progress(source.counts.seen)
    kind, broken = source.layout.kind, source.counts.broken
    shown = [name for name in _SHOWN[kind] if name in source.layout.columns or name in ("title", "created_at")]
    whole = [f"{count(broken, 'row')} cannot be read whole; kept and marked, the first:"] if broken else []
    missing = [why for name, why in _WANTED.items() if kind == "ticket" and name not in source.layout.columns]
    return ImportPreview(
        name=source.path.name,
        what=count(source.counts.seen, kind, "companies" if kind == "company" else None),
        facts=tuple(_facts(source, mapping)),
        heads=tuple(name.replace("_", " ").upper() for name in shown),
        rows=tuple(tuple(_cell(record, name) for name in shown) for record in first),
        notes=(*missing, *whole, *notes),
    )


def _cell(record: ImportRecord, name: str) -> str:
    value = record.fields.get(name)
    if name == "requester_email":
        value = value or record.fields.get("requester_name")
    return str("" if value is None else value).replace("T", " ")[:16] if name == "created_at" else str(value or "")


def _facts(source: TableSource, mapping: TableMapping) -> list[tuple[str, str]]:
    reading, columns = source.reading(), source.layout.columns
    taken = [f"{source.headers[place]} → {name.replace('_', ' ')}" for name, place in columns.items()]
    kept = [header for place, header in enumerate(source.headers) if place not in columns.values() and header.strip()]
    facts = [("Columns", ", ".join(taken))]
    facts += [("Kept beside", ", ".join(kept))] if kept else []
    facts += _dates(source, reading, mapping)
    facts.append(("Encoding", _encoding(source, mapping)))
    return [*facts, *_priorities(source, reading)]


def _dates(source: TableSource, reading: Reading, mapping: TableMapping) -> list[tuple[str, str]]:
    name = next((name for name in ("created_at", "close_date", "updated_at") if name in source.layout.columns), "")
    look, told, example = reading.look_of(name), Counter[str](), ""
    for cell in source.cells(name) if name else ():
        found = moment_of(cell, look)
        told["none" if found is None else "own" if found.is_zoned else "unread" if found.unread else "open"] += 1
        example = example or (f"{cell} → {found.at:%Y-%m-%d %H:%M} UTC" if found else "")
    if not told:
        return []
    order = {True: "day first", False: "month first", None: ""}[look.is_day_first]
    return [
        ("Dates", "; ".join(part for part in (look.pattern or order, example) if part)),
        ("Zone", _zone(told, look, is_of_column=name in reading.zones, is_said=bool(mapping.zone))),
    ]


def _zone(told: Counter[str], look: DateLook, *, is_of_column: bool, is_said: bool) -> str:
    own = f"{told['own']:,} say their own" if told["open"] or told["unread"] else "each says its own"
    parts = [own] if told["own"] else []
    if told["open"]:
        why = "as the column says" if is_of_column else "as you said" if is_said else "because nothing says it"
        parts.append(f"{told['open']:,} read as {look.zone}, {why}")
    if told["unread"]:
        parts.append(f"{told['unread']:,} say one that is not known, read as {look.zone}")
    if told["none"]:
        parts.append(f"{told['none']:,} are no dates")
    return "; ".join(parts)


def _encoding(source: TableSource, mapping: TableMapping) -> str:
    name = _ENCODINGS.get(source.encoding, source.encoding)
    how = " as you said" if mapping.encoding else ", told by its letters" if source.encoding in _GUESSED else ""
    return f"{name}{how}; columns are parted by a {_SEPARATORS.get(source.separator, repr(source.separator))}"


def _priorities(source: TableSource, reading: Reading) -> list[tuple[str, str]]:
    if source.layout.kind != "ticket" or "priority" not in source.layout.columns:
        return []
    words = Counter(cell[:40] for cell in source.cells("priority"))
    shown = [f"{word} → {priority_in(word, reading.priorities) or 'not known'}" for word, _ in words.most_common(12)]
    return [("Priorities", ", ".join(shown))] if shown else []
