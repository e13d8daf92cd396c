"""Import of mail and tables into the desk: every member is accounted for, running it twice doubles nothing."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from opsconsole.app.past.ticket import past_ticket
from opsconsole.app.past.unread import unread_row
from opsconsole.app.session import Session
from opsconsole.connectors.desk.mailbox import keep_record, when
from opsconsole.connectors.files import ImportRecord, Source, open_source
from opsconsole.connectors.files.mapping import TableMapping
from opsconsole.connectors.files.survey import Answers, answers_of
from opsconsole.connectors.files.table import TableSource
from opsconsole.connectors.mailtext.verify import Vouching
from opsconsole.domain.errors import UserError
from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.past.pair import NO_SENT, find_again, remake, to_remake
from opsconsole.engine.runs.intake import take
from opsconsole.store.queries import events as stored
from opsconsole.store.queries import past
from opsconsole.store.transaction import Transaction

_T = TypeVar("_T")
DAMAGED = "The archive is damaged"
UNDATED = "no agent can be tried on a ticket that does not tell when it was created"
CHUNK, CHUNK_BYTES = 200, 32_000_000
"""Mails or rows in one transaction."""


@dataclass(slots=True)
class Imported:
    """What an import did."""

    source: str
    seen: int = 0
    new: int = 0
    known: int = 0
    broken: int = 0
    """Kept, marked and shown, though not all of it could be read."""
    queued: int = 0
    """Runs that agents were given."""
    damaged: list[str] = field(default_factory=list[str])
    """Where the source itself ends before its time."""
    skipped: dict[str, int] = field(default_factory=dict[str, int])
    sent: dict[str, int] = field(default_factory=dict[str, int])
    """Addresses taken as one's own, and how many mails of each lie in folders of sent mail."""
    sent_folders: dict[str, str] = field(default_factory=dict[str, str])
    """Folders taken for sent mail by who wrote most of them, and who that is."""
    own_elsewhere: dict[str, int] = field(default_factory=dict[str, int])
    """Other folders in which mails from one's own addresses lie."""
    records: dict[str, int] = field(default_factory=dict[str, int])
    kinds: Counter[str] = field(default_factory=Counter[str])
    """How many events of each kind it told of, new or known."""


def import_path(
    session: Session,
    path: Path,
    *,
    is_history: bool,
    own_addresses: Collection[str],
    vouching: Vouching | None = None,
    progress: Callable[[int], None],
    sent: Collection[str] = (),
    mapping: TableMapping | None = None,
) -> Imported:
    """Import a file or folder.

    Args:
        session: the workspace.
        path: what is brought in.
        is_history: it is the past; no agent works it as new.
        own_addresses: one's own, in lower case; empty: found by who wrote most of what was sent.
        authserv: name of the mail server whose word on senders counts.
        progress: hears how many were read.
        sent: folders of sent mail besides those that are called so.
        mapping: what a person corrected of how a table is read.

    Raises:
        FileFormatError: it is nothing we can read; the text says what is expected.
        UserError: what was named of it is not there.
    """
    source = open_source(path, mapping=mapping)
    done = Imported(str(path))
    if isinstance(source, TableSource):
        _import_records(session, source, done, is_history=is_history, progress=progress)
    else:
        answers = answers_in(source, own_addresses, sent)
        done.sent = {} if own_addresses else dict(answers.written)
        done.sent_folders, done.own_elsewhere = dict(answers.found), dict(answers.elsewhere)
        events = source.events(own_addresses=answers.own, sent_folders=answers.folders, vouching=vouching)
        _import_events(session, events, done, is_history=is_history, progress=progress)
        done.skipped = dict(source.counts.skipped)
    return done


def own_of(text: str) -> set[str]:
    """Read one's own addresses, comma-separated.

    Raises:
        UserError: one of them is no address.
    """
    found = {part.strip().lower() for part in text.split(",") if part.strip()}
    for address in found:
        if not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+", address):
            raise UserError(f"{address!r} is no mail address. Write them like `--own me@example.com,help@example.com`.")
    return found


def answers_in(source: Source, own: Collection[str], sent: Collection[str]) -> Answers:
    """Tell where one's own mail lies in a source.

    Raises:
        UserError: a folder that was named is not there, or the addresses that were named wrote nothing of what was
            sent, and somebody else most of it.
    """
    survey = source.survey()
    found = answers_of(survey, own=own, sent=sent)
    senders = survey.senders_in(found.folders)
    (name, count) = next(iter(senders.most_common(1)), ("", 0))
    if own and count > senders.total() / 2 and not {*own} & senders.keys():
        raise UserError(
            f"Nothing was imported from {source.path}: no mail in its folders of sent mail is from"
            f" {', '.join(sorted(own))}, and {count} of {senders.total()} are from {name}. Write `--own {name}`, or"
            " leave --own out."
        )
    return found


