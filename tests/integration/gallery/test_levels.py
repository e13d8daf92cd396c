"""An upgrade changes no effective level: what every agent that comes with the program may do is written down and held.

`levels.json` has, by agent and tool, what the gate says and of which categories: the stage; the level that is set; the
level that holds once the category is live, for a step of the playbook and for a call that a model chose after a
stranger's text, with the rules that hold it down; and the guardrails that look at it. The arguments are harmless ones,
and the event is from a verified sender. Its part `tools` has the fingerprint of every tool: where one changes, every
agent in use is asked about that tool until its file is put in use again.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from opsconsole.app.place import resources
from opsconsole.connectors.mail.tools import mail_tools
from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Effect, Verdict
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.agents.file import all_steps, read_agent
from opsconsole.engine.agents.gallery import Chosen
from opsconsole.engine.gate.context import Wanted, gate_context, terms_of
from opsconsole.engine.registry import Registry
from opsconsole.policy import gate
from opsconsole.policy.context import GateContext
from opsconsole.policy.rules import looks_at
from tests.support import rig
from tests.support.gallery.stories import TEMPLATES, shadow_of
from tests.support.thinking import NOW, run_view

HELD = Path(__file__).with_name("levels.json")
ACCEPT = "OPSCONSOLE_ACCEPT_LEVELS"
HOW = (
    f"Where that is meant: `{ACCEPT}=1 python -m pytest tests/integration/gallery/test_levels.py` writes it down anew."
)
ANY_OTHER = "another.tool"
NO_CATEGORY = "(none)"
LEVELS = {Verdict.ACT: 3, Verdict.ASK: 2, Verdict.RECOMMEND: 1, Verdict.REFUSE: 0}
HARMLESS: Mapping[str, Any] = {
    **dict.fromkeys(("to", "email", "contact_email", "requester_email", "address", "assignee"), rig.ANN),
    "amount": 10.0,
    "currency": "EUR",
    "id": 1,
    "limit": 5,
    "is_on": True,
    "is_open": True,
}
"""Arguments by name; all others are a word."""
Cells = dict[tuple[str, str, str], str]
"""(agent, category, tool) → what may happen."""


class Tools(FakeConnector):
    """The tools of a mailbox called `support`, of the desk and of text messages."""

    def action_types(self) -> Sequence[ActionType]:
        return [*mail_tools("support", arrival_s=60), *rig.registry().types.values()]


REGISTRY = Registry([Tools(name="support")])


def agents() -> Iterator[tuple[str, AgentSpec]]:
    """Every agent that comes with the program, a template over each kind of connection that fits."""
    names = {"mail": "support", "desk": "desk"}
    for template in TEMPLATES:
        for kind in template.needs[0].kinds:
            spec = shadow_of(template.template, REGISTRY, Chosen(names[kind], kind))
            yield f"template {template.template} over {kind}", spec
    for place in ("sample/agents", "examples"):
        for path in sorted((resources() / place).glob("*.yaml")):
            if "\nplaybook:" in path.read_text(encoding="utf-8"):
                yield f"{place.partition('/')[0]} {path.stem}", read_agent(path, REGISTRY).spec


def cells_of(label: str, spec: AgentSpec) -> Cells:
    named = {step.do for step, _ in all_steps(spec) if step.do} | {*spec.autonomy.actions}
    named |= {tool for special in spec.autonomy.categories.values() for tool in special}
    tools = [tool for tool in sorted(named) if (kind := REGISTRY.type(tool)) and kind.effect is not Effect.READ]
    categories = [*(category.id for category in spec.playbook.categories), None]
    return {
        (label, category or NO_CATEGORY, tool): _what_may_happen(spec, tool, category)
        for tool in (*tools, ANY_OTHER)
        for category in categories
    }


def _what_may_happen(spec: AgentSpec, tool: str, category: str | None) -> str:
    by_step, by_model = (_context(spec, tool, category, is_step=is_step) for is_step in (True, False))
    guards = [f"{rail.name} ({rail.then})" for rail in spec.guardrails if looks_at(rail, by_step)]
    return "; ".join((
        spec.stage_of(category).value, f"set {int(spec.autonomy.level(tool, category))}", f"step {_held(by_step)}",
        f"model {_held(by_model)}", *([f"guarded by {', '.join(guards)}"] if guards else []),
    ))  # fmt: skip


def _context(spec: AgentSpec, tool: str, category: str | None, *, is_step: bool) -> GateContext:
    kind = REGISTRY.type(tool)
    known: Mapping[str, Any] = {} if kind is None else kind.schema().get("properties", {})
    args = {name: HARMLESS.get(name, "word") for name in known}
    wanted = Wanted(
        tool=tool, args=args, category=category, confidence=1.0, is_tainted=True, is_ratified_step=is_step,
        slots=dict.fromkeys(args, ()),
    )  # fmt: skip
    terms = terms_of(spec, wanted, None).as_if_live()
    return gate_context(wanted, terms, kind=kind, event=run_view("Could you help?").event, now=NOW)


def _held(context: GateContext) -> str:
    ruling = gate.rule(context)
    rules = ", ".join(reason.rule for reason in ruling.binding)
    return f"{LEVELS[ruling.verdict]}{f' by {rules}' if rules else ''}"


def present() -> dict[str, Any]:
    """What holds now, as it is written down."""
    found: dict[str, Any] = {}
    for label, spec in agents():
        by_tool: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for (_, category, tool), what in cells_of(label, spec).items():
            by_tool[tool][what].append(category)
        found[label] = {tool: {what: ", ".join(some) for what, some in by.items()} for tool, by in by_tool.items()}
    return {"agents": found, "tools": {tool: REGISTRY.fingerprint(tool) for tool in REGISTRY.names()}}


def differences(held: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Name every cell, and every tool, that is not as it was."""
    was, found = _cells(held), _cells(now)
    told = [
        f"{agent} · {category} · {tool}: was “{was.get(cell, 'not there')}”, is “{found.get(cell, 'not there')}”"
        for cell in sorted(was.keys() | found.keys())
        if was.get(cell) != found.get(cell)
        for agent, category, tool in [cell]
    ]
    tools, kinds = held["tools"], now["tools"]
    changed = sorted(tool for tool in tools.keys() | kinds.keys() if tools.get(tool) != kinds.get(tool))
    return told + [f"{tool}: its type changed; agents in use ask about it until put in use again" for tool in changed]


