"""What an import understood of a file, told before anything is written."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from opsconsole.app.past.importing import answers_in
from opsconsole.app.past.tablecolumns import KINDS
from opsconsole.app.past.tablefacts import FIRST, MOST_NOTES, table_preview, unknown_table
from opsconsole.app.words import count
from opsconsole.connectors.files import Source, open_source
from opsconsole.connectors.files.mapping import TableMapping, read_mapping
from opsconsole.connectors.files.record import RecordKind
from opsconsole.connectors.files.survey import Answers
from opsconsole.connectors.files.table import TableSource
from opsconsole.domain.errors import UnknownTableError
from opsconsole.domain.event import IncomingEvent
from opsconsole.ui.drafts import ImportDraft
from opsconsole.ui.reports import ImportPreview

MOST_FOLDERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person said of an import."""

    path: Path
    own: Collection[str] = ()
    """One's own addresses, in lower case."""
    sent: Collection[str] = ()
    """Folders of sent mail besides those that are called so."""
    mapping: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    """Column → our field, as it was chosen; empty: not used."""
    kind: RecordKind | None = None

    def table_mapping(self) -> TableMapping | None:
        """Return how a table is read, where something was said of it.

        Raises:
            FileFormatError: it is not as it should be.
        """
        said = None if self.mapping is None else read_mapping(self.mapping)
        if not self.columns and self.kind is None:
            return said
        return (said or TableMapping()).with_columns(self.columns, self.kind)


def wish_of(draft: ImportDraft) -> Wish:
    """Return what was said in the window."""
    kind: RecordKind | None = next((known for known, _ in KINDS if known == draft.kind), None)
    columns = dict(draft.columns)
    return Wish(path=draft.path, own=draft.own, sent=draft.sent, mapping=draft.mapping, columns=columns, kind=kind)


def preview(wish: Wish, progress: Callable[[int], None] = lambda _: None) -> ImportPreview:
    """Look a file over as an import would read it; nothing is written.

    Raises:
        FileFormatError: it is nothing we can read; the text says what is expected.
        UserError: what was named of it is not there.
    """
    mapping = wish.table_mapping()
    source = open_source(wish.path, mapping=mapping)
    if isinstance(source, TableSource):
        return table_preview(source, mapping or TableMapping(), progress)
    return _mail_preview(source, answers_in(source, wish.own, wish.sent), progress)


def preview_or_ask(wish: Wish, progress: Callable[[int], None] = lambda _: None) -> ImportPreview:
    """Look a file over; of a table that does not say what it holds, return its columns, so that a person says it.

    Raises:
        FileFormatError: it is nothing we can read; the text says what is expected.
        UserError: what was named of it is not there.
    """
    try:
        return preview(wish, progress)
    except UnknownTableError:
        any_kind = (wish.table_mapping() or TableMapping()).with_columns({}, KINDS[0][0])
        source = open_source(wish.path, mapping=any_kind)
        if not isinstance(source, TableSource):
            raise
        return unknown_table(source)


@dataclass(slots=True)
class _Seen:
    mails: int = 0
    folders: Counter[str] = field(default_factory=Counter[str])
    kinds: Counter[str] = field(default_factory=Counter[str])
    has_folders: bool = False
    broken: int = 0
    notes: list[str] = field(default_factory=list[str])

    def add(self, event: IncomingEvent) -> None:
        """Count a mail in."""
        self.mails += 1
        self.folders[str(event.fields.get("folder") or "no folder")] += 1
        self.has_folders = self.has_folders or bool(event.fields.get("folder"))
        self.kinds[event.kind] += 1
        self.broken += bool(event.problems)
        if event.problems and len(self.notes) < MOST_NOTES:
            self.notes.append(f"{event.title or 'A mail without a subject'}: {event.problems[0]}")


def _mail_preview(source: Source, answers: Answers, progress: Callable[[int], None]) -> ImportPreview:
    seen, first = _Seen(), list[IncomingEvent]()
    events = source.events(own_addresses=answers.own, sent_folders=answers.folders)
    for event in events:
        seen.add(event)
        first += [event] if len(first) < FIRST else []
        progress(seen.mails)
    notes = [f"{seen.broken:,} cannot be read whole; they are kept and marked."] if seen.broken else []
    notes += seen.notes
    return ImportPreview(
        name=source.path.name,
        what=count(seen.mails, "mail"),
        facts=tuple(_facts(source, seen, answers)),
        heads=("WHEN (UTC)", "FROM", "SUBJECT", "FOLDER"),
        rows=tuple(
            (f"{mail.occurred_at:%Y-%m-%d %H:%M}", mail.sender, mail.title, str(mail.fields.get("folder") or ""))
            for mail in first
        ),
        notes=tuple(notes),
        has_answers=bool(seen.kinds["mail.sent"]),
        own_elsewhere=tuple(answers.elsewhere.items()),
    )


def _facts(source: Source, seen: _Seen, answers: Answers) -> list[tuple[str, str]]:
    folders = [f"{name} {number:,}" for name, number in islice(seen.folders.most_common(), MOST_FOLDERS)]
    more = len(seen.folders) - len(folders)
    facts = [("Folders", ", ".join(folders) + (f" and {more} more" if more else ""))] if seen.has_folders else []
    if seen.kinds["mail.sent"]:
        whose = ", ".join(answers.written) or ", ".join(sorted(answers.own))
        facts.append(("Your answers", f"{count(seen.kinds['mail.sent'], 'mail')} of {whose}"))
    for folder, address in answers.found.items():
        facts.append(("Sent mail", f"{folder}: nearly all of it is from {address}"))
    left = [f"{number:,} {reason}" for reason, number in source.counts.skipped.items()]
    return [*facts, *([("Left out", "; ".join(left))] if left else [])]