def _chunks(items: Iterator[_T]) -> Iterator[list[_T]]:
    chunk: list[_T] = []
    size = 0
    for item in items:
        chunk.append(item)
        size += len(getattr(item, "raw", None) or b"")
        if len(chunk) == CHUNK or size > CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _import_events(
    session: Session,
    events: Iterator[IncomingEvent],
    done: Imported,
    *,
    is_history: bool,
    progress: Callable[[int], None],
) -> None:
    has_sent = False
    for chunk in _chunks(events):

        def job(tx: Transaction, chunk: list[IncomingEvent] = chunk) -> tuple[int, int, list[int]]:
            chunk = [as_sent(tx, mail) for mail in chunk]
            taken = [take(session.kernel, tx, "desk", mail, is_history=is_history) for mail in chunk]
            found = [
                arrival.event
                for arrival, mail in zip(taken, chunk, strict=True)
                if (arrival.is_new and mail.kind == "mail.sent")
                or (
                    not arrival.is_new
                    and find_again(session.kernel, tx, arrival.event, str(mail.fields.get("folder") or ""))
                )
            ]
            return (
                sum(arrival.is_new for arrival in taken),
                sum(len(arrival.runs) for arrival in taken),
                to_remake(tx, found),
            )

        new, queued, found = session.write(job, name="import.events")
        _compare_anew(session, found)
        has_sent = has_sent or any(mail.kind == "mail.sent" for mail in chunk)
        done.seen += len(chunk)
        done.kinds.update(mail.kind for mail in chunk)
        done.new += new
        done.known += len(chunk) - new
        done.queued += queued
        done.broken += sum(bool(mail.problems) for mail in chunk)
        done.damaged += [why for mail in chunk for why in mail.problems if why.startswith(DAMAGED)]
        progress(done.seen)
    if has_sent:
        _compare_anew(session, past.paired_without(session.kernel.reader, NO_SENT))


def as_sent(tx: Transaction, mail: IncomingEvent) -> IncomingEvent:
    """Return a mail as news where it was known before, but not that it was sent from here."""
    known = stored.kind_of(tx.conn, "desk", mail.external_id) if mail.kind == "mail.sent" else None
    return replace(mail, external_id=f"{mail.external_id}#sent") if known == "mail.claimed" else mail


def _compare_anew(session: Session, events: list[int]) -> None:
    """Look again at the pairs of past events, of which more is known now."""
    for first in range(0, len(events), CHUNK):
        some = events[first : first + CHUNK]
        session.write(lambda tx, some=some: remake(session.kernel, tx, some), name="import.remake")


def _import_records(
    session: Session, source: Source, done: Imported, *, is_history: bool, progress: Callable[[int], None]
) -> None:
    """Keep rows; of a ticket also that it came: a past event, or work for agents where it is no history."""
    for chunk in _chunks(source.records()):

        def job(tx: Transaction, chunk: list[ImportRecord] = chunk) -> tuple[int, int, list[int], Counter[str]]:
            now, new, queued, known, kinds = session.kernel.clock.now(), 0, 0, list[int](), Counter[str]()
            for record in chunk:
                created_at = when(record.fields.get("created_at"))
                new += keep_record(tx, record.kind, record.external_id, record.fields, now=now, created_at=created_at)
                event = past_ticket(tx, record, created_at) if record.kind == "ticket" else None
                if event is not None:
                    kinds[event.kind] += 1
                    taken = take(session.kernel, tx, "desk", event, is_history=is_history)
                    known, queued = [*known, taken.event], queued + len(taken.runs)
                elif record.problems:
                    marked = unread_row(record, source=source.path.name, at=now)
                    kinds[marked.kind] += 1
                    take(session.kernel, tx, "desk", marked, is_history=True)
            return new, queued, to_remake(tx, known), kinds

        new, queued, again, kinds = session.write(job, name="import.records")
        done.kinds += kinds
        done.queued += queued
        _compare_anew(session, again)
        done.seen += len(chunk)
        done.new += new
        done.known += len(chunk) - new
        for record in chunk:
            if record.kind == "ticket" and when(record.fields.get("created_at")) is None:
                done.skipped[UNDATED] = done.skipped.get(UNDATED, 0) + 1
            done.records[record.kind] = done.records.get(record.kind, 0) + 1
            done.broken += bool(record.problems)
        progress(done.seen)
