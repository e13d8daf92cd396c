"""Asking the gate once more about what a run wanted, with something changed: what the gatekeeper gathered is seen."""

from dataclasses import replace
from typing import Any

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.event import Event
from opsconsole.engine.gate.gatekeeper import Judgement, WantedAction
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.engine.runstate.loaded import load, wanted_again
from opsconsole.policy.context import GateContext
from tests.support.rig import Rig, agent, call

BOB, EVE = "Bob@quay.example", "eve@quay.example"


async def judged(r: Rig, run: int = 1, *, event: Event | None = None, **changes: Any) -> Judgement:
    """Ask the gate once more about the last action of a run, changed."""
    loaded = load(r.kernel, r.engine.reader, run)
    wanted: WantedAction = replace(wanted_again(r.kernel, loaded, loaded.actions[-1], grant=None), **changes)
    return await r.engine.writer.write(
        lambda tx: r.kernel.gatekeeper.judge(
            tx,
            wanted,
            version=loaded.version,
            event=event or loaded.event,
            phase="decided",
            now=r.clock.now(),
        ),
        name="test.judge",
    )


async def seen(r: Rig, run: int = 1, **changes: Any) -> GateContext:
    """What the gate sees then."""
    return (await judged(r, run, **changes)).context


def as_told(view: RunView) -> Turn:
    """Do what the title of the mail says: `send <to>`, or `do`; each turn costs one and a half."""
    if view.past:
        return Turn(category="case", confidence=1.0, final="done")
    verb, _, to = view.event.title.partition(" ")
    args, slots = ({"to": to}, {"to": (to,)}) if to else ({}, {})
    wanted = call(f"out.{verb}", slots={"what": (), **slots}, what="x", **args)
    return Turn(category="case", confidence=1.0, proposals=(wanted,), cost_micros=1_500_000)


def free(name: str = "mira", **changes: Any) -> AgentSpec:
    """An agent that may send to whoever it likes, at once."""
    raised = [
        {"action": "out.send", "ceiling": ceiling, "reason": "for the test"}
        for ceiling in ("irreversible", "first_contact")
    ]
    facts: dict[str, Any] = {"raised": raised, "trust": {"domains": ["quay.example"]}, "approvals": {"veto_s": 0}}
    return agent(name, **(facts | changes))


def newer(level: int) -> AgentSpec:
    """Another version of the agent of the rig."""
    return agent(level=level, playbook={"purpose": "another", "categories": [{"id": "case", "name": "Case"}]})
