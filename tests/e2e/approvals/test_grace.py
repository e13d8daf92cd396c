"""The seconds after a word to an agent: it can be taken back, whatever dies meanwhile, and the agent goes on after."""

import asyncio
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.brains.playbook import PlaybookBrain
from opsconsole.domain.enums import ActionState, ApprovalKind
from opsconsole.domain.errors import DecisionError
from opsconsole.doubles.clock import FakeClock
from opsconsole.engine.commands import approvals, takeback
from opsconsole.engine.commands.results import DecisionOutcome
from opsconsole.engine.engine import Engine
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.engine.runs.cancel import cancel_run
from opsconsole.store import workspace as workspaces
from opsconsole.store.queries import approvals as asked
from opsconsole.store.queries import runs
from tests.support.rig import agent, call, desk_only, mail, rig
from tests.support.shell import Run, write_mail

ASK = call("person.ask", question="Which queue?", options=["billing", "tech"])
TICKET = call("desk.create_ticket", title="Look", queue="support")
ASKING = """\
agent: mira
name: Mira
subscribes: [{kinds: [mail.received]}]
stage: {default: full}
autonomy: {default: 3}
approvals: {veto_s: 3600}
playbook:
  purpose: Asks.
  triage: kind
  categories:
    - id: mail_received
      name: A mail
      steps:
        - {ask: "Who takes it?", options: [Sales, Support], as: who}
        - {stop: "it goes to {{ who.answer }}"}
"""


def two_questions(view: RunView) -> Turn:
    """Ask two things at once, then end."""
    if view.past:
        return Turn(category="case", final="done")
    wanted = [call("person.ask", question=text, options=["yes", "no"]) for text in ("This?", "That?")]
    return Turn(category="case", confidence=1.0, proposals=tuple(wanted))


async def test_an_answer_is_taken_at_once_and_the_agent_goes_on_after_the_grace(tmp_path: Path) -> None:
    async with rig(tmp_path, [ASK], agent(approvals={"veto_s": 10})) as r:
        await r.take(mail())
        (card,) = r.waiting()
        result = await r.say(approvals.respond, card.id, answer="billing")
        assert result.at == r.clock.now() + timedelta(seconds=10) and r.waiting() == []
        await r.wait(seconds=9)
        assert r.run().turns == 1 and r.actions()[0].state is ActionState.DONE
        await r.wait(seconds=1)
        assert r.run().state == "done"


async def test_without_seconds_to_take_it_back_the_agent_goes_on_at_once(tmp_path: Path) -> None:
    async with rig(tmp_path, [ASK], agent(approvals={"veto_s": 0})) as r:
        await r.take(mail())
        assert (await r.say(approvals.respond, 1, answer="billing")).at is None
        await r.settle()
        assert r.run().state == "done"


async def test_the_seconds_are_counted_from_the_last_of_several_answers(tmp_path: Path) -> None:
    async with rig(tmp_path, two_questions, agent(approvals={"veto_s": 10})) as r:
        await r.take(mail())
        first, second = r.waiting()
        await r.say(approvals.respond, first.id, answer="yes")
        await r.wait(seconds=11)
        await r.say(approvals.respond, second.id, answer="no")
        await r.wait(seconds=9)
        await r.say(takeback.undo, first.id)
        await r.wait(seconds=2)
        assert r.run().turns == 1, "one is open again"
        await r.say(approvals.respond, r.waiting()[0].id, answer="no")
        await r.wait(seconds=10)
        assert r.run().state == "done"


async def test_what_else_wakes_a_run_does_not_end_the_grace(tmp_path: Path) -> None:
    script = [ASK, TICKET]

    def both(view: RunView) -> Turn:
        return Turn(category="case", final="done") if view.past else Turn(category="case", proposals=tuple(script))

    async with rig(tmp_path, both, agent(level=2, approvals={"veto_s": 10})) as r:
        await r.take(mail())
        question, ticket = r.waiting()
        await r.approve(ticket.id)
        await r.wait(seconds=9)
        await r.say(approvals.respond, question.id, answer="tech")
        await r.wait(seconds=2)
        assert r.states() == ["person.ask done", "desk.create_ticket done"] and r.run().turns == 1
        await r.pause()
        await r.resume()
        await r.settle()
        assert r.run().turns == 1
        assert (await r.say(takeback.undo, question.id)).outcome is DecisionOutcome.TAKEN_BACK
        await r.engine.writer.write(
            lambda tx: cancel_run(r.kernel, tx, 1, actor="person:test", reason="enough"), name="cancel"
        )
        assert not runs.has_timer(r.engine.reader, "run_goes_on", "1")


