"""What people change on the desk is their act; what agents, imports and undoing change is not."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opsconsole.connectors.desk import connector as desks
from opsconsole.connectors.desk.connector import DeskConnector
from opsconsole.connectors.desk.mailbox import keep_record
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.commands.takeback import undo
from opsconsole.engine.pairs import pairing
from opsconsole.engine.ports.connector import Observer
from opsconsole.store.queries import pairs as read
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import desk
from tests.support.rig import ANN, Rig, agent, call, mail, rig
from tests.support.running import by_hand, make, running, until

THREAD = "thread:<m1@harbour.example>"
SHADOW: dict[str, Any] = {"stage": {"default": "shadow"}, "subscribes": [{"kinds": ["ticket.*"]}]}
MOVE = call("desk.move_mail", folder="Billing")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks, "OBSERVE_EVERY_S", 0.01)


@asynccontextmanager
async def seeing(r: Rig) -> AsyncGenerator[None]:
    """Run the engine beside; at the end all that people did has been told."""
    connector = r.kernel.registry.connectors["desk"]
    assert isinstance(connector, Observer)
    async with running(r):
        yield
        await until(lambda: connector.seen_until("") is not None, "all was told")


async def write(r: Rig, job: Callable[[Transaction], Any]) -> Any:
    return await r.engine.writer.write(job, name="test.desk")


async def test_changes_of_people_are_acts_with_only_what_changed(tmp_path: Path) -> None:
    async with rig(tmp_path, []) as r:
        now = r.clock.now()

        def furnish(tx: Transaction) -> None:
            desk.create(tx, "ticket", {"title": "T", "status": "open"}, actor="import", now=now)
            desk.create(tx, "deal", {"name": "D", "stage": "new", "amount": 1.0}, actor="agent:mira", now=now)
            keep_record(tx, "contact", "c1", {"name": "Ann", "email": ANN}, now=now)

        await write(r, furnish)
        async with seeing(r):
            await by_hand(r, "ticket", 1, queue="billing", assignee="lena")
            await by_hand(r, "deal", 1, stage="won", amount=12.5, last_activity_at=5)
            await by_hand(r, "contact", 1, tags="vip", notes="a note")
            await make(r, "task", title="Call", about=THREAD)
            await write(r, lambda tx: keep_record(tx, "contact", "c1", {"name": "Anna"}, now=now))
            await write(r, lambda tx: desk.update(tx, "ticket", 1, {"status": "solved"}, actor="agent:mira", now=now))
        acts = {act.tool: act for act in heard(r)}
        assert {tool: dict(act.args) for tool, act in acts.items()} == {
            "desk.update_ticket": {"id": 1, "queue": "billing", "assignee": "lena"},
            "desk.update_deal": {"id": 1, "stage": "won", "amount": 12.5},
            "desk.update_contact": {"id": 1, "tags": "vip"},
            "desk.create_task": {"title": "Call", "about": THREAD},
        }
        assert {act.actor for act in acts.values()} == {"person:test"}
        names = dict(r.engine.reader.execute("SELECT id, key FROM subject").fetchall())
        assert {tool: names[act.subject_id] for tool, act in acts.items()} == {
            "desk.update_ticket": "ticket:1", "desk.update_deal": "deal:1", "desk.update_contact": "contact:1",
            "desk.create_task": THREAD,
        }  # fmt: skip


def heard(r: Rig) -> list[read.ActRow]:
    """Every act of the ledger."""
    subjects = r.engine.reader.execute("SELECT DISTINCT subject_id FROM human_act").fetchall()
    span = {"after": r.clock.now().replace(year=2020), "until": r.clock.now().replace(year=2100)}
    found: list[read.ActRow] = []
    for (subject,) in subjects:
        found += read.acts(r.engine.reader, subject, event="<m1@harbour.example>", **span)
    return found


async def test_a_mail_that_people_moved_tagged_and_answered_is_paired(tmp_path: Path) -> None:
    async with rig(tmp_path, [MOVE], agent(stage={"default": "shadow"})) as r:
        await r.take(mail())
        async with seeing(r):
            await by_hand(r, "mail", 1, folder="billing", tags="urgent")
            await make(
                r,
                "mail",
                thread=THREAD,
                direction="out",
                folder="Sent",
                recipients=ANN,
                text="Done.",
                in_reply_to="<m1@harbour.example>",
            )
        await r.wait(minutes=16)
        (pair,) = read.pairs(r.engine.reader)
        body = read.body(r.engine.reader, pair.id)
        assert sorted((act["tool"], act["args"]) for act in body["human"]) == [
            ("desk.move_mail", {"folder": "billing"}),
            ("desk.reply", {"to": ANN, "text": "Done."}),
            ("desk.tag_mail", {"tag": "urgent"}),
        ]
        assert pair.excluded == "" and pair.agreement.value == "missing"


@pytest.mark.parametrize(
    ("steps", "verdict"),
    [
        ([{"queue": "billing", "assignee": "lena"}], "same"),
        ([{"queue": "tech"}, {"queue": "billing"}, {"assignee": "lena"}], "same"),
        ([{"queue": "billing"}], "differs"),
        ([{"queue": "billing", "assignee": "lena", "status": "closed"}], "differs"),
    ],
    ids=["at-once", "in-steps", "left-unassigned", "closed-as-well"],
)
async def test_a_ticket_sorted_in_steps_is_one_act_and_what_people_left_alone_is_known(
    tmp_path: Path, steps: list[dict[str, str]], verdict: str
) -> None:
    sorting = [call("desk.update_ticket", id=1, queue="billing"), call("desk.update_ticket", id=1, assignee="lena")]
    async with rig(tmp_path, sorting, agent(**SHADOW)) as r:
        now = r.clock.now()
        await write(r, lambda tx: desk.create(tx, "ticket", {"title": "T", "status": "open"}, actor="import", now=now))
        await r.take(replace(mail(), kind="ticket.created", subject="ticket:1", external_id="ticket:1:created"))
        async with seeing(r):
            for step in steps:
                await r.wait(seconds=1)
                await by_hand(r, "ticket", 1, **step)
        await r.wait(minutes=16)
        (pair,) = read.pairs(r.engine.reader)
        body = read.body(r.engine.reader, pair.id)
        assert (pair.agreement.value, len(body["agent"]), len(body["human"])) == (verdict, 1, 1)
        assert body["human"][0]["args"] == {"id": 1, **{name: value for step in steps for name, value in step.items()}}


async def test_what_agents_do_and_what_takes_it_back_is_nobodys_act(tmp_path: Path) -> None:
    async with rig(tmp_path, [MOVE, call("desk.create_ticket", title="T", queue="q")], agent(level=2)) as r:
        await r.take(mail())
        for _ in range(2):
            for card in r.waiting():
                await r.approve(card.id)
            await r.wait(seconds=11)
        assert r.states() == ["desk.move_mail done", "desk.create_ticket done"]
        for number in (1, 2):
            assert (await r.say(undo, number)).is_done
        await r.settle()
        actors = {row[0] for row in r.engine.reader.execute("SELECT actor FROM desk_history")}
        assert actors == {"import", "agent:mira", "person"}, "it was done and taken back"
        async with seeing(r):
            pass
        assert heard(r) == [] and r.count("human_act") == 0


async def test_nothing_done_on_the_desk_decides_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path, [MOVE], agent(stage={"default": "shadow"})) as r:
        await r.take(mail())
        assert not r.kernel.registry.connectors["desk"].sees_inaction("")  # type: ignore[attr-defined]
        await r.wait(days=5)
        (pair,) = read.pairs(r.engine.reader)
        assert pair.excluded == pairing.NOT_SEEN


async def test_told_again_after_a_restart_it_is_one_act(tmp_path: Path) -> None:
    async with rig(tmp_path, [MOVE], agent(stage={"default": "shadow"})) as r:
        await r.take(mail())
        async with seeing(r):
            await by_hand(r, "mail", 1, folder="Sales")
    async with rig(tmp_path, []) as again:
        again.clock.move(minutes=1)  # what is changed in one instant is one act
        async with seeing(again):
            await by_hand(again, "mail", 1, folder="Billing")
        assert [act.args for act in heard(again)] == [{"folder": "Sales"}, {"folder": "Billing"}]


class Away(DeskConnector):
    """A mailbox whose people are seen, but that was not looked at yet."""

    until: Any = None

    def sees_inaction(self, subject: str) -> bool:
        return True

    async def observe(self, notice: Any) -> None: ...

    def seen_until(self, subject: str) -> Any:
        return self.until


async def test_a_pair_waits_until_what_was_done_in_its_time_is_told(tmp_path: Path) -> None:
    made: list[Away] = []

    def away(engine: Any) -> Any:
        made.append(Away(engine.reader, engine.writer, engine.clock, stalled_after_days=None))
        return list(made)

    async with rig(tmp_path, [MOVE], agent(stage={"default": "shadow"}), connectors=away) as r:
        await r.take(mail(1), mail(2))
        await r.wait(days=6)
        assert read.pairs(r.engine.reader) == [], "nobody looked: that nothing was done is not known"
        late = HumanAct(
            external_id="a1", subject=THREAD, tool="desk.move_mail", args={"folder": "Billing"}, actor="somebody",
            at=mail().occurred_at, about="<m1@harbour.example>",
        )  # fmt: skip
        await r.engine.observe("desk", late)
        made[0].until = r.clock.now()
        await r.wait(minutes=2)
        verdicts = {pair.run_id: (pair.agreement.value, pair.excluded) for pair in read.pairs(r.engine.reader)}
        assert verdicts == {1: ("same", ""), 2: ("extra", "")}


async def test_an_earlier_act_told_later_brings_nothing_forward(tmp_path: Path) -> None:
    async with rig(tmp_path, [MOVE], agent(stage={"default": "shadow"})) as r:
        await r.take(mail())
        moved, first = r.clock.now(), mail().occurred_at

        def act(name: str, tool: str, at: Any, **args: Any) -> HumanAct:
            return HumanAct(external_id=name, subject=THREAD, tool=tool, args=args, actor="person:lena", at=at)

        await r.wait(minutes=10)
        await r.engine.observe("desk", act("b", "desk.reply", r.clock.now(), to=ANN))
        await r.wait(minutes=6)
        await r.engine.observe("desk", act("a", "desk.move_mail", max(moved, first), folder="Billing"))
        await r.settle()
        assert read.pairs(r.engine.reader) == [], "they answered six minutes ago and may not be done"
        await r.wait(minutes=10)
        (pair,) = read.pairs(r.engine.reader)
        assert len(read.body(r.engine.reader, pair.id)["human"]) == 2
