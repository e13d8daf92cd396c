"""What a model leaves open waits for the lead: no event ends as done because a model said so."""

import json
from pathlib import Path

import pytest

from opsconsole.doubles.modelendpoint import Reply, call, ends, says
from opsconsole.engine.commands import approvals
from opsconsole.engine.runstate.loaded import load
from opsconsole.store.queries.views import outcomes
from tests.support.rig import Rig, mail
from tests.support.thinking import DISPUTING, dispute, in_order, thinker, thinking

TWO = {"purpose": "a test", "categories": [{"id": "case", "name": "Case"}, {"id": "other", "name": "Other"}]}
TICKET = call("create_ticket", {"title": "Look into it", "queue": "support"}, identity="call_2")
TRIAGE = call("triage", {"category": "case", "confidence": 0.9})


def asked(r: Rig) -> str:
    """Return the one question that waits."""
    (action,) = [action for action in r.actions() if action.state == "waiting"]
    assert action.tool == "person.ask" and r.run().state == "waiting"
    return f"{action.args['question']}"


ODD = [
    "not yet",
    "partially",
    "No, a person must look",
    "n",
    "False.",
    "0.0",
    [],
    [True],
    {},
    {"a": 1},
    0.0,
    1.0,
    2,
    -1,
]


@pytest.mark.parametrize("handled", [False, "false", "False", "no", 0, None, "null", "", *ODD])
async def test_an_event_that_a_model_leaves_to_people_is_a_question(tmp_path: Path, handled: object) -> None:
    async with thinking(tmp_path, in_order(ends("case", outcome="somebody must call", handled=handled))) as (r, _):
        await r.take(mail())
        assert "leaves this to you: somebody must call" in asked(r)
        await r.say(approvals.respond, r.waiting()[0].id, answer="leave it to me")
        await r.settle()
        assert r.run().state == "done" and r.audit("run.finished")[0]["handled"] is False


@pytest.mark.parametrize("handled", [True, "true", " True ", "yes", "Yes", 1, "1"])
async def test_an_event_that_a_model_calls_handled_is_done(tmp_path: Path, handled: object) -> None:
    async with thinking(tmp_path, in_order(ends("case", handled=handled))) as (r, _):
        await r.take(mail())
        assert r.run().state == "done" and r.audit("run.finished")[0]["handled"] is True


async def test_a_model_that_knows_no_handled_says_by_a_deed_or_an_outcome_that_it_is(tmp_path: Path) -> None:
    short = says('{"category": "case", "rationale": "it is about a case"}')
    async with thinking(tmp_path, in_order(says(None, TICKET), short), thinker()) as (r, _):
        await r.take(mail())
        assert r.run().state == "done" and r.audit("run.finished")[0]["handled"] is True
    async with thinking(tmp_path / "told", in_order(says(None, TICKET), ends("case")), thinker()) as (r, _):
        await r.take(mail())
        assert r.run().state == "done" and r.audit("run.finished")[0]["handled"] is True


async def test_what_a_person_says_goes_back_to_the_model(tmp_path: Path) -> None:
    script = in_order(ends("case", handled=False, outcome="no idea"), says(None, TICKET), ends("case"))
    async with thinking(tmp_path, script) as (r, servers):
        await r.take(mail())
        await r.say(approvals.respond, r.waiting()[0].id, answer="try again")
        await r.settle()
        assert r.states() == ["person.ask done", "desk.create_ticket done"] and r.run().state == "done"
        assert servers["main"].requests[1]["messages"][-1]["content"].endswith("try again")


async def test_nothing_more_to_do_is_handled_because_a_person_said_so(tmp_path: Path) -> None:
    async with thinking(tmp_path, in_order(ends("case", handled=False))) as (r, _):
        await r.take(mail())
        await r.say(approvals.respond, r.waiting()[0].id, answer="nothing more is to be done")
        await r.settle()
        assert r.audit("run.finished")[0]["handled"] is True
        now = r.clock.now()
        counted = outcomes.outcomes_of(r.engine.reader, "mira", since=now.replace(hour=0), now=now, waiting=0)
        assert (counted.with_you, counted.alone) == (1, 0)