def _cells(written: Mapping[str, Any]) -> Cells:
    return {
        (agent, category, tool): what
        for agent, by_tool in written["agents"].items()
        for tool, by_what in by_tool.items()
        for what, categories in by_what.items()
        for category in categories.split(", ")
    }


def test_no_level_of_an_agent_that_comes_with_the_program_changes() -> None:
    now = present()
    if os.environ.get(ACCEPT):
        HELD.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        pytest.skip(f"{HELD.name} was written down anew: read what changed in it, and commit it")
    told = differences(json.loads(HELD.read_text(encoding="utf-8")), now)
    assert not told, "\n".join([*told, HOW])


def test_what_is_held_tells_levels_stages_and_rules_apart() -> None:
    cells = _cells(present())
    sample, tool = "sample customer-mail", "desk.reply"
    assert cells[sample, "how_to", tool].startswith("full; set 2; step 2 by autonomy")
    assert cells[sample, "cancellation", "desk.give_credit"].startswith("shadow; set 2")
    assert "model 2 by provenance_tool" in cells[sample, "how_to", "desk.acknowledge"]
    assert cells["template helpdesk over mail", "access", "support.draft"].endswith("guarded by pay-by-people (ask)")
    assert {category for agent, category, _ in cells if agent == "template stalled-deals over desk"} == {
        "deal_stalled", NO_CATEGORY,
    }  # fmt: skip


def test_a_difference_names_its_cell() -> None:
    now = present()
    held = json.loads(json.dumps(now))
    held["agents"]["template stalled-deals over desk"]["desk.add_note"] = {"full; set 1": "deal_stalled"}
    held["tools"]["desk.reply"] = "another"
    told = differences(held, now)
    assert told[0].startswith("template stalled-deals over desk · (none) · desk.add_note: was “not there”, is “shadow")
    assert told[1].startswith("template stalled-deals over desk · deal_stalled · desk.add_note: was “full; set 1”, is")
    assert told[2:] == ["desk.reply: its type changed; agents in use ask about it until put in use again"]
