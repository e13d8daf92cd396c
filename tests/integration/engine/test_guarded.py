"""What guardrails would have stopped is what they say of the actions that were wanted."""

from datetime import timedelta
from pathlib import Path

from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.past.guarded import guarded
from tests.support.rig import agent, call, mail, rig
from tests.support.running import beside

RAILS = [
    {"name": "no-y", "when": "args.what == 'y'", "then": "refuse", "because": "never y"},
    {"name": "ask-x", "when": "args.what == 'x'", "then": "ask", "because": "x is looked at", "actions": ["out.*"]},
    {"name": "odd", "when": "args.nothing == 'x'", "then": "ask", "because": "nobody has it"},
    {"name": "other", "when": "true", "then": "ask", "because": "of another tool", "actions": ["desk.*"]},
]


async def test_each_rule_is_tried_on_what_was_wanted(tmp_path: Path) -> None:
    calls = [call("out.do", what="x"), call("out.do", what="y")]
    async with rig(tmp_path, calls, agent(), connectors=beside(FakeConnector())) as r:
        await r.take(mail(title="Please do"))
        spec = agent(guardrails=RAILS)
        found = {each.rail.name: each for each in guarded(r.kernel, spec, since=r.clock.now() - timedelta(days=1))}
        counts = {name: (each.looked_at, each.stopped, each.undecided) for name, each in found.items()}
        assert counts == {"no-y": (2, 1, 0), "ask-x": (2, 1, 0), "odd": (2, 0, 2), "other": (0, 0, 0)}
        assert found["no-y"].sentence() == "Would have refused 1 of 2 in the last month."
        assert "2 could not be decided" in found["odd"].sentence() and "nothing to look at" in found["other"].sentence()
        (stopped,) = found["no-y"].named
        assert (stopped.event, stopped.title, stopped.tool) == (1, "Please do", "out.do")
        assert guarded(r.kernel, spec, since=r.clock.now() + timedelta(days=1))[0].looked_at == 0
