"""What an import understood of a file, told before anything is written."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from opsconsole.app.past.importing import answers_in
from opsconsole.app.past.tablefacts import FIRST, MOST_NOTES, table_preview
from opsconsole.app.words import count
from opsconsole.connectors.files import Source, open_source
from opsconsole.connectors.files.mapping import TableMapping, read_mapping
from opsconsole.connectors.files.survey import Answers
from opsconsole.connectors.files.table import TableSource
from opsconsole.domain.event import IncomingEvent
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

    def table_mapping(self) -> TableMapping | None:
        """Read the mapping file, where one was named.

        Raises:
            FileFormatError: it is not as it should be.
        """
        return None if self.mapping is None else read_mapping(self.mapping)


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
