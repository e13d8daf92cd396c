"""A past to work: mails in folders as an export holds them, an agent that looks at everything, and its decisions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from opsconsole.brains.past import PastPlaybookBrain
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.past import history
from opsconsole.engine.runs.intake import take
from opsconsole.store.queries import pairs
from opsconsole.store.queries import past as read_past
from opsconsole.store.transaction import Transaction
from tests.support.rig import Rig

START = datetime.fromisoformat("2026-03-02T09:00:00+00:00")
TEXTS = {
    "billing": "the invoice of {n} shows a charge we do not know",
    "tech": "the login page of {n} shows an error after the update",
}
FOLDERS = {"billing": "Billing", "tech": "Tech"}
ANN, BOB = "ann@harbour.example", "bob@quay.example"
_SHOWN = (
    "{{ thread }} {{ found }} {{ who }} {{ tickets }} {{ open }} {{ deals }} {{ company }} {{ event.fields }}"
    " {{ changes }} {{ ticket }} {{ deal }}"
)


def looker(**changes: Any) -> AgentSpec:
    """An agent that looks at all there is and writes what it saw into a note, so that whatever leaks shows."""
    looks = [
        {"look_up": "desk.thread", "as": "thread"},
        {"look_up": "desk.search", "with": {"text": "{{ event.title }} vip refund", "limit": 50}, "as": "found"},
        {"look_up": "desk.find_contact", "with": {"email": "{{ event.sender }}"}, "as": "who"},
        {"look_up": "desk.find_tickets", "with": {"email": "{{ event.sender }}"}, "as": "tickets"},
        {"look_up": "desk.find_tickets", "with": {"status": "open"}, "as": "open"},
        {"look_up": "desk.find_deals", "with": {"email": "{{ event.sender }}"}, "as": "deals"},
        {"look_up": "desk.history", "with": {"kind": "ticket", "id": 1}, "as": "changes"},
        {"look_up": "desk.get_ticket", "with": {"id": 1}, "as": "ticket"},
        {"look_up": "desk.get_deal", "with": {"id": 1}, "as": "deal"},
        {"look_up": "desk.find_company", "with": {"domain": "harbour.example"}, "as": "company"},
    ]
    categories = [
        {
            "id": name,
            "name": folder,
            "examples": [TEXTS[name].format(n="last month")],
            "steps": [
                *looks,
                {"do": "desk.add_note", "with": {"text": _SHOWN}},
                {"do": "desk.move_mail", "with": {"folder": folder}},
            ],
        }
        for name, folder in FOLDERS.items()
    ]
    body: dict[str, Any] = {
        "agent": "mira",
        "name": "Mira",
        "subscribes": [{"kinds": ["mail.received", "ticket.created"]}],
        "stage": {"default": "shadow"},
        "playbook": {"purpose": "sorts", "triage": "text", "threshold": 0.05, "categories": categories},
    }
    return AgentSpec.model_validate(body | changes)


def past_mail(number: int, category: str, at: datetime, **changes: Any) -> IncomingEvent:
    """A mail that people sorted into the folder of a category."""
    name = f"<p{number}@harbour.example>"
    facts: dict[str, Any] = {
        "external_id": name,
        "kind": "mail.received",
        "subject": f"thread:{name}",
        "occurred_at": at,
        "title": f"About {number}",
        "text": TEXTS[category].format(n=f"week {number}"),
        "sender": ANN if number % 2 else BOB,
        "recipients": ("help@slotwise.example",),
        "fields": {"message_id": name, "folder": FOLDERS[category], "is_auto": False},
    }
    return IncomingEvent(**(facts | changes))


def base(count: int = 12) -> list[IncomingEvent]:
    """A past of one mail a day, two categories by turns, the last one left where it came."""
    found = [
        past_mail(number, ("billing", "tech")[number // 2 % 2], START + timedelta(days=number))
        for number in range(count - 1)
    ]
    last = past_mail(count - 1, "billing", START + timedelta(days=count - 1))
    return [*found, past_mail(count - 1, "billing", last.occurred_at, fields={**last.fields, "folder": "INBOX"})]


@dataclass(frozen=True, slots=True)
class Decision:
    """All that an agent decided of one event."""

    category: str
    confidence: float | None
    is_failed: bool
    because: str
    actions: tuple[str, ...]


async def bring(r: Rig, events: Sequence[IncomingEvent], *jobs: Callable[[Transaction], object]) -> None:
    """Bring events in as history, with sent mail of their time, and do more in transactions of their own."""
    times = [event.occurred_at for event in events if event.kind == "mail.received"]
    sent = [_sent(at) for at in sorted({min(times), max(times)})] if times else []

    def job(tx: Transaction) -> None:
        for event in (*events, *sent):
            take(r.kernel, tx, "desk", event, is_history=True)

    for piece in (job, *jobs):
        await r.engine.writer.write(piece, name="test.bring")


def _sent(at: datetime) -> IncomingEvent:
    """A mail of ours about something else: what people answered is known."""
    name = f"<zq{at:%d%H%M}@slotwise.example>"
    return IncomingEvent(
        external_id=name,
        kind="mail.sent",
        subject=f"thread:{name}",
        occurred_at=at + timedelta(minutes=1),
        title="Zq",
        text="Zq",
        sender="help@slotwise.example",
        recipients=("zq@elsewhere.example",),
        fields={"message_id": name, "folder": "Sent"},
    )


async def worked(r: Rig, **words: Any) -> history.Progress:
    """Work the past with the one agent there is."""
    (version,) = r.kernel.roster.current(r.engine.reader)
    brain = PastPlaybookBrain()
    try:
        return await history.work(r.kernel, r.engine.writer, version, brain, **words)
    finally:
        await brain.close()


def decisions(r: Rig, version: int | None = None) -> dict[str, Decision]:
    """What was decided of each event, by its name outside."""
    found: dict[str, Decision] = {}
    for pair in pairs.pairs(r.engine.reader, version=version, newest_first=False):
        body = pairs.body(r.engine.reader, pair.id)
        found[read_past.event(r.engine.reader, pair.event_id).external_id] = Decision(
            pair.category,
            pair.confidence,
            pair.is_failed,
            body["because"],
            tuple(f"{act['tool']} {act['args']}" for act in body["agent"]),
        )
    return found
