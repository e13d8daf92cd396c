"""Shadow never yields an effect, not even by a crafted decision."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.connectors.desk.tools import desk_tools
from opsconsole.domain.action import Proposal
from opsconsole.domain.enums import ActionState, ApprovalKind, Effect
from opsconsole.domain.errors import OpsError
from opsconsole.engine.commands import approvals
from opsconsole.engine.commands.approvals import Grant
from opsconsole.engine.commands.takeback import undo
from opsconsole.engine.ports.brain import ASK_PERSON, RunView, Turn
from opsconsole.store.writes import desk as write_desk
from opsconsole.store.writes import people
from opsconsole.store.writes import work as write_work
from tests.support.deskdump import desk_dump
from tests.support.rig import ANN, Rig, agent, call, mail, rig

SHADOW: dict[str, Any] = {"stage": {"default": "shadow"}}
ARGS: dict[str, dict[str, Any]] = {
    "create_ticket": {"title": "Look", "queue": "tech"},
    "update_ticket": {"id": 1, "status": "closed"},
    "create_task": {"title": "Call", "due": "+2"},
    "add_note": {"text": "Hello"},
    "create_contact": {"email": "new@harbour.example"},
    "update_contact": {"id": 1, "tags": "vip"},
    "create_deal": {"name": "Big"},
    "update_deal": {"id": 1, "stage": "won"},
    "move_mail": {"folder": "Elsewhere"},
    "tag_mail": {"tag": "seen"},
    "draft_reply": {"text": "Hello"},
    "reply": {"to": ANN, "text": "Hello"},
    "acknowledge": {"to": ANN, "text": "Hello"},
    "send_mail": {"to": "eve@evil.example", "subject": "Hello", "text": "Hello"},
    "forward": {"to": "eve@evil.example"},
    "give_credit": {"contact_email": ANN, "amount": 10},
}
WRITES = [tool.name.partition(".")[2] for tool in desk_tools() if tool.effect is not Effect.READ]


async def furnish(r: Rig) -> None:
    """One record of each kind that can be changed."""
    now = r.clock.now()

    def job(tx: Any) -> None:
        write_desk.create(tx, "contact", {"email": "old@harbour.example", "name": "Old"}, actor="test", now=now)
        write_desk.create(tx, "ticket", {"title": "Old", "status": "open"}, actor="test", now=now)
        write_desk.create(tx, "deal", {"name": "Old deal", "contact_email": ANN, "stage": "new"}, actor="test", now=now)

    await r.engine.writer.write(job, name="test.furnish")


def crafted() -> list[Proposal]:
    """Every write of the desk, as a step and as a model's own choice; and what no tool or schema knows."""
    calls = [call(f"desk.{name}", **ARGS[name]) for name in WRITES]
    calls += [
        call("desk.add_note", step=None, text="a model's own"),
        call("desk.reply", step=None, to=ANN, text="a model's own"),
    ]
    calls += [call(f"desk.{name}", step=None, nonsense="x", id="sim:1/0.0") for name in WRITES]
    calls += [
        call("desk.no_such_tool", x=1), call("bank.pay", to="eve", amount=1e9), call("", step=None),
        call("person.tell", text="hi"),
        call(ASK_PERSON, question="May I?", options=["yes"]), call(ASK_PERSON), call("desk.update_deal",
        id="sim:1/0.4", stage="won"),
        call("desk.create_deal", name="x" * 10_000), call("desk.add_note", text={"nested": ["not", "text"]}),
    ]  # fmt: skip
    return calls


def test_every_write_of_the_desk_is_tried() -> None:
    assert set(ARGS) == set(WRITES)


def one_turn_each(calls: list[Proposal]) -> Any:
    def script(view: RunView) -> Turn:
        if len(view.past) < len(calls):
            return Turn(category="case", confidence=1.0, proposals=(calls[len(view.past)],))
        return Turn(category="case", final="done")

    return script


def all_at_once(calls: list[Proposal]) -> Any:
    def script(view: RunView) -> Turn:
        return Turn(category="case", final="done") if view.past else Turn(category="case", proposals=tuple(calls))

    return script


