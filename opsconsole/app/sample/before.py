"""The past of the sample: what came before it was opened, and what people did, on which agents were tried first."""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from opsconsole.app.sample.company import load_yaml
from opsconsole.app.sample.olddeals import deals
from opsconsole.brains.past import PastPlaybookBrain
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.engine import Engine
from opsconsole.engine.pairs import pairing
from opsconsole.engine.past import history
from opsconsole.engine.runs.intake import take
from opsconsole.store.transaction import Transaction

SATURDAY = 5


async def bring(engine: Engine, folder: Path, *, begin: datetime, agent: str, part: str = "") -> None:
    """Keep a past that nobody here has seen, and let an agent work it as it would any imported past.

    Args:
        engine: by whose clock.
        folder: the sample's.
        begin: when the two weeks begin.
        agent: which.
        part: of the old deals; empty: the machines' mail.
    """
    found = deals(folder, begin=begin, part=part) if part else _mails(folder, begin)

    def job(tx: Transaction) -> None:
        for incoming, acts in found:
            take(engine.kernel, tx, "desk", incoming, is_history=True)
            for act in acts:
                pairing.observe(engine.kernel, tx, "desk", act)

    await engine.writer.write(job, name="sample.before")
    current = engine.kernel.roster.current(engine.reader)
    version = next(version for version in current if version.agent_id == agent)
    brain = PastPlaybookBrain()
    try:
        await history.work(engine.kernel, engine.writer, version, brain)
    finally:
        await brain.close()


def _mails(folder: Path, until: datetime) -> Iterator[tuple[IncomingEvent, tuple[HumanAct, ...]]]:
    told = load_yaml(folder / "past.yaml")
    with (folder / "contacts.csv").open(encoding="utf-8", newline="") as stream:
        people = [(row["name"], row["email"].lower()) for row in csv.DictReader(stream)]
    for number, at in enumerate(_times(told, until)):
        if number % (SATURDAY * told["a_day"]) == 0:
            yield _sent(told, number, at), ()
        name, address = people[number % len(people)]
        is_bounce = number % told["every_bounce"] == told["every_bounce"] - 1
        texts = told["bounces" if is_bounce else "absences"]
        text = texts[number // told["every_bounce"] % len(texts) if is_bounce else number % len(texts)]
        identity = f"<before-{number}@sample.example>"
        incoming = IncomingEvent(
            external_id=identity,
            kind="mail.received",
            subject=f"thread:{identity}",
            occurred_at=at,
            title=text["subject"],
            text=text["text"],
            sender=f"mailer-daemon@{address.rpartition('@')[2]}" if is_bounce else address,
            sender_name="Mail Delivery System" if is_bounce else name,
            is_verified=not is_bounce,
            recipients=(told["to"],),
            fields={"message_id": identity, "folder": "Inbox", "is_auto": True},
        )
        did = (*told["filed"], *((told["corrected"],) if is_bounce else ()))
        yield incoming, tuple(_act(act, place, incoming) for place, act in enumerate(did))


def _sent(told: Any, number: int, at: datetime) -> IncomingEvent:
    identity, mail = f"<before-sent-{number}@sample.example>", told["sent"]
    return IncomingEvent(
        external_id=identity,
        kind="mail.sent",
        subject=f"thread:{identity}",
        occurred_at=at,
        title=mail["subject"],
        text=mail["text"],
        sender=mail["from"],
        is_verified=True,
        recipients=(told["to"],),
        fields={"message_id": identity, "folder": "Sent"},
    )


def _times(told: Any, until: datetime) -> list[datetime]:
    """Return when the mails came, in order: a few each weekday before."""
    days: list[datetime] = []
    day = until.replace(hour=0, minute=0, second=0, microsecond=0)
    while len(days) < told["weekdays"]:
        day -= timedelta(days=1)
        if day.weekday() < SATURDAY:
            days.append(day)
    return [day + timedelta(hours=9 + 3 * place) for day in reversed(days) for place in range(told["a_day"])]


def _act(entry: Any, place: int, incoming: IncomingEvent) -> HumanAct:
    return HumanAct(
        external_id=f"{incoming.external_id}:act{place}",
        subject=incoming.subject,
        tool=entry["tool"],
        args=entry["with"],
        actor=f"person:{entry['by']}",
        at=incoming.occurred_at + timedelta(minutes=entry["after"]),
        source="imported",
    )