@pytest.mark.parametrize("category", [None, "none", "unknown", ""])
async def test_a_kind_that_a_model_cannot_tell_is_asked_learnt_and_kept(tmp_path: Path, category: str | None) -> None:
    contrary = call("triage", {"category": "case", "confidence": 0.99})
    script = in_order(ends(category, outcome="no idea"), says(None, contrary), says(None, TICKET), ends("other"))
    async with thinking(tmp_path, script, thinker(playbook=TWO)) as (r, servers):
        await r.take(mail())
        assert asked(r) == "What kind of event is this?"
        assert load(r.kernel, r.engine.reader, r.run().id).turns[-1].is_abstained
        await r.say(approvals.respond, r.waiting()[0].id, answer="other")
        await r.settle()
        assert r.run().category == "other" and r.run().state == "done" and r.count("cases") == 1
        assert "The lead said that it is other" in json.dumps(servers["main"].requests[2]["messages"])
        assert r.states()[-1] == "desk.create_ticket done"


async def test_a_kind_that_a_person_named_is_disputed_by_nobody(tmp_path: Path) -> None:
    async with thinking(tmp_path, in_order(ends(None), says(None, TICKET), ends("other")), DISPUTING) as (r, _):
        await dispute(r)
        await r.say(approvals.respond, r.waiting()[0].id, answer="other")
        await r.settle()
        assert r.audit("action.ruled")[-1]["verdict"] == "ACT" and r.states()[-1] == "desk.create_ticket done"


async def test_an_end_below_the_threshold_asks_where_nobody_saw_the_run(tmp_path: Path) -> None:
    unsure = {**TWO, "threshold": 0.6}
    async with thinking(tmp_path, in_order(ends("case", confidence=0.59)), thinker(playbook=unsure)) as (r, _):
        await r.take(mail())
        assert "only 59% sure" in asked(r)
    async with thinking(tmp_path / "sure", in_order(ends("case", confidence=0.6)), thinker(playbook=unsure)) as (r, _):
        await r.take(mail())
        assert r.run().state == "done"


async def test_who_decided_on_an_unsure_run_is_not_asked_at_its_end_again(tmp_path: Path) -> None:
    low = call("triage", {"category": "case", "confidence": 0.3})
    script = in_order(says(None, low, TICKET), ends("case", confidence=0.3))
    async with thinking(tmp_path, script, thinker(playbook=TWO)) as (r, _):
        await r.take(mail())
        await r.say(approvals.approve, r.waiting()[0].id)
        await r.settle()
        assert r.run().state == "done" and r.states() == ["desk.create_ticket done"]


async def test_in_shadow_nothing_is_asked(tmp_path: Path) -> None:
    spec = thinker(stage={"default": "shadow"})
    async with thinking(tmp_path, in_order(ends("case", handled=False)), spec) as (r, _):
        await r.take(mail())
        assert r.run().state == "done" and not r.waiting() and r.audit("run.finished")[0]["handled"] is False


LEAK = '<tool_call>\n{"name": "triage", "arguments": {"category": "case", "confidence": 0.9}}\n</tool_call>'


async def test_a_tool_call_in_the_text_is_a_call_and_not_the_end(tmp_path: Path) -> None:
    async with thinking(tmp_path, in_order(says(LEAK), says(None, TICKET), ends("case")), thinker(playbook=TWO)) as (
        r,
        _,
    ):
        await r.take(mail())
        assert r.states() == ["desk.create_ticket done"] and r.run().state == "done"


async def test_arguments_of_the_triage_alone_are_no_end(tmp_path: Path) -> None:
    bare = says('{"category": "case", "confidence": 0.95, "rationale": "an error"}')
    async with thinking(tmp_path, in_order(bare, says(None, TICKET), ends("case")), thinker(playbook=TWO)) as (r, _):
        await r.take(mail())
        assert r.states() == ["desk.create_ticket done"]


@pytest.mark.parametrize(
    "cut",
    [
        says(None, TRIAGE, TICKET, finish="length"),
        says('{"category": "case", "outcome": "done", "handled": true}', finish="length"),
        says("", finish="length"),
    ],
    ids=["calls", "answer", "nothing"],
)
async def test_an_answer_that_was_cut_off_does_nothing(tmp_path: Path, cut: Reply) -> None:
    async with thinking(tmp_path, in_order(cut, says(None, TRIAGE, TICKET), ends("case"))) as (r, servers):
        await r.take(mail())
        assert r.states() == ["desk.create_ticket done"] and r.run().turns == 3
        assert "was cut off" in servers["main"].requests[1]["messages"][-1]["content"]
