"""Small workspaces for the tests of panels."""

from pathlib import Path

from opsconsole.app.session import Session, opened
from opsconsole.domain.action import Proposal
from opsconsole.domain.enums import ActionState, RunState, Verdict
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.ids import ActionId
from opsconsole.domain.ruling import Reason, Ruling
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.engine.ports.brain import Turn
from opsconsole.engine.runstate.turnbody import turn_body
from opsconsole.store import workspace
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events, rulings
from opsconsole.store.writes import work as write_work
from tests.support.files import NOW
from tests.support.rig import agent

TEXTS = ("Refund for order 10482", "Question", "Demo for the spa", "Refund please", "Nothing")
SUNDAY = "no reply leaves on a Sunday"


def make_empty(folder: Path) -> Path:
    """A workspace without anything in it."""
    workspace.create(folder, at=NOW, actor="person:test").close()
    return folder


def make_worked(folder: Path) -> Path:
    """Five events, four of them worked: the first refused, the second in shadow, the third failed."""
    make_empty(folder)
    with opened(folder) as session:
        session.write(lambda tx: _fill(session, tx), name="sample")
    return folder


def _fill(session: Session, tx: Transaction) -> None:
    spec = agent(level=2)
    apply_agent(tx, AgentFile(spec, ""), session.kernel.registry, actor="person:test", now=NOW)
    for number, title in enumerate(TEXTS, 1):
        incoming = IncomingEvent(
            external_id=f"e{number}", kind="mail.received", subject=f"thread:{number % 2}", occurred_at=NOW,
            title=title, text=f"<b>Event {number}</b> <img src='http://example.com/x.png'>", sender="p@example.com",
        )  # fmt: skip
        event, subject = events.add(tx, "desk", incoming, now=NOW)
        if number == 5:
            return
        run = write_work.add_run(tx, event=event, agent=spec.agent, version=1, subject=subject, now=NOW)
        assert run is not None
        args = {"text": f"Dear customer {number}"}
        turn = Turn(
            category="billing", confidence=0.9, rationale="It speaks of money.",
            proposals=(Proposal(tool="desk.reply", args=args, because="So that they know."),),
        )  # fmt: skip
        write_work.add_turn(
            tx, run, 0, body=turn_body(turn), category="billing", confidence=0.9, cost_micros=1200, tokens=9, now=NOW
        )
        _act(tx, run, number, subject=subject, args=args)
        write_work.set_run(tx, run, RunState.FAILED if number == 3 else RunState.DONE, now=NOW, error="It broke.")


def _act(tx: Transaction, run: int, number: int, *, subject: int, args: dict[str, str]) -> None:
    action = ActionId(f"{run}/0.0")
    write_work.add_action(
        tx, action, run=run, turn=0, position=0, tool="desk.reply", subject=subject, args_id=tx.keep(args),
        digest="d", is_write=True, category="billing", now=NOW,
    )  # fmt: skip
    verdict = {1: Verdict.REFUSE, 2: Verdict.SIMULATE}.get(number, Verdict.ASK)
    state = {1: ActionState.REFUSED, 2: ActionState.SIMULATED}.get(number, ActionState.WAITING)
    reason = Reason("guardrail:sunday", SUNDAY if number == 1 else "the agent is in shadow", verdict)
    rulings.add_ruling(tx, action, Ruling(verdict, None, (reason,)), phase="proposed", if_live=None, now=NOW)
    write_work.set_action(tx, action, state, now=NOW)
