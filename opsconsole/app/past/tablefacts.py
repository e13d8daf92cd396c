"""What was understood of a table: its columns, dates, zone, encoding, priorities, and its first rows."""

from collections import Counter
from collections.abc import Callable

from opsconsole.app.past.tablecolumns import KINDS, columns_of, fields_of
from opsconsole.app.words import count
from opsconsole.connectors.files import ImportRecord
from opsconsole.connectors.files.cells.dates import DateLook, Moment, is_order_open, moment_of
from opsconsole.connectors.files.mapping import TableMapping
from opsconsole.connectors.files.row import Reading, priority_in
from opsconsole.connectors.files.table import TableSource
from opsconsole.domain.priority import is_no_priority
from opsconsole.ui.reports import ImportPreview

FIRST, MOST_NOTES = 5, 5
_SHOWN = {
    "ticket": ("created_at", "title", "queue", "priority", "assignee", "requester"),
    "deal": ("name", "amount", "currency", "stage", "owner", "close_date"),
    "contact": ("name", "email", "company", "phone"),
    "company": ("name", "domain", "industry", "size"),
}
_WANTED = {
    "created_at": "No column tells when a ticket was created, so no agent can be tried on it.",
    "title": "No column is its subject.",
    "queue": "No column tells where people put it (a queue, group or team).",
    "requester": "No column tells who asked, so nothing is known of whose ticket it is.",
}
_REQUESTER = ("requester_email", "requester_name", "requester_id")
_HEADS = {"requester": "CUSTOMER"}
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
    shown = [name for name in _SHOWN[kind] if name in ("title", "created_at") or _is_there(source, name)]
    whole = [f"{count(broken, 'row')} cannot be read whole; kept and marked, the first:"] if broken else []
    missing = [why for name, why in _WANTED.items() if kind == "ticket" and not _is_there(source, name)]
    return ImportPreview(
        name=source.path.name,
        what=count(source.counts.seen, kind, "companies" if kind == "company" else None),
        facts=tuple(_facts(source, mapping)),
        heads=tuple(_HEADS.get(name, name.replace("_", " ").upper()) for name in shown),
        rows=tuple(tuple(_cell(record, name) for name in shown) for record in first),
        notes=(*missing, *whole, *notes),
        columns=columns_of(source),
        fields=fields_of(kind),
        kind=kind,
        kinds=KINDS,
    )


def unknown_table(source: TableSource) -> ImportPreview:
    """Show the columns of a table of which nobody can tell what it holds."""
    names = ", ".join(header.strip() for header in source.headers[:12])[:200]
    why = (
        f"Its columns do not say what it holds (they are: {names}). Choose what its rows are, then what each column is."
    )
    return ImportPreview(
        name=source.path.name,
        what="a table",
        facts=(("Encoding", _encoding(source, TableMapping())),),
        heads=(),
        rows=(),
        notes=(why,),
        columns=columns_of(source, is_known=False),
        kinds=KINDS,
    )


def _is_there(source: TableSource, name: str) -> bool:
    names = _REQUESTER if name == "requester" else (name,)
    return any(each in source.layout.columns for each in names)


def _cell(record: ImportRecord, name: str) -> str:
    value = record.fields.get(name)
    if name == "requester":
        value = next((said for each in _REQUESTER if (said := record.fields.get(each))), "")
    elif name == "title":
        value = value or record.fields.get("description")
    if name == "created_at":
        return str(value or "").replace("T", " ")[:16].removesuffix(" 00:00")
    return str(value or "")


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
    look, told, example, ordered = reading.look_of(name), Counter[str](), "", ""
    order = {True: "day first", False: "month first", None: ""}[look.is_day_first]
    for cell in source.cells(name) if name else ():
        found = moment_of(cell, look)
        told[_zone_told(found)] += 1
        if found is not None:
            example = example or _read(cell, found)
            ordered = ordered or (_read(cell, found) if order and is_order_open(cell) else "")
    if not told:
        return []
    said = f"{order}; {ordered}" if ordered else example
    return [
        ("Dates", f"{look.pattern}; {example}" if look.pattern else said),
        ("Zone", _zone(told, look, is_of_column=name in reading.zones, is_said=bool(mapping.zone))),
    ]


def _read(cell: str, found: Moment) -> str:
    return f"{cell} → {found.at:%Y-%m-%d %H:%M} UTC" if found.has_time else f"{cell} → {found.at:%Y-%m-%d}"


def _zone_told(found: Moment | None) -> str:
    """Tell what a cell says of its zone."""
    if found is None:
        return "none"
    if not found.has_time:
        return "day"
    return "own" if found.is_zoned else "unread" if found.unread else "open"


def _zone(told: Counter[str], look: DateLook, *, is_of_column: bool, is_said: bool) -> str:
    is_each = told["own"] == told.total()
    own = "each says its own" if is_each else f"{told['own']:,} {'says its' if told['own'] == 1 else 'say their'} own"
    parts = [own] if told["own"] else []
    if told["open"]:
        why = "as the column says" if is_of_column else "as you said" if is_said else "because nothing says it"
        parts.append(f"{told['open']:,} read as {look.zone}, {why}")
    if told["day"]:
        parts.append(f"{count(told['day'], 'day')} without a time")
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
    shown = [f"{word} → {_meant(word, reading)}" for word, _ in words.most_common(12)]
    return [("Priorities", ", ".join(shown))] if shown else []


def _meant(word: str, reading: Reading) -> str:
    return priority_in(word, reading.priorities) or ("none" if is_no_priority(word) else "not known")
