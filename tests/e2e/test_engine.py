"""The engine's own promises: once, in turn, within limits, with patience, and honest about doubt."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from opsconsole.connectors.desk.connector import DeskConnector
from opsconsole.domain.action import Call, Result
from opsconsole.domain.errors import AmbiguousError, DecisionError, PermanentError, TransientError, WorkspaceBusyError
from opsconsole.doubles.brain import FakeBrain
from opsconsole.engine.engine import Engine
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.engine.ports.connector import Connector
from opsconsole.engine.runs.cancel import cancel_run
from opsconsole.store import workspace as workspaces
from tests.support.rig import ANN, agent, call, mail, rig

TICKET = call("desk.create_ticket", title="Look")


class Stubborn(DeskConnector):
    """A desk that raises what it is told to, once for each entry, before or after doing it."""

    troubles: list[tuple[str, Exception]]

    async def execute(self, call: Call) -> Result:
        when, error = self.troubles.pop(0) if self.troubles else ("never", ValueError())
        if when == "before":
            raise error
        result = await super().execute(call)
        if when == "after":
            raise error
        return result


def stubborn(*troubles: tuple[str, Exception]) -> Callable[[Engine], list[Connector]]:
    def make(engine: Engine) -> list[Connector]:
        desk = Stubborn(engine.reader, engine.writer, engine.clock, stalled_after_days=None)
        desk.troubles = list(troubles)
        return [desk]

    return make


async def test_an_event_is_taken_once(tmp_path: Path) -> None:
    async with rig(tmp_path, [TICKET], agent()) as r:
        await r.take(mail(), mail(), mail())
        assert (r.count("event"), r.count("run"), r.count("desk_ticket"), r.count("desk_mail")) == (1, 1, 1, 1)


async def test_agents_share_fairly(tmp_path: Path) -> None:
    order: list[str] = []

    def script(view: RunView) -> Turn:
        order.append(view.agent.agent)
        return Turn(category="case", final="done")

    busy = agent("busy", subscribes=[{"kinds": ["mail.received"]}])
    small = agent(
        "small", subscribes=[{"kinds": ["mail.received"], "where": "event.title in ['Question 38', 'Question 39']"}]
    )
    async with rig(tmp_path, script, busy, small, width=1) as r:
        await r.pause()
        for number in range(40):
            await r.engine.take("desk", mail(number))
        await r.resume()
        await r.settle()
        assert order.count("busy") == 40 and order.count("small") == 2
        assert max(index for index, name in enumerate(order) if name == "small") < 6, "not behind the long queue"


async def test_one_run_at_a_time_on_a_subject(tmp_path: Path) -> None:
    at_once, most = 0, 0

    class Slow(FakeBrain):
        async def turn(self, view: RunView) -> Turn:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.005)
            at_once -= 1
            return Turn(category="case", final="done")

    async with rig(tmp_path, Slow(lambda view: Turn(category=None)), agent()) as r:
        await r.take(*(mail(number, subject="thread:same") for number in range(5)))
        assert most == 1 and r.count("run") == 5


async def test_turn_limit_ends_an_endless_loop(tmp_path: Path) -> None:
    def script(view: RunView) -> Turn:
        return Turn(category="case", proposals=(call("desk.find_contact", email=f"{len(view.past)}@x.example"),))

    async with rig(tmp_path, script, agent(limits={"turns": 5})) as r:
        await r.take(mail())
        assert r.run().state == "failed" and "limit of 5 turns" in r.run().outcome


async def test_time_limit_ends_a_brain_that_hangs(tmp_path: Path) -> None:
    class Hanging(FakeBrain):
        async def turn(self, view: RunView) -> Turn:
            await asyncio.Event().wait()
            raise AssertionError

    async with rig(tmp_path, Hanging(lambda view: Turn(category=None)), agent(limits={"seconds": 0.05})) as r:
        await r.take(mail())
        assert r.run().state == "failed" and "0.05 seconds" in r.run().outcome


async def test_cost_limit(tmp_path: Path) -> None:
    def script(view: RunView) -> Turn:
        look = call("desk.find_contact", email=f"{len(view.past)}@x.example")
        return Turn(category="case", proposals=(look,), cost_micros=400_000)

    async with rig(tmp_path, script, agent(limits={"cost": 1.0})) as r:
        await r.take(mail())
        assert r.run().state == "failed" and r.run().turns == 3 and r.run().cost_micros == 1_200_000


async def test_a_busy_brain_is_tried_again_later(tmp_path: Path) -> None:
    tries = 0

    def script(view: RunView) -> Turn:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise TransientError("the endpoint is busy")
        return Turn(category="case", final="done")

    async with rig(tmp_path, script, agent()) as r:
        await r.take(mail())
        assert r.run().state == "waiting"
        await r.wait(seconds=6)
        assert tries == 2
        await r.wait(seconds=31)
        assert r.run().state == "done" and tries == 3


async def test_a_brain_that_stays_busy_is_given_up_in_the_open(tmp_path: Path) -> None:
    def script(view: RunView) -> Turn:
        raise TransientError("the endpoint is busy")

    async with rig(tmp_path, script, agent(limits={"attempts": 2})) as r:
        await r.take(mail())
        await r.wait(seconds=6)
        assert r.run().state == "failed" and "gave up after 2 tries" in r.run().outcome


async def test_a_bug_in_a_brain_fails_its_run_and_no_other(tmp_path: Path) -> None:
    def script(view: RunView) -> Turn:
        if view.event.title == "Question 1":
            raise ZeroDivisionError
        return Turn(category="case", final="done")

    async with rig(tmp_path, script, agent()) as r:
        await r.take(mail(1), mail(2))
        assert r.run(1).state == "failed" and "ZeroDivisionError" in r.run(1).outcome
        assert r.run(2).state == "done"


async def test_a_system_that_is_away_is_tried_again(tmp_path: Path) -> None:
    connectors = stubborn(("before", TransientError("away")), ("before", TransientError("away")))
    async with rig(tmp_path, [TICKET], agent(), connectors=connectors) as r:
        await r.take(mail())
        assert r.count("desk_ticket") == 0 and r.run().state == "waiting"
        await r.wait(seconds=2)
        await r.wait(seconds=6)
        assert r.count("desk_ticket") == 1 and r.run().state == "done"


async def test_a_refusal_of_the_system_is_told_to_the_agent(tmp_path: Path) -> None:
    async with rig(
        tmp_path, [TICKET], agent(), connectors=stubborn(("before", PermanentError("queue is closed")))
    ) as r:
        await r.take(mail())
        assert r.states() == ["desk.create_ticket failed"] and r.run().state == "done"
        assert (r.actions()[0].result or {})["error"] == "queue is closed"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("error", [AmbiguousError("no answer"), TimeoutError(), OSError("reset")])
async def test_what_is_in_doubt_is_reconciled_and_never_doubled(tmp_path: Path, when: str, error: Exception) -> None:
    async with rig(tmp_path, [TICKET], agent(), connectors=stubborn((when, error))) as r:
        await r.take(mail())
        await r.wait(seconds=2)
        assert r.count("desk_ticket") == 1 and r.run().state == "done"
        assert len(r.audit("effect.unknown")) == 1


async def test_identical_calls_of_a_turn_are_one_action(tmp_path: Path) -> None:
    def script(view: RunView) -> Turn:
        if view.past:
            return Turn(category="case", final="done")
        return Turn(category="case", proposals=(TICKET, TICKET, TICKET))

    async with rig(tmp_path, script, agent()) as r:
        await r.take(mail())
        assert r.count("desk_ticket") == 1 and len(r.actions()) == 1


async def test_the_other_actions_of_a_turn_proceed_while_one_waits(tmp_path: Path) -> None:
    def script(view: RunView) -> Turn:
        if view.past:
            return Turn(category="case", final="done")
        return Turn(category="case", proposals=(TICKET, call("desk.reply", to=ANN, text="Hello.")))

    async with rig(tmp_path, script, agent()) as r:
        await r.take(mail())
        assert r.states() == ["desk.create_ticket done", "desk.reply waiting"] and r.run().state == "waiting"


async def test_cancelling_a_run(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("desk.reply", to=ANN, text="Hello.")], agent()) as r:
        await r.take(mail())
        await r.approve(r.waiting()[0].id)
        job = r.engine.writer.write
        await job(lambda tx: cancel_run(r.kernel, tx, 1, actor="person:test", reason=""), name="run.cancel")
        await r.wait(minutes=1)
        assert r.sent() == [] and r.run().state == "cancelled" and r.waiting() == []
        with pytest.raises(DecisionError, match="over"):
            await job(lambda tx: cancel_run(r.kernel, tx, 1, actor="person:test", reason=""), name="run.cancel")


async def test_a_second_engine_is_refused(tmp_path: Path) -> None:
    async with rig(tmp_path, [TICKET], agent()):
        again = workspaces.open_(tmp_path)
        try:
            with pytest.raises(WorkspaceBusyError, match="already working"):
                async with Engine(again, lambda engine: [], FakeBrain(lambda view: Turn(category=None))):
                    pass
        finally:
            again.close()


async def test_waiting_requests_survive_a_restart_and_an_answer_continues_the_run(tmp_path: Path) -> None:
    async with rig(tmp_path, [TICKET], agent(level=2)) as r:
        await r.take(mail())
        (card,) = r.waiting()
    async with rig(tmp_path, [TICKET]) as r:
        await r.approve(card.id, digest=card.digest)
        await r.wait(seconds=11)
        assert r.count("desk_ticket") == 1 and r.run().state == "done"
