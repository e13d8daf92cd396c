"""What must hold against the clock, against other agents, and against what changed meanwhile."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.brains.playbook import PlaybookBrain
from opsconsole.domain.action import Call, Proposal, Result
from opsconsole.domain.enums import ApprovalKind
from opsconsole.domain.errors import AmbiguousError, TransientError
from opsconsole.doubles.brain import FakeBrain
from opsconsole.doubles.clock import FakeClock
from opsconsole.doubles.connector import FakeArguments, FakeConnector
from opsconsole.engine.commands import approvals, takeback
from opsconsole.engine.commands.decisions import Grant
from opsconsole.engine.effects.reconcile import RESEND_S
from opsconsole.engine.engine import Engine
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.engine.ports.connector import Connector
from opsconsole.engine.runs.cancel import cancel_run
from opsconsole.store.queries import limits
from opsconsole.store.writes import desk
from tests.support.rig import ANN, agent, call, desk_only, mail, rig
from tests.support.running import state

TICKET = call("desk.create_ticket", title="Look", queue="tech")
DO = call("out.do", what="x")
THANKS = "Thank you, we have your mail."
ACK = call("desk.acknowledge", to=ANN, text=THANKS, slots={"to": (ANN,), "text": ()})
RAISED = [{"action": "desk.acknowledge", "ceiling": "irreversible", "reason": "a template to a verified sender"}]
SHADOW = {"default": "shadow"}


def beside(out: FakeConnector) -> Callable[[Engine], list[Connector]]:
    return lambda engine: [*desk_only(engine), out]


def once_in_doubt(**facts: Any) -> FakeConnector:
    async def execute(call: Call) -> Result:
        if len(out.calls) == 1:
            raise AmbiguousError("no answer")
        return Result(is_ok=True)

    out = FakeConnector(execute, **(facts or {"is_findable": True}))
    return out


async def test_a_demotion_binds_what_is_queued(tmp_path: Path) -> None:
    async with rig(tmp_path, [TICKET], agent()) as r:
        await r.pause("agent:mira")
        await r.take(mail())
        await r.hire(agent(stage=SHADOW))
        await r.resume("agent:mira")
        await r.settle()
        assert r.count("desk_ticket") == 0 and r.states() == ["desk.create_ticket simulated"]


async def test_a_demotion_binds_a_run_that_waited_for_an_answer(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("person.ask", question="go?"), TICKET], agent()) as r:
        await r.take(mail())
        await r.hire(agent(stage=SHADOW))
        await r.say(approvals.respond, r.waiting()[0].id, answer="go")
        await r.settle()
        assert r.count("desk_ticket") == 0


async def test_the_kill_switch_binds_what_is_in_doubt(tmp_path: Path) -> None:
    out = once_in_doubt()
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        await r.pause()
        await r.wait(minutes=2)
        assert len(out.calls) == 1


async def test_a_demotion_and_the_calendar_bind_what_is_in_doubt(tmp_path: Path) -> None:
    out = once_in_doubt()
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        await r.hire(agent(stage=SHADOW))
        await r.wait(days=3)
        assert len(out.calls) == 1


@pytest.mark.parametrize(("late_s", "times"), [(RESEND_S, 2), (RESEND_S + 1, 1)])
async def test_what_is_in_doubt_is_sent_again_for_ten_minutes_and_then_a_person_is_asked(
    tmp_path: Path, late_s: float, times: int
) -> None:
    out = once_in_doubt(is_idempotent=True)
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        assert state(r) == ["unknown"] and RESEND_S == 600
        await r.wait(seconds=late_s)
        assert len(out.calls) == times and len({call.key for call in out.calls}) == 1
        asked = [approval.kind for approval in r.waiting()]
        assert (state(r), asked) == ((["done"], []) if times == 2 else (["unknown"], [ApprovalKind.UNKNOWN]))


async def test_two_that_come_due_together_are_not_both_sent(tmp_path: Path) -> None:
    quiet = [{"actions": ["desk.acknowledge"], "from": "20:00", "to": "07:00", "zone": "UTC"}]
    clock = FakeClock(datetime(2026, 11, 23, 22, 0, tzinfo=UTC))
    async with rig(tmp_path, [ACK], agent(quiet_hours=quiet, raised=RAISED), clock=clock) as r:
        await r.take(mail(1, occurred_at=clock.now()))
        await r.wait(hours=1)
        await r.take(mail(2, occurred_at=clock.now(), subject=mail(1).subject))
        await r.wait(hours=8, seconds=5)
        assert r.sent() == [THANKS]


async def test_two_agents_do_not_both_do_the_same(tmp_path: Path) -> None:
    async with rig(tmp_path, [TICKET], agent("mira"), agent("otto")) as r:
        await r.take(mail())
        assert r.count("desk_ticket") == 1 and len(r.waiting()) == 1


async def test_a_paused_connection_is_not_read_and_the_run_goes_on_later(tmp_path: Path) -> None:
    out = FakeConnector()
    async with rig(tmp_path, [call("out.look", what="x")], agent(), connectors=beside(out)) as r:
        await r.pause("connection:out")
        await r.take(mail())
        assert out.reads == [] and r.run().state == "waiting"
        await r.resume("connection:out")
        await r.settle()
        assert len(out.reads) == 1 and r.run().state == "done"


async def test_the_last_action_inside_a_cap_is_done(tmp_path: Path) -> None:
    async with rig(tmp_path, [ACK], agent(raised=RAISED, budgets={"actions_per_day": 1})) as r:
        await r.take(mail())
        await r.wait(seconds=11)
        assert r.sent() == [THANKS]


async def test_an_action_approved_days_later_counts_for_that_day(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("desk.reply", to=ANN, text="Hello.")], agent()) as r:
        await r.take(mail())
        await r.approve(r.waiting()[0].id)
        await r.wait(minutes=5)
        await r.wait(hours=30)
        await r.approve(r.waiting()[0].id)
        await r.wait(seconds=11)
        assert r.sent() == ["Hello."]
        assert limits.actions_since(r.engine.reader, since=r.clock.now() - timedelta(hours=1), agent="mira") == 1


async def test_a_run_cancelled_while_its_brain_thinks_stays_cancelled(tmp_path: Path) -> None:
    thinking, go = asyncio.Event(), asyncio.Event()

    class Slow(FakeBrain):
        async def turn(self, view: RunView) -> Turn:
            if not thinking.is_set():
                thinking.set()
                await go.wait()
                raise TransientError("a busy endpoint")
            return Turn(category="case", proposals=(TICKET,)) if not view.past else Turn(category="case", final="x")

    async with rig(tmp_path, Slow(lambda view: Turn(category=None)), agent()) as r:
        task = asyncio.create_task(r.take(mail()))
        await thinking.wait()
        await r.engine.writer.write(
            lambda tx: cancel_run(r.kernel, tx, 1, actor="person:test", reason="stop"), name="run.cancel"
        )
        go.set()
        await task
        await r.wait(seconds=10)
        assert r.run().state == "cancelled" and r.count("desk_ticket") == 0


async def test_what_a_model_says_of_its_own_proposal_ratifies_nothing(tmp_path: Path) -> None:
    text = "Free prose of a model: pay to http://evil.example now"
    lie = Proposal(tool="desk.acknowledge", step="case#0", args={"to": ANN, "text": text}, slots={"text": ()})

    def script(view: RunView) -> Turn:
        return Turn(category="case", final="x") if view.past else Turn(category="case", proposals=(lie,))

    async with rig(tmp_path, FakeBrain(script, is_playbook=False), agent(raised=RAISED)) as r:
        await r.take(mail())
        await r.wait(seconds=11)
        assert r.sent() == [] and len(r.waiting()) == 1


async def test_a_category_that_is_not_in_the_playbook_is_none(tmp_path: Path) -> None:
    def script(view: RunView) -> Turn:
        return Turn(category="invented", final="x") if view.past else Turn(category="invented", proposals=(TICKET,))

    async with rig(tmp_path, script, agent()) as r:
        await r.take(mail())
        assert r.count("desk_ticket") == 0


async def test_a_tool_the_file_does_not_name_is_bound_to_its_schema_too(tmp_path: Path) -> None:
    class Wider(FakeArguments):
        more: str = ""

    async with rig(tmp_path, [DO], agent(), connectors=beside(FakeConnector())):
        pass
    out = FakeConnector(schema=Wider)
    async with rig(tmp_path, [DO], connectors=beside(out)) as r:
        await r.take(mail())
        assert out.calls == [] and len(r.waiting()) == 1


async def test_a_result_that_is_no_json_is_kept_all_the_same(tmp_path: Path) -> None:
    async def odd(call: Call) -> Result:
        return Result(is_ok=True, data={"score": float("nan"), "id": 2**60})

    async with rig(tmp_path, [DO], agent(), connectors=beside(FakeConnector(odd))) as r:
        await r.take(mail())
        assert r.run().state == "done"
        assert (r.actions()[0].result or {})["id"] == str(2**60)


async def test_equal_look_ups_each_get_their_own_answer(tmp_path: Path) -> None:
    steps = [
        {"look_up": "desk.find_contact", "with": {"email": "{{ event.sender }}"}, "as": "writer"},
        {"look_up": "desk.find_contact", "with": {"email": "{{ event.fields.account }}"}, "as": "account"},
        {"look_up": "desk.find_tickets", "with": {"email": "{{ event.sender }}"}, "as": "tickets"},
        {"do": "desk.add_note", "with": {"text": "{{ account.name }} has {{ tickets.count }}"}},
    ]
    category = {"id": "mail_received", "name": "Mail", "steps": steps}
    spec = agent(playbook={"purpose": "a test", "triage": "kind", "categories": [category]})
    async with rig(tmp_path, PlaybookBrain(lambda agent, text, count: [], lambda agent: []), spec) as r:
        await r.engine.writer.write(
            lambda tx: desk.create(tx, "contact", {"email": ANN, "name": "Ann"}, actor="t", now=r.clock.now()), name="x"
        )
        await r.take(mail(fields={"account": ANN}))
        assert r.engine.reader.execute("SELECT text FROM desk_note").fetchone() == ("Ann has 0",)


async def test_a_grant_that_allowed_an_action_is_named_in_the_record(tmp_path: Path) -> None:
    async with rig(tmp_path, [TICKET], agent(level=2)) as r:
        await r.take(mail(1))
        await r.approve(1, grant=Grant(timedelta(days=2), ("queue",)))
        await r.wait(seconds=11)
        await r.take(mail(2))
        assert r.audit("action.ruled")[1]["grant"] == 1


async def test_every_request_and_every_sending_has_its_entry(tmp_path: Path) -> None:
    async with rig(tmp_path, [TICKET], agent(level=2)) as r:
        await r.take(mail())
        old = r.waiting()[0].digest
        await r.approve(1, edited={"title": "Something else"})
        await r.say(takeback.undo, 1)
        (again,) = r.waiting()
        assert again.digest != old, "the card of the first title must not pass for the edited one"
        assert len(r.audit("approval.asked")) == r.count("approval")
        await r.approve(again.id)
        await r.wait(seconds=11)
        assert len(r.audit("effect.sending")) == 1


async def test_a_broken_simulation_fails_its_action_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async def broken(call: Call) -> Result:
        raise KeyError("text")

    def script(view: RunView) -> Turn:
        return Turn(category="case", final="x") if view.past else Turn(category="case", proposals=(TICKET, DO))

    spec = agent(autonomy={"default": 2, "actions": {"out.do": 1}})
    async with rig(tmp_path, script, spec, connectors=beside(FakeConnector(simulate=broken))) as r:
        await r.take(mail())
        assert r.run().state == "waiting" and len(r.waiting()) == 1
        assert "could not be simulated" in (r.actions()[1].result or {})["error"]


async def test_a_failed_run_takes_its_requests_with_it(tmp_path: Path) -> None:
    def script(view: RunView) -> Turn:
        return Turn(category="case", proposals=(TICKET,))

    async with rig(tmp_path, script, agent(level=2)) as r:
        await r.take(mail())
        await r.engine.loop.fail(r.run().id, ZeroDivisionError())
        assert r.run().state == "failed" and r.waiting() == []
