"""Workspaces in which an agent was corrected: a past that was worked, and what a person said of it."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from opsconsole.app.past import work as pastwork
from opsconsole.app.past.importing import import_path
from opsconsole.app.session import Session, opened
from opsconsole.domain.enums import Adjudication
from opsconsole.engine.agents.file import apply_agent, read_agent_text
from opsconsole.engine.pairs import judging
from opsconsole.store.queries import pairs as read
from tests.support.mail.mailboxes import OWN, START, TEXTS, Sorted, write_mailbox
from tests.ui.sample import make_empty

NEW, OLD = "Bank cards", "Cards"
"""Where people put mails about cards, and where the playbook does."""
MODEL = "brain: model\nfallback: person\ntools: ['desk.*']\n"
_FILE = """\
agent: {agent}
name: {name}
{more}subscribes:
  - kinds: [mail.received]
stage:
  default: shadow
playbook:
  purpose: sorts mail
  threshold: 0.1
  categories:
    - id: card
      name: Cards
      examples:
        - My card was swallowed by the machine and I need a new card
      steps:
        - do: desk.move_mail
          with:
            folder: Cards
    - id: transfer
      name: Transfers
      examples:
        - The transfer I sent has not reached the other bank account
      steps:
        - do: desk.move_mail
          with:
            folder: Transfers
"""


def agent_text(agent: str = "sorter", *, more: str = "", purpose: str = "sorts mail") -> str:
    """The file of an agent that sorts mail."""
    return _FILE.format(agent=agent, name=agent.title(), more=more).replace("sorts mail", purpose)


def apply(folder: Path, text: str) -> int:
    """Put an agent's file in use; give the version's number."""
    with opened(folder) as session:
        return _apply(session, text)


def make_corrected(
    folder: Path, *, new: int = 8, old: int = 2, transfers: int = 6, agents: Sequence[str] = ("sorter",)
) -> Path:
    """A worked past: so many mails about cards in the new folder and in the old one, and about transfers.

    Three of the new ones were judged: the human was right. So there is one lesson, and of the others it makes all new
    ones right and all old ones wrong.
    """
    boxes = [*[(NEW, "card")] * new, *[(OLD, "card")] * old, *[("Transfers", "transfer")] * transfers]
    mails = [
        Sorted(number, box, TEXTS[kind].format(n=number), START + timedelta(hours=number))
        for number, (box, kind) in enumerate(boxes)
    ]
    box = write_mailbox(folder.parent / f"{folder.name}-box", mails)
    make_empty(folder)
    with opened(folder) as session:
        for agent in agents:
            _apply(session, agent_text(agent))
        import_path(session, box, is_history=True, own_addresses=[OWN], progress=lambda _: None)
        for version in session.kernel.roster.current(session.kernel.reader):
            pastwork.work(session, version, tell=lambda _: None, is_stopped=lambda: False)
        for agent in agents:
            for pair in pairs_of(session, agent, NEW)[:3]:
                judge(session, pair)
    return folder


def pairs_of(session: Session, agent: str, box: str) -> list[int]:
    """The pairs of mails that people put into a folder, oldest first."""
    conn = session.kernel.reader
    every = read.pairs(conn, agent=agent, newest_first=False)
    return [pair.id for pair in every if _put(read.body(conn, pair.id)) == box]


def judge(session: Session, pair: int, category: str | None = None) -> None:
    """Say that the human was right, and perhaps what the mail really was."""
    session.write(
        lambda tx: judging.judge(session.kernel, tx, pair, Adjudication.HUMAN, actor=session.actor, category=category),
        name="pair.judge",
    )


def call_transfers_cards(folder: Path, agent: str = "sorter") -> list[int]:
    """Say of three transfers that they were about cards: a second lesson; give their pairs."""
    with opened(folder) as session:
        chosen = pairs_of(session, agent, "Transfers")[:3]
        for pair in chosen:
            judge(session, pair, "card")
    return chosen


def _apply(session: Session, text: str) -> int:
    kernel = session.kernel
    file = read_agent_text(text, "agent.yaml", kernel.registry)
    return session.write(
        lambda tx: apply_agent(tx, file, kernel.registry, actor="person:test", now=kernel.clock.now())[0],
        name="agent.apply",
    )


def _put(body: Any) -> str:
    return next((str(act["args"].get("folder")) for act in body.get("human") or ()), "")
