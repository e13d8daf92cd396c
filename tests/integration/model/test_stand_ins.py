"""Who thinks when a model does not, and what thinking may cost."""

from dataclasses import replace
from pathlib import Path

from opsconsole.doubles.modelendpoint import call, ends, fails, says
from tests.support.rig import ANN, mail
from tests.support.thinking import in_order, thinker, thinking

TICKET = call("create_ticket", {"title": "Look"})
DONE = ends("case")


async def test_another_model_stands_in(tmp_path: Path) -> None:
    spec = thinker(models=["main", "second"])
    other = in_order(says(None, TICKET), DONE)
    async with thinking(tmp_path, in_order(fails(500)), spec, others={"second": other}) as (r, servers):
        await r.take(mail())
        assert r.states() == ["desk.create_ticket done"] and r.run().state == "done"
        assert [character["model"] for character in r.audit("turn")] == ["second:fake"] * 2
        assert len(servers["main"].requests) == 2


async def test_the_offline_brain_stands_in_where_nothing_was_done(tmp_path: Path) -> None:
    steps = [{"do": "desk.create_ticket", "with": {"title": "{{ event.title }}"}}]
    book = {
        "purpose": "a test",
        "rules": [{"when": "true", "category": "case"}],
        "categories": [{"id": "case", "name": "Case", "steps": steps}],
    }
    spec = thinker(fallback="playbook", playbook=book, limits={"attempts": 1})
    script = in_order(says(None, call("find_contact", {"email": ANN})), fails(500))
    async with thinking(tmp_path, script, spec) as (r, _):
        await r.take(mail())
        assert r.states() == ["desk.find_contact done", "desk.create_ticket done"] and r.run().state == "done"
        assert [character.get("model", "") for character in r.audit("turn")] == ["main:fake", "", ""]
        ruled = r.audit("action.ruled")[-1]
        assert ruled["step"] == "case#0"


async def test_after_a_write_a_person_is_asked_not_the_offline_brain(tmp_path: Path) -> None:
    spec = thinker(fallback="playbook", limits={"attempts": 1})
    async with thinking(tmp_path, in_order(says(None, TICKET), fails(500)), spec) as (r, _):
        await r.take(mail())
        assert r.states() == ["desk.create_ticket done", "person.ask waiting"] and r.count("desk_ticket") == 1


async def test_no_model_connected_is_a_clear_state(tmp_path: Path) -> None:
    async with thinking(tmp_path, in_order(DONE), thinker(models=["missing"])) as (r, _):
        await r.take(mail())
        assert "no model is connected as missing" in r.actions()[0].args["question"]


async def test_a_daily_cap_holds_though_many_think_at_once(tmp_path: Path) -> None:
    prices = {"written": 10_000.0}  # 0.2 a turn
    spec = thinker(budgets={"cost_per_day": 1.0})
    async with thinking(tmp_path, in_order(DONE), spec, prices=prices) as (r, servers):
        await r.take(mail(0))
        await r.take(*[mail(number) for number in range(1, 21)])
        spent = r.engine.reader.execute("SELECT sum(cost_micros) FROM run").fetchone()[0]
        assert 800_000 <= spent <= 1_000_000 and len(servers["main"].requests) == spent // 200_000
        assert (
            len(r.waiting()) == 21 - spent // 200_000
            and "parked at cap: money a day" in r.actions(21)[0].args["question"]
        )


async def test_a_daily_cap_holds_from_the_very_first_turns(tmp_path: Path) -> None:
    """Nobody knows yet what a turn costs: so many at once must not find out together."""
    slow = replace(DONE, delay_s=0.05)
    spec = thinker(budgets={"cost_per_day": 1.0})
    async with thinking(tmp_path, in_order(slow), spec, prices={"written": 10_000.0}) as (r, servers):
        await r.take(*[mail(number) for number in range(21)])
        spent = r.engine.reader.execute("SELECT sum(cost_micros) FROM run").fetchone()[0]
        assert 800_000 <= spent <= 1_000_000 and len(servers["main"].requests) == spent // 200_000


async def test_waiting_for_ones_turn_with_a_slow_model_is_not_the_runs_own_time(tmp_path: Path) -> None:
    slow = replace(DONE, delay_s=0.8)
    spec = thinker(limits={"seconds": 4.0})
    async with thinking(tmp_path, in_order(slow), spec, at_once=1) as (r, _):
        await r.take(*[mail(number) for number in range(8)])
        assert [r.run(number).state for number in range(1, 9)] == ["done"] * 8


async def test_a_runs_own_cap_ends_it(tmp_path: Path) -> None:
    spec = thinker(limits={"cost": 0.5})
    script = in_order(says(None, call("find_contact", {"email": ANN})))
    async with thinking(tmp_path, script, spec, prices={"written": 10_000.0}) as (r, servers):
        await r.take(mail())
        assert "cost limit" in r.run().outcome and len(servers["main"].requests) == 3


async def test_a_model_ratifies_nothing_and_claims_no_step(tmp_path: Path) -> None:
    made = call("acknowledge", {"to": ANN, "text": "We got it."})
    raised = [{"action": "desk.acknowledge", "ceiling": "irreversible", "reason": "acknowledgements"}]
    async with thinking(tmp_path, in_order(says(None, made), DONE), thinker(raised=raised)) as (r, _):
        await r.take(mail())
        assert r.sent() == [] and "not by a step of the agent's playbook" in r.waiting()[0].because