async def test_an_answer_can_be_taken_back_in_the_grace_while_something_else_of_the_run_is_done(tmp_path: Path) -> None:
    async with rig(tmp_path, [ASK], agent()) as r:
        await r.take(mail())
        await r.say(approvals.respond, 1, answer="tech")
        await r.engine.writer.write(lambda tx: tx.conn.execute("UPDATE run SET state = 'running'"), name="busy")
        assert (await r.say(takeback.undo, 1)).outcome is DecisionOutcome.TAKEN_BACK
        await r.engine.writer.write(lambda tx: tx.conn.execute("UPDATE run SET state = 'waiting'"), name="parked")


async def test_a_question_is_never_rejected_but_left_to_people_and_only_a_question_is(tmp_path: Path) -> None:
    async with rig(tmp_path, two_questions, agent()) as r:
        await r.take(mail())
        first, second = r.waiting()
        with pytest.raises(DecisionError, match="is a question: it wants an answer, or to be left to people"):
            await r.say(approvals.reject, first.id, reason="Wrong person")
        await r.say(approvals.respond, second.id, answer="yes")
        assert (await r.say(approvals.leave, first.id)).outcome is DecisionOutcome.LEFT_TO_PEOPLE
        assert r.actions()[0].result == {"ok": False, "lapsed": True, "error": "a person deals with it"}
        await r.wait(seconds=11)
        assert r.run().state == "done"
    async with rig(tmp_path / "other", [TICKET], agent(level=2)) as r:
        await r.take(mail())
        with pytest.raises(DecisionError, match="asks for a yes or no"):
            await r.say(approvals.leave, 1)


def _killed_in_the_grace(run: Run, folder: Path) -> None:
    """Answer while an engine of its own process works, and kill that."""
    command = [sys.executable, "-m", "opsconsole", "engine", "-w", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None and process.stdout.readline().startswith(b"Working")
        (card,) = run("approvals", "list", "--json").json
        said = run("approvals", "respond", card["id"], "Support")
        assert "The agent goes on with it at " in said.out and f"approvals undo {card['id']}` takes it back" in said.out
        process.send_signal(signal.SIGKILL)


async def _next_engine(folder: Path, *, hours: float) -> Any:
    """Start the next engine, so much later; return what the run is then, and how many requests wait."""
    clock = FakeClock(datetime.now(UTC) + timedelta(hours=hours))
    workspace = workspaces.open_(folder)
    try:
        brain = PlaybookBrain(lambda agent, text, count: [], lambda agent: [])
        async with Engine(workspace, desk_only, brain, clock=clock) as engine:
            await engine.settle()
            return runs.run(engine.reader, 1), asked.waiting_approvals(engine.reader)
    finally:
        workspace.close()


def test_the_grace_outlives_an_engine_that_was_killed_in_it(run: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mira.yaml").write_text(ASKING)
    run("init")
    assert run("agents", "apply", "--without-evidence=a test", tmp_path / "mira.yaml").code == 0
    run("import", "--work", write_mail(tmp_path))
    assert run("engine", "--once").code == 0
    _killed_in_the_grace(run, folder)
    row, waiting = asyncio.run(_next_engine(folder, hours=0))
    assert (row.state, row.turns, waiting) == ("waiting", 1, []), "the answer is taken, the agent stands still"
    assert "Taken back" in run("approvals", "undo", 1).out
    _, waiting = asyncio.run(_next_engine(folder, hours=0))
    assert [request.kind for request in waiting] == [ApprovalKind.QUESTION]
    _killed_in_the_grace(run, folder)
    row, _ = asyncio.run(_next_engine(folder, hours=1.01))
    assert (row.state, row.outcome) == ("done", "it goes to Support")


def test_an_engine_that_works_once_waits_until_the_agent_has_heard_the_answer(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "mira.yaml").write_text(ASKING.replace("veto_s: 3600", "veto_s: 1.5"))
    run("init")
    run("agents", "apply", "--without-evidence=a test", tmp_path / "mira.yaml")
    run("import", "--work", write_mail(tmp_path))
    run("engine", "--once")
    assert run("approvals", "respond", 1, "Sales").code == 0
    said = run("engine", "--once")
    assert said.code == 0 and "it goes to Sales" in run("runs", "show", 1).out


def test_what_should_follow_a_rejected_question_is_told_to_be_never_done(run: Run, tmp_path: Path) -> None:
    asks = '{ask: "Who takes it?", options: [Sales, Support], as: who'
    (tmp_path / "mira.yaml").write_text(ASKING.replace(asks, f"{asks}, on_reject: [{{stop: none}}]"))
    run("init")
    said = run("agents", "apply", "--without-evidence=a test", tmp_path / "mira.yaml")
    assert said.code == 0 and "`on_reject` of “Who takes it?” is never done" in said.out + said.err
