"""An agent on its ladder: decisions that count towards steps, drawn ones and others, made at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from opsconsole.app.session import Session, opened
from opsconsole.domain.enums import Agreement, Level, RunState, Severity
from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.climb import rung_of
from opsconsole.engine.ladder.rungs import Rung
from opsconsole.store.queries import ladder as read
from opsconsole.store.queries.ladder import Demotion, Promotion
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events
from opsconsole.store.writes import ladder as write_ladder
from opsconsole.store.writes import pairs as write_pairs
from opsconsole.store.writes import work as write_work
from opsconsole.store.writes.pairs import NewPair
from tests.ui.agents.agentsample import make, use

TICKET, REPLY = "desk.create_ticket", "desk.reply"
CATEGORIES = {"bug": "Bug", "howto": "How-to", "billing": "Billing", "cancel": "Cancellation"}
_STEPS = """\
      steps:
        - {do: desk.create_ticket, with: {title: "{{ event.title }}", queue: support}, as: ticket}
        - do: desk.reply
          with: {to: "{{ event.sender }}", text: "Ticket {{ ticket.id }}."}
"""
CLIMBER = """\
agent: mira
name: Customer mail
subscribes: [{kinds: [mail.received]}]
stage:
  default: shadow
  categories: {bug: expanded, howto: limited}
autonomy: {default: 1, actions: {desk.create_ticket: 2, desk.reply: 2}}
approvals: {veto_s: 0}
playbook:
  purpose: Answers.
  triage: kind
  categories:
""" + "".join(f"    - id: {name}\n      name: {title}\n{_STEPS}" for name, title in CATEGORIES.items())
SPAN_DAYS = 28
"""So far back evidence reaches."""


class Past:
    """Puts decisions of an agent's first version into a workspace."""

    def __init__(self, session: Session, tx: Transaction, agent: str = "mira", version: int = 1) -> None:
        self._tx, self._agent, self._version = tx, agent, version
        self.now = session.kernel.clock.now()
        (self._number,) = tx.conn.execute("SELECT count(*) FROM event").fetchone()

    def add(self, category: str, number: int, *, wrong: int = 0, severe: int = 0, tool: str = "") -> None:
        """Add decisions, spread over four weeks; with `tool`, drawn ones that a person made too."""
        for place in range(number):
            days = SPAN_DAYS * (number - place) / number
            bad = place >= number - wrong - severe
            self._one(
                category,
                at=self.now - timedelta(days=days),
                verdict=Agreement.DIFFERS if bad else Agreement.SAME,
                severity=Severity.SEVERE if place >= number - severe else Severity.NONE,
                tool=tool,
            )

    def wait(self, category: str, tool: str) -> None:
        """Draw a decision that nobody made yet."""
        event, subject = self._event(self.now)
        self._draw(self._run(event, subject, self.now), category, tool, self.now)

    def _event(self, at: datetime) -> tuple[int, int]:
        self._number += 1
        name = f"{self._agent}-{self._version}-{self._number}"
        incoming = IncomingEvent(
            external_id=name, kind="mail.received", subject=f"thread:{name}", occurred_at=at,
            title=f"Question {self._number}", text="Hello", sender=f"{name}@example.com",
        )  # fmt: skip
        event, subject = events.add(self._tx, "desk", incoming, now=at)
        return int(event), int(subject)

    def _run(self, event: Any, subject: Any, at: datetime) -> int:
        run = write_work.add_run(
            self._tx, event=event, agent=self._agent, version=self._version, subject=subject, now=at  # pyright: ignore[reportArgumentType]
        )  # fmt: skip
        assert run is not None
        write_work.set_run(self._tx, run, RunState.DONE, now=at)
        return int(run)

    def _draw(self, run: int, category: str, tool: str, at: datetime) -> None:
        write_ladder.add_draw(self._tx, run, agent=self._agent, version=self._version, category=category, now=at)
        write_ladder.add_draw_cell(
            self._tx, run, agent=self._agent, category=category, tool=tool, level=Level.APPROVAL, now=at
        )

    def _one(self, category: str, *, at: datetime, verdict: Agreement, severity: Severity, tool: str) -> None:
        event, subject = self._event(at)
        new = NewPair(
            source="history", agent=self._agent, version=self._version, event=event, run=None, subject=subject,
            category=category, confidence=None, about=f"c{self._number}", occurred_at=at, agreement=verdict,
            severity=severity, is_blind=True, is_failed=False, excluded="", body={},
        )  # fmt: skip
        run = None
        if tool:
            run = self._run(event, subject, at)
            self._draw(run, category, tool, at)
            kept = self._tx.keep({"acts": []})
            write_ladder.answer_draw(self._tx, run, answer=kept, actor="person:Lea", now=at)
            new = replace(new, source="live", run=run)
        made = write_pairs.add_pair(self._tx, new, now=at)
        assert made is not None
        if run is not None:
            write_ladder.settle_draw(self._tx, run, pair=made[0])


def fill(folder: Path, do: Callable[[Past], None]) -> None:
    """Put decisions into a workspace."""
    with opened(folder) as session:
        session.write(lambda tx: do(Past(session, tx)), name="sample")


def make_climber(folder: Path, text: str = CLIMBER, do: Callable[[Past], None] | None = None) -> Path:
    """A workspace in which bug tickets may be filed alone, how-to ones not yet, and cancellations never."""
    make(folder, text)
    fill(folder, do or _as_drawn)
    return folder


def _as_drawn(past: Past) -> None:
    past.add("bug", 240, wrong=1, tool=TICKET)
    past.add("howto", 81, wrong=1, tool=TICKET)
    past.add("billing", 73, wrong=2)
    past.add("cancel", 21, wrong=3, severe=1)


def again(folder: Path, text: str) -> None:
    """Put another version in use, past the ladder."""
    with opened(folder) as session:
        use(session, text)


def steps(folder: Path, agent: str = "mira") -> tuple[list[Promotion], list[Demotion]]:
    """Every step up and down, the newest first."""
    with opened(folder) as session:
        conn = session.kernel.reader
        return read.promotions(conn, agent), read.demotions(conn, agent)


def rung(folder: Path, category: str, tool: str = "", agent: str = "mira") -> Rung:
    """Where a cell stands."""
    with opened(folder) as session:
        return rung_of(session.kernel, session.kernel.reader, agent, category, tool)[1]


def fell(
    folder: Path, category: str, tool: str, *, trigger: str = "alarm", why: str = "2 of the last 20 were wrong",
    was: Level = Level.AUTONOMOUS,
) -> None:  # fmt: skip
    """Take a cell down as the engine does."""
    with opened(folder) as session:
        kernel: Kernel = session.kernel
        facts = {"agent": "mira", "category": category, "tool": tool, "trigger": trigger, "why": why}
        session.write(
            lambda tx: write_ladder.add_demotion(
                tx, was=was, ceiling=Level(was - 1), ground="alarm:1", actor="engine", now=kernel.clock.now(), **facts
            ),
            name="ladder.demote",
        )
