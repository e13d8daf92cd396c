"""A workspace with an agent whose versions, pairs and judgements lie on days that a test names."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from opsconsole.app.session import Session, opened
from opsconsole.domain.enums import Adjudication, Agreement, RunState, Severity
from opsconsole.domain.event import IncomingEvent
from opsconsole.doubles.clock import FakeClock
from opsconsole.engine.agents import versions as agentversions
from opsconsole.engine.agents.file import read_agent_text
from opsconsole.store import workspace
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events
from opsconsole.store.writes import pairs as write
from opsconsole.store.writes import work as write_work

BEGAN = datetime(2026, 9, 1, 12, tzinfo=UTC)


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of the year."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@contextmanager
def hired(folder: Path, *texts: str) -> Generator[Session]:
    """A workspace in which an agent came into use in so many versions, a month apart; why stands with each."""
    workspace.create(folder, at=BEGAN, actor="person:test").close()
    clock = FakeClock(BEGAN)
    with opened(folder, clock=clock) as session:
        kernel = session.kernel
        for number, text in enumerate(texts, 1):
            file = read_agent_text(text, "mira.yaml", kernel.registry)
            session.write(
                lambda tx, file=file, number=number: agentversions.apply(
                    tx, file, kernel.registry, actor=f"person:Nr {number}", now=clock.now(), reason=f"reason {number}"
                ),
                name="agent.apply",
            )
            clock.move(days=30)
        yield session


@dataclass
class Past:
    """Writes what happened, when it happened."""

    tx: Transaction
    number: int = 0

    def event(self, when: datetime, category: str = "mail_received", *, version: int = 1) -> int:
        """An event that mira worked to its end; gives the run."""
        self.number += 1
        incoming = IncomingEvent(
            external_id=f"e{self.number}", kind="mail.received", subject=f"thread:{self.number}", occurred_at=when,
            title="Hello",
        )  # fmt: skip
        event, subject = events.add(self.tx, "desk", incoming, now=when)
        run = write_work.add_run(self.tx, event=event, agent="mira", version=version, subject=subject, now=when)
        assert run is not None
        self.tx.conn.execute("UPDATE run SET category = ? WHERE id = ?", (category, run))
        write_work.set_run(self.tx, run, RunState.DONE, now=when)
        return run

    def pair(
        self,
        when: datetime,
        said: Adjudication | None = None,
        *,
        version: int = 1,
        is_same: bool = True,
        is_blind: bool = True,
        severity: Severity = Severity.NONE,
        judged_at: datetime | None = None,
        acted_at: datetime | None = None,
    ) -> int:
        """What mira would have done beside what people did, judged where somebody said something.

        `acted_at`: it is live, and people acted so late.
        """
        self.number += 1
        incoming = IncomingEvent(
            external_id=f"p{self.number}", kind="mail.received", subject=f"thread:p{self.number}", occurred_at=when
        )
        event, subject = events.add(self.tx, "desk", incoming, now=when)
        new = write.NewPair(
            source="live" if acted_at else "history", agent="mira", version=version, event=event, run=None,
            subject=subject,
            category="mail_received", confidence=None, about=f"c{self.number}", occurred_at=when,
            agreement=Agreement.SAME if is_same else Agreement.DIFFERS, severity=severity, is_blind=is_blind,
            is_failed=False, excluded="", body={},
        )  # fmt: skip
        made = write.add_pair(self.tx, new, now=acted_at or when)
        assert made is not None
        if said is not None:
            self.judge(made[0], said, judged_at or when)
        return made[0]

    def judge(self, pair: int, said: Adjudication, when: datetime, *, is_repeat: bool = False) -> None:
        """What a person says of a pair."""
        write.add_adjudication(self.tx, pair, said, is_repeat=is_repeat, actor="person:Vera", content=None, now=when)