@pytest.mark.parametrize("shape", [one_turn_each, all_at_once])
@pytest.mark.parametrize("changes", [SHADOW, {"scope": []}], ids=["shadow", "outside the scope"])
async def test_no_crafted_turn_has_an_effect(tmp_path: Path, shape: Any, changes: dict[str, Any]) -> None:
    raised = [
        {"action": f"desk.{name}", "ceiling": "irreversible", "reason": "as open as can be"}
        for name in ("reply", "acknowledge")
    ]
    spec = agent(level=3, raised=raised, limits={"turns": 200}, **changes)
    async with rig(tmp_path, shape(crafted()), spec) as r:
        await furnish(r)
        await r.engine.take("desk", mail())
        before = desk_dump(r)
        await r.settle()
        await r.wait(days=8)
        assert r.run().state == "done" and len(r.actions()) >= len(WRITES) * 2
        assert {action.state.value for action in r.actions() if action.is_write} <= {"simulated", "failed"}
        assert r.count("effect") == 0 and desk_dump(r) == before and r.waiting() == []


async def decide_everything(r: Rig, numbers: Iterator[int]) -> None:
    """Say every verb to every number; refusals are fine, effects are not."""
    for number in numbers:
        for verb, words in (
            (approvals.approve, {}), (approvals.approve, {"edited": {"text": "mine"}}), (approvals.approve,
            {"grant": Grant(timedelta(days=9), ())}),
            (approvals.respond, {"answer": "yes"}), (undo, {}), (approvals.ignore, {}), (approvals.reject,
            {"reason": "no"}),
        ):  # fmt: skip
            try:
                await r.say(verb, number, **words)
            except OpsError:
                continue


@pytest.mark.parametrize("kind", list(ApprovalKind))
@pytest.mark.parametrize("first", ["approve", "edit", "respond", "reject"])
async def test_no_crafted_decision_has_an_effect(tmp_path: Path, kind: ApprovalKind, first: str) -> None:
    """A request that should not be there, and a grant besides: the gate is asked again and says no."""
    calls = [call(f"desk.{name}", **ARGS[name]) for name in WRITES]
    async with rig(tmp_path, one_turn_each(calls), agent(limits={"turns": 200}, **SHADOW)) as r:
        await furnish(r)
        await r.engine.take("desk", mail())
        before = desk_dump(r)
        await r.settle()
        await decide_everything(r, iter(range(4)))

        def forge(tx: Any) -> list[int]:
            made: list[int] = []
            for action in r.actions():
                people.add_grant(
                    tx, agent="mira", tool=action.tool, fingerprint=r.kernel.registry.fingerprint(action.tool),
                    pinned={}, actor="eve",
                    expires_at=r.clock.now() + timedelta(days=9), uses=None, now=r.clock.now(),
                )  # fmt: skip
                made.append(
                    people.add_approval(
                        tx,
                        kind=kind,
                        action=action.id,
                        agent="mira",
                        digest=action.digest,
                        mark=99,
                        because="",
                        expires_at=None,
                        now=r.clock.now(),
                    )
                )
                write_work.set_action(tx, action.id, ActionState.WAITING, now=r.clock.now())
            return made

        forged = await r.engine.writer.write(forge, name="test.forge")
        r.is_forged = True
        verbs: dict[str, tuple[Any, dict[str, Any]]] = {
            "approve": (approvals.approve, {}), "edit": (approvals.approve, {"edited": {"text": "mine"}}),
            "respond": (approvals.respond, {"answer": "yes"}), "reject": (approvals.reject, {"reason": "no"}),
        }  # fmt: skip
        verb, words = verbs[first]
        for number in forged:
            with suppress(OpsError):
                await r.say(verb, number, **words)
        if kind is ApprovalKind.ACTION and first in ("approve", "edit"):
            assert any("in shadow" in result.why for result in r.results), "the gate was asked again"
        await decide_everything(r, iter(forged))
        await r.wait(days=8)
        assert r.count("effect") == 0 and desk_dump(r) == before


async def test_a_request_from_before_a_demotion_is_void(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("desk.reply", to=ANN, text="Hello")], agent()) as r:
        await r.take(mail())
        (card,) = r.waiting()
        await r.hire(agent(**SHADOW))
        result = await r.approve(card.id, digest=card.digest)
        assert not result.is_done and "in shadow" in result.why
        await r.wait(minutes=1)
        assert r.count("effect") == 0 and r.sent() == [] and r.states() == ["desk.reply refused"]


async def test_a_reply_only_recorded_is_seen_by_the_runs_later_look_ups(tmp_path: Path) -> None:
    calls = [call("desk.reply", to=ANN, text="Hello."), call("desk.thread")]
    async with rig(tmp_path, calls, agent(**SHADOW)) as r:
        await r.take(mail())
        thread = r.actions()[-1].result
        assert thread is not None and thread["has_our_reply"] is True and thread["count"] == 2
        assert thread["mails"][-1]["text"] == "Hello."
        assert r.sent() == []
