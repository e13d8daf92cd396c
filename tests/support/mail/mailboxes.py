"""Mailboxes as a mail program exports them: one mbox a folder, and the answers that people sent."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

OWN = "help@bank.example"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEXTS = {
    "card": "My card was swallowed by the machine in week {n} and I need a new card",
    "transfer": "The transfer I sent in week {n} has not reached the other bank account",
}
FOLDERS = {"card": "Cards", "transfer": "Transfers"}


@dataclass(frozen=True, slots=True)
class Sorted:
    """A mail with where people put it, and what they answered."""

    number: int
    folder: str
    text: str
    at: datetime
    answer: str = ""
    sender: str = ""

    @property
    def name(self) -> str:
        return f"<q{self.number}@customer.example>"


def write_mailbox(folder: Path, mails: Iterable[Sorted]) -> Path:
    """Write an mbox for each folder and a Sent; give the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    every = list(mails)
    for number, at in enumerate({every[0].at, every[-1].at} if every else ()):
        name = f"<own{at:%d%H}-{number}@bank.example>"
        _add(folder, "Sent", at, OWN, "partner@elsewhere.example", "Hello", name, "See you soon.")
    for mail in every:
        sender = mail.sender or f"c{mail.number % 97}@customer.example"
        _add(folder, mail.folder, mail.at, sender, OWN, "Question", mail.name, mail.text)
        if mail.answer:
            later = mail.at + timedelta(minutes=20)
            name = f"<a{mail.number}@bank.example>"
            _add(folder, "Sent", later, OWN, sender, "Re: Question", name, mail.answer, answers=mail.name)
    return folder


def _add(
    folder: Path, box: str, at: datetime, sender: str, to: str, title: str, name: str, text: str, *, answers: str = ""
) -> None:
    head = [
        f"From {sender} {at:%a %b %d %H:%M:%S %Y}",
        f"From: {sender}",
        f"To: {to}",
        f"Subject: {title}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: {name}",
        *([f"In-Reply-To: {answers}", f"References: {answers}"] if answers else []),
    ]
    with (folder / f"{box}.mbox").open("a", encoding="utf-8") as file:
        file.write("\n".join([*head, "", text, "", ""]))


def write_tickets(path: Path, rows: Sequence[Sequence[str]], headers: Sequence[str]) -> Path:
    """Write a table of tickets."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headers, *rows])
    return path


def agent_file(
    path: Path, *, purpose: str = "sorts", threshold: float = 0.1, more: dict[str, Any] | None = None
) -> Path:
    """An agent that moves mail to the folder of its category."""
    categories = [
        {
            "id": name,
            "name": folder,
            "examples": [TEXTS[name].format(n="one")],
            "steps": [{"do": "desk.move_mail", "with": {"folder": folder}}],
        }
        for name, folder in FOLDERS.items()
    ]
    body: dict[str, Any] = {
        "agent": "sorter",
        "name": "Sorter",
        "subscribes": [{"kinds": ["mail.received"]}],
        "stage": {"default": "shadow"},
        "playbook": {"purpose": purpose, "threshold": threshold, "categories": categories},
    }
    path.write_text(json.dumps(body | (more or {})))
    return path


def mailbox(count: int = 40, *, first: int = 0) -> list[Sorted]:
    """Mails of two kinds, an hour apart, put where they belong."""
    found: list[Sorted] = []
    for number in range(first, first + count):
        kind = ("card", "transfer")[number % 2]
        found.append(Sorted(number, FOLDERS[kind], TEXTS[kind].format(n=number), START + timedelta(hours=number)))
    return found
