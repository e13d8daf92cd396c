"""The command line in a test: what is typed and what is answered."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

AGENT = """\
agent: mira
name: Mira
subscribes: [{kinds: [mail.received]}]
stage: {default: full}
autonomy: {default: 3}
approvals: {veto_s: 0}
playbook:
  purpose: Answers.
  triage: kind
  categories:
    - id: mail_received
      name: A mail
      steps:
        - {do: desk.create_ticket, with: {title: "{{ event.title }}", queue: support}, as: ticket}
        - do: desk.reply
          with: {to: "{{ event.sender }}", text: "Ticket {{ ticket.id }}."}
          because: "They wrote: {{ event.title }}"
"""
MAIL = (
    "From: {name} <ann@harbour.example>\r\nTo: us@slotwise.example\r\nSubject: {subject}\r\n"
    "Message-ID: <{number}@x>\r\n\r\n{text}\r\n"
)
STEERING = "\x1b[31mred\x1b]0;title\x07\x9b2J \u202egnp.exe\u2066x\u200b \U000e0041\x08\x7f"


@dataclass(frozen=True, slots=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Said]


def write_mail(folder: Path, number: int = 1, subject: str = "Prices", name: str = "Ann", text: str = "Hello") -> Path:
    path = folder / f"{number}.eml"
    path.write_bytes(MAIL.format(number=number, subject=subject, name=name, text=text).encode())
    return path
