"""One event, a chain over mailbox, contact, deal and task; the same chain whole in shadow, with nothing written."""

from pathlib import Path
from typing import Any

import pytest

from opsconsole.brains.playbook import PlaybookBrain
from opsconsole.domain.agent import AgentSpec
from opsconsole.engine.agents.file import read_agent
from opsconsole.store.writes import desk as write_desk
from tests.support.deskdump import desk_dump
from tests.support.rig import ANN, mail, registry, rig

CHAIN = """\
agent: chain
name: Chain
subscribes: [{kinds: [mail.received]}]
stage: {default: STAGE}
autonomy: {default: 3}
approvals: {veto_s: 0}
playbook:
  purpose: Keeps contact, deal and task in step with the mailbox.
  triage: kind
  categories:
    - id: mail_received
      name: A mail
      steps:
        - {look_up: desk.find_contact, with: {email: "{{ event.sender }}"}, as: contact}
        - {look_up: desk.thread, as: thread}
        - {do: desk.create_contact, with: {email: "{{ event.sender }}", name: "{{ event.sender_name }}"}, as: made}
        - {do: desk.update_contact, when: "!made.ok", with: {id: "{{ contact.id }}", tags: known}}
        - {do: desk.update_contact, when: made.ok, with: {id: "{{ made.id }}", title: new}}
        - {look_up: desk.find_contact, with: {email: "{{ event.sender }}"}, as: again}
        - do: desk.create_deal
          when: made.ok
          with: {name: "Deal of {{ again.name }}", contact_email: "{{ again.email }}"}
          as: deal
        - {look_up: desk.find_deals, with: {email: "{{ event.sender }}"}, as: deals}
        - {do: desk.update_deal, when: deals.count > 0, with: {id: "{{ deals.id }}", stage: qualified}}
        - {look_up: desk.get_deal, when: deals.count > 0, with: {id: "{{ deals.id }}"}, as: now}
        - do: desk.create_task
          when: deals.count > 0 && now.stage == "qualified"
          with: {title: "Call {{ again.name }}", about: "deal:{{ deals.id }}"}
          as: task
        - {do: desk.tag_mail, when: task.ok, with: {tag: "tagged"}}
        - {do: desk.move_mail, with: {folder: "{{ 'Known' if not made.ok else 'New' }}"}}
        - do: desk.create_contact
          with: {email: "{{ event.sender }}"}
          on_fail:
            - {do: desk.add_note, with: {text: "Twice: {{ failure }}"}}
            - {stop: "the second try failed, as it should"}
        - {do: desk.add_note, with: {text: never reached}}
"""
STRANGER = ("desk.find_contact", "desk.thread", "desk.create_contact", "desk.update_contact", "desk.find_contact",
"desk.create_deal",
            "desk.find_deals", "desk.update_deal", "desk.get_deal", "desk.create_task", "desk.tag_mail",
            "desk.move_mail",
            "desk.create_contact", "desk.add_note")  # fmt: skip
KNOWN = tuple(tool for at, tool in enumerate(STRANGER) if at != 5)
NOBODY = (
    "desk.find_contact",
    "desk.thread",
    "desk.create_contact",
    "desk.update_contact",
    "desk.find_contact",
    "desk.find_deals",
)


def chain(folder: Path, stage: str) -> AgentSpec:
    """The agent as its file says it."""
    path = folder / "chain.yaml"
    path.write_text(CHAIN.replace("STAGE", stage), encoding="utf-8")
    return read_agent(path, registry()).spec


def offline() -> PlaybookBrain:
    return PlaybookBrain(lambda agent_, text, count: [], lambda agent_: [])


async def run_chain(folder: Path, stage: str, *, knows: bool) -> tuple[list[Any], dict[str, Any], dict[str, Any], int]:
    """The actions of the run, the desk before and after, and the number of effects."""
    folder.mkdir()  # noqa: ASYNC240 - a test may wait for its disk
    async with rig(folder / "workspace", offline(), chain(folder, stage)) as r:
        if knows:
            await r.engine.writer.write(
                lambda tx: (
                    write_desk.create(
                        tx, "contact", {"email": ANN, "name": "Ann Harbour"}, actor="test", now=r.clock.now()
                    ),
                    write_desk.create(
                        tx,
                        "deal",
                        {"name": "Old", "contact_email": ANN, "stage": "new"},
                        actor="test",
                        now=r.clock.now(),
                    ),
                ),
                name="test.furnish",
            )
        await r.engine.take("desk", mail())
        before = desk_dump(r)
        await r.settle()
        run = r.run()
        assert (run.state.value, run.category, run.outcome) == (
            "done",
            "mail_received",
            "the second try failed, as it should",
        )
        return r.actions(), before, desk_dump(r), r.count("effect")


def shape(actions: list[Any]) -> list[tuple[Any, ...]]:
    """What a run did, with stand-ins where numbers would be."""

    def plain(value: Any) -> Any:
        return (
            "ID"
            if isinstance(value, int) or str(value).startswith("sim:")
            else str(value).partition(":")[0]
            if ":" in str(value)
            else value
        )

    return [
        (
            action.tool,
            action.category,
            action.result is not None and action.result["ok"] is True,
            tuple((name, plain(value)) for name, value in sorted(action.args.items())),
        )
        for action in actions
    ]


@pytest.mark.parametrize(("knows", "tools"), [(False, STRANGER), (True, KNOWN)], ids=["stranger", "known"])
async def test_a_chain_runs_in_shadow_as_it_runs_live(tmp_path: Path, knows: bool, tools: tuple[str, ...]) -> None:
    live, _, changed, effects = await run_chain(tmp_path / "live", "full", knows=knows)
    shadow, before, after, none = await run_chain(tmp_path / "shadow", "shadow", knows=knows)
    assert tuple(action.tool for action in live) == tools, "what a step returned and what failed steered the later ones"
    assert shape(shadow) == shape(live)
    assert effects > 0 and none == 0 and after == before != changed
    assert {action.state.value for action in shadow if action.is_write} <= {"simulated", "failed"} and {
        action.state.value for action in live
    } <= {"done", "failed"}


async def test_stand_ins_are_used_where_numbers_would_be(tmp_path: Path) -> None:
    live, _, changed, _ = await run_chain(tmp_path / "live", "full", knows=False)
    shadow, _, _, _ = await run_chain(tmp_path / "shadow", "shadow", knows=False)
    deal = next(action for action in shadow if action.tool == "desk.create_deal").id
    contact = next(action for action in shadow if action.tool == "desk.create_contact").id
    by_tool = {action.tool: dict(action.args) for action in shadow}
    assert by_tool["desk.update_contact"]["id"] == f"sim:{contact}"
    assert by_tool["desk.update_deal"]["id"] == by_tool["desk.get_deal"]["id"] == f"sim:{deal}"
    assert by_tool["desk.create_task"]["about"] == f"deal:sim:{deal}"
    assert {action.tool: dict(action.args) for action in live}["desk.update_deal"]["id"] == 1
    assert len(changed["desk_contact"]) == len(changed["desk_deal"]) == len(changed["desk_task"]) == 1
