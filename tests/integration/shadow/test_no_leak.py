"""The past is worked with what was known then: an answer planted later changes no decision by a bit.

The agent looks at everything and writes it into a note, so a decision here is category, confidence, reason and all
that it saw. Each plant is also put where it was known in time, and then it does change decisions: it can be seen.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.past.pair import OFF_RECORD
from opsconsole.store.cases import add_case
from opsconsole.store.queries import pairs
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import desk as write
from tests.support.past import (
    ANN,
    BOB,
    FOLDERS,
    START,
    TEXTS,
    Decision,
    base,
    bring,
    decisions,
    looker,
    past_mail,
    worked,
)
from tests.support.rig import rig

COUNT = 12
LAST = START + timedelta(days=COUNT - 1)
BEFORE = START - timedelta(days=2)
RECORDS: dict[str, dict[str, Any]] = {
    "contact": {"email": ANN, "name": "Ann", "company": "Harbour"},
    "ticket": {"title": "A charge", "requester_email": ANN},
    "deal": {"name": "Harbour, yearly", "contact_email": ANN},
    "company": {"name": "Harbour", "domain": "harbour.example"},
}
PRESENT: dict[str, dict[str, Any]] = {
    "contact": {"tags": "vip refund", "notes": "always a refund: billing"},
    "ticket": {"queue": "Billing", "assignee": "Bea", "priority": "urgent", "status": "closed"},
    "deal": {"stage": "trial", "owner": "Bea", "amount": 900.0, "close_date": "2026-11-01", "last_activity_at": 1},
}
Job = Callable[[Transaction], object]
Decisions = dict[str, Decision]
Plant = tuple[Sequence[IncomingEvent], Sequence[Job]]


def records(heard: datetime | None = None, **more: dict[str, Any]) -> Job:
    """Records that came to be before the first mail; the desk heard of them at a time, or only now."""

    def job(tx: Transaction) -> None:
        for kind, fields in RECORDS.items():
            write.create(
                tx,
                kind,
                {**fields, **more.get(kind, {})},
                actor="import",
                now=heard or datetime.fromisoformat("2026-11-23T09:00:00+00:00"),
                external_id=f"{kind}-1",
                created_at=BEFORE,
            )

    return job


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Decisions:
    """What is decided where nothing is planted."""
    return asyncio.run(outcome(tmp_path_factory.mktemp("plain") / "workspace"))


async def outcome(
    folder: Path, *parts: Plant, events: Sequence[IncomingEvent] | None = None, most: int | None = None
) -> Decisions:
    """Work the base with what is planted besides; give the decisions of the base only."""
    known = base(COUNT) if events is None else events
    async with rig(folder, [], looker()) as r:
        await bring(r, known, *([] if any(jobs for _, jobs in parts[:1]) else [records()]))
        for more, jobs in parts:
            await bring(r, more, *jobs)
        await worked(r, most=most)
        names = {event.external_id for event in known}
        return {name: decision for name, decision in decisions(r).items() if name in names}


def same_text(at: datetime) -> Plant:
    """Mails with the very text of the last, and where people put them."""
    text = past_mail(COUNT - 1, "billing", at).text
    return [
        past_mail(900 + number, "tech", at, text=text, title=f"About {COUNT - 1}", fields={"folder": "Tech"})
        for number in range(4)
    ], []


def later_reply(at: datetime) -> Plant:
    """A mail of the same thread whose title tells the answer, and our reply."""
    thread = f"thread:<p{COUNT - 1}@harbour.example>"
    told = past_mail(910, "tech", at, subject=thread, title="Re: [Tech] solved by the tech team")
    ours = replace(told, external_id="<ours@x>", kind="mail.sent", sender="help@slotwise.example", recipients=(BOB,))
    return [told, replace(ours, fields={"message_id": "<ours@x>", "folder": "Sent"})], []


def shifted_words(at: datetime) -> Plant:
    """So many other mails that every statistic of words is another."""
    return [
        past_mail(
            2000 + number, "tech", at, text=f"charge invoice charge week refund {number % 7}", title="About charge"
        )
        for number in range(1500)
    ], []


def precedents(at: datetime) -> Plant:
    """Cases that people adjudicated."""

    def job(tx: Transaction) -> None:
        for number in range(200):
            add_case(
                tx.conn,
                scope="mira",
                category="tech",
                text=TEXTS["billing"].format(n=f"week {number}"),
                source="adjudicated",
                occurred_at=to_micros(at),
                created_at=to_micros(at),
            )

    return [], [job]


def new_records(at: datetime) -> Plant:
    """Everything of the desk about the sender, made then."""

    def job(tx: Transaction) -> None:
        for kind, fields in RECORDS.items():
            later = {**fields, **PRESENT.get(kind, {}), "name": "refund vip"} if "name" in fields else fields
            write.create(tx, kind, later, actor="import", now=at, created_at=at)
        write.create(tx, "note", {"text": "refund vip charge", "about": "contact:1"}, actor="import", now=at)
        write.create(tx, "ticket", {"requester_email": BOB, "title": "refund"}, actor="x", now=at, created_at=at)

    return [], [job]


PLANTS: dict[str, Callable[[datetime], Plant]] = {
    "the same text in the right folder": same_text,
    "a later mail and reply of the thread": later_reply,
    "word statistics": shifted_words,
    "records": new_records,
}


@pytest.mark.parametrize("name", PLANTS)
@pytest.mark.parametrize("after", [timedelta(0), timedelta(microseconds=1), timedelta(days=20)], ids=str)
async def test_what_came_later_or_at_the_same_instant_changes_nothing(
    tmp_path: Path, plain: Decisions, name: str, after: timedelta
) -> None:
    assert await outcome(tmp_path / "planted", ([], []), PLANTS[name](LAST + after), most=COUNT) == plain
    assert len(plain) == COUNT


@pytest.mark.parametrize("name", PLANTS)
async def test_the_same_known_in_time_does_change_something(tmp_path: Path, plain: Decisions, name: str) -> None:
    assert await outcome(tmp_path / "planted", ([], []), PLANTS[name](START - timedelta(hours=2))) != plain


async def test_cases_that_people_made_since_are_no_precedents(tmp_path: Path, plain: Decisions) -> None:
    assert await outcome(tmp_path / "planted", ([], []), precedents(LAST + timedelta(days=1))) == plain


@pytest.mark.parametrize("kind", PRESENT)
async def test_fields_of_an_import_are_unset_as_of_then(tmp_path: Path, kind: str) -> None:
    """Nobody knows since when they are so; known since before, they are seen."""
    plain = await outcome(tmp_path / "plain", ([], [records()]))
    told = {kind: PRESENT[kind]}
    assert await outcome(tmp_path / "planted", ([], [records(None, **told)])) == plain
    known = await outcome(tmp_path / "known", ([], [records(BEFORE, **told)]))
    assert known != plain


@pytest.mark.parametrize("kind", [*PRESENT, "company"])
async def test_what_was_changed_later_is_as_it_was(tmp_path: Path, kind: str) -> None:
    fields = PRESENT.get(kind, {"name": "Refund vip", "domain": "elsewhere.example"})

    def change(at: datetime) -> Job:
        return lambda tx: write.update(tx, kind, 1, fields, actor="person:bea", now=at)

    known = records(BEFORE, ticket={"queue": "Tech", "status": "open"}, deal={"amount": 3.5, "last_activity_at": 7})
    plain = await outcome(tmp_path / "plain", ([], [known]))
    assert await outcome(tmp_path / "later", ([], [known, change(LAST)])) == plain
    assert await outcome(tmp_path / "before", ([], [known, change(START - timedelta(hours=1))])) != plain


async def test_a_contact_whose_address_changed_is_found_by_the_one_it_had(tmp_path: Path) -> None:
    def change(tx: Transaction) -> None:
        write.update(tx, "contact", 1, {"email": "new@elsewhere.example", "name": "New"}, actor="x", now=LAST)

    plain = await outcome(tmp_path / "plain", ([], [records(BEFORE)]))
    assert await outcome(tmp_path / "planted", ([], [records(BEFORE), change])) == plain


async def test_fifty_later_records_do_not_push_out_the_earlier_one(tmp_path: Path) -> None:
    def many(tx: Transaction) -> None:
        for number in range(60):
            write.create(tx, "ticket", {"requester_email": ANN, "title": f"{number}"}, actor="x", now=LAST)

    plain = await outcome(tmp_path / "plain", ([], [records(BEFORE)]))
    assert await outcome(tmp_path / "planted", ([], [records(BEFORE), many])) == plain


async def test_where_a_record_was_removed_since_the_desk_says_that_it_cannot_tell(tmp_path: Path) -> None:
    def remove(tx: Transaction) -> None:
        write.remove(tx, "contact", 1, actor="x", now=LAST)

    async with rig(tmp_path, [], looker()) as r:
        await bring(r, base(COUNT), records(BEFORE), remove)
        progress = await worked(r)
        assert progress.off_record == progress.pairs == COUNT
        assert all("has been removed since" in str(decision.actions) for decision in decisions(r).values())
        assert {pair.excluded for pair in pairs.pairs(r.engine.reader)} == {OFF_RECORD}


@pytest.mark.parametrize(
    "fields",
    [
        {"flags": ["\\Answered"], "labels": ["Tech"], "tags": "tech", "status": "RO"},
        {"X-Gmail-Labels": "Tech", "Category": "tech", "queue": "Tech"},
        {"answer_of_later": "tech", "moved": "Tech"},
    ],
)
async def test_fields_that_a_mail_got_later_are_not_seen(
    tmp_path: Path, plain: Decisions, fields: dict[str, Any]
) -> None:
    planted = [replace(event, fields={**event.fields, **fields}, label="tech") for event in base(COUNT)]
    assert await outcome(tmp_path / "planted", events=planted) == plain


@pytest.mark.parametrize("place", range(0, COUNT, 3))
@pytest.mark.parametrize("folder", ["Billing", "Tech", "Elsewhere", "INBOX"])
async def test_what_people_made_of_an_event_itself_is_not_known_to_it(
    tmp_path: Path, plain: Decisions, place: int, folder: str
) -> None:
    """Nor to the events before it, nor to those of the hour in which they had not done it yet."""
    known = base(COUNT)
    event = known[place]
    known[place] = replace(event, fields={**event.fields, "folder": folder})
    planted = await outcome(tmp_path / "planted", events=known)
    names = [event.external_id for event in known[: place + 2]]
    assert [planted[name] for name in names] == [plain[name] for name in names]


async def test_what_people_made_of_an_event_is_a_precedent_once_they_had_done_it(
    tmp_path: Path, plain: Decisions
) -> None:
    known = base(COUNT)
    known[0] = replace(known[0], fields={**known[0].fields, "folder": FOLDERS["tech"]})
    planted = await outcome(tmp_path / "planted", events=known)
    differ = [event.external_id for event in known if planted[event.external_id] != plain[event.external_id]]
    assert differ and known[0].external_id not in differ and known[1].external_id not in differ


async def test_an_earlier_stop_and_going_on_decide_the_same(tmp_path: Path, plain: Decisions) -> None:
    async with rig(tmp_path / "twice", [], looker()) as r:
        await bring(r, base(COUNT), records())
        assert (await worked(r, most=5)).done == 5 and (await worked(r)).done == COUNT - 5
        assert decisions(r) == plain
