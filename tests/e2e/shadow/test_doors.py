"""Shadow cannot act, by whichever door: the command line, crafted rows, the past, a change of stage, a wish."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from opsconsole.app.session import opened
from opsconsole.connectors.desk.connector import DeskConnector
from opsconsole.domain.action import Call, Result
from opsconsole.domain.enums import ActionState, Adjudication
from opsconsole.domain.errors import DecisionError, NotFoundError, OpsError, TransientError
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.commands import approvals, recommendations, takeback
from opsconsole.engine.engine import Engine
from opsconsole.engine.pairs import judging
from opsconsole.engine.past import history
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.engine.ports.connector import Connector
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries import runs
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import work as write_work
from tests.e2e.shadow.test_shadow import ARGS, SHADOW, WRITES, furnish, one_turn_each
from tests.support.deskdump import desk_dump
from tests.support.rig import ANN, Rig, agent, call, mail, rig
from tests.support.shell import AGENT, Run, write_mail

NOTE = call("desk.add_note", text="Hello")
REPLY = call("desk.reply", to=ANN, text="Hello")
EVERYTHING = [call(f"desk.{name}", **ARGS[name]) for name in WRITES]


class Untouchable(DeskConnector):
    """A desk that must never be told to do or undo anything."""

    touched: list[str]

    async def execute(self, call: Call) -> Result:
        self.touched.append(call.tool)
        raise AssertionError(f"{call.tool} was executed")

    async def undo(self, call: Call, result: Any) -> Result:
        self.touched.append(call.tool)
        raise AssertionError(f"{call.tool} was undone")


def untouchable(touched: list[str]) -> Callable[[Engine], list[Connector]]:
    def made(engine: Engine) -> list[Connector]:
        desk = Untouchable(engine.reader, engine.writer, engine.clock, stalled_after_days=None)
        desk.touched = touched
        return [desk]

    return made


async def tell(r: Rig, job: Callable[[Transaction], Any]) -> Any:
    return await r.engine.writer.write(job, name="test.door")


async def is_simulated(r: Rig, before: Any) -> None:
    """Nothing was made, and nothing comes of it later either."""
    await r.settle()
    await r.wait(minutes=5)
    await r.wait(days=8)
    assert r.count("effect") == 0 and r.sent() == [] and desk_dump(r) == before
    assert r.waiting() == []


def test_no_command_makes_an_effect(run: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mira.yaml").write_text(AGENT.replace("default: full", "default: shadow"))
    assert run("init").code == 0 and run("agents", "apply", tmp_path / "mira.yaml").code == 0
    assert "1 new" in run("import", "--work", write_mail(tmp_path)).out
    assert run("engine", "--once").code == 0
    assert run("shadow", "act", 1, "desk.reply", "to=ann@harbour.example", "text=Hi").code == 0
    assert run("shadow", "run", "mira").code == 0
    assert run("engine", "--once").code == 0
    with opened(folder) as session:
        numbers = [pair.id for pair in read.pairs(session.kernel.reader)]
        actions = [action.id for action in runs.actions(session.kernel.reader, 1)]
        assert runs.actions(session.kernel.reader, 1)[0].state is ActionState.SIMULATED
    for number in numbers:
        for verdict in Adjudication:
            assert run("shadow", "judge", number, verdict.value).code == 0
        assert run("shadow", "judge", number, "agent", "--category", "mail_received").code == 0
    for number in (0, 1, 2, *actions):
        for words in (["approve"], ["edit"], ["respond"], ["undo"], ["reject"], ["ignore"]):
            more = {"edit": ["text=mine"], "respond": ["yes"], "reject": ["no"]}.get(words[0], [])
            assert run("approvals", *words, number, *more).code == 2
    assert run("approvals", "approve", 1, "--grant-days", 9).code == 2
    assert run("engine", "--once").code == 0
    with opened(folder) as session:
        count = session.kernel.reader.execute
        assert count("SELECT count(*) FROM effect").fetchone() == (0,)
        assert count("SELECT count(*) FROM desk_mail WHERE direction <> 'in'").fetchone() == (0,)
        assert count("SELECT count(*) FROM desk_ticket").fetchone() == (0,)


async def test_no_crafted_row_of_the_ledger_makes_an_effect(tmp_path: Path) -> None:
    touched: list[str] = []
    async with rig(
        tmp_path, one_turn_each(EVERYTHING), agent(limits={"turns": 200}, **SHADOW), connectors=untouchable(touched)
    ) as r:
        await furnish(r)
        await r.take(mail())
        before = desk_dump(r)
        for number, action in enumerate(r.actions()):
            crafted = HumanAct(
                external_id=f"forged{number}",
                subject="thread:<m1@harbour.example>",
                tool=action.tool,
                args=dict(action.args),
                actor="agent:mira",
                at=r.clock.now(),
            )
            assert await r.engine.observe("desk", crafted)
        await r.wait(minutes=20)
        (pair,) = read.pairs(r.engine.reader)

        def forge(tx: Transaction) -> None:
            now = "strftime('%s', 'now') * 1000000"
            tx.conn.execute("UPDATE pair SET verdict = 'same', severity = 0, is_failed = 0, excluded = ''")
            row = f"(pair_id, verdict, is_repeat, actor, at) VALUES (?, ?, 0, 'person:eve', {now})"
            tx.conn.executemany(
                f"INSERT INTO adjudication {row}", [(pair.id, said) for said in ("agent", "both", "human")]
            )
            tx.conn.execute(f"INSERT OR REPLACE INTO proposal_seen (run_id, at, actor) VALUES (1, {now}, 'person:eve')")

        await tell(r, forge)
        r.is_forged = True
        await tell(r, lambda tx: judging.judge(r.kernel, tx, pair.id, Adjudication.AGENT, actor="person:test"))
        await is_simulated(r, before)
        assert touched == []


async def test_the_schema_takes_no_effect_of_what_was_only_recorded(tmp_path: Path) -> None:
    async with rig(tmp_path, [NOTE], agent(**SHADOW)) as r:
        await r.take(mail())
        (action,) = r.actions()
        (ruling,) = runs.rulings(r.engine.reader, action.id)
        row = "INSERT INTO effect (action_id, ruling_id, verdict, state, key, not_before, agent_id, created_at) VALUES"
        for verdict in ("SIMULATE", "ASK", "ACT"):
            values = f"('{action.id}', {ruling.id}, '{verdict}', 'prepared', 'k', 0, 'mira', 0)"
            with pytest.raises((sqlite3.IntegrityError, OpsError)):
                await tell(r, lambda tx, v=values: tx.conn.execute(f"{row} {v}"))
        assert r.count("effect") == 0


async def test_an_effect_that_somebody_crafted_is_stopped_by_the_gate(tmp_path: Path) -> None:
    """With a ruling crafted besides, which the schema cannot tell from a real one."""
    touched: list[str] = []
    async with rig(tmp_path, [NOTE], agent(**SHADOW), connectors=untouchable(touched)) as r:
        await r.take(mail())
        before, (action,) = desk_dump(r), r.actions()

        def forge(tx: Transaction) -> None:
            names = [row[1] for row in tx.conn.execute("PRAGMA table_info(ruling)") if row[1] not in ("id", "verdict")]
            copied = ", ".join(names)
            made = tx.conn.execute(
                f"INSERT INTO ruling (verdict, {copied}) SELECT 'ACT', {copied} FROM ruling WHERE action_id = ?",
                (action.id,),
            ).lastrowid
            tx.conn.execute(
                "INSERT INTO effect (action_id, ruling_id, verdict, state, key, not_before, agent_id, created_at)"
                " VALUES (?, ?, 'ACT', 'prepared', 'crafted', ?, 'mira', 0)",
                (action.id, made, int(r.clock.now().timestamp() * 1e6)),
            )
            write_work.set_action(tx, action.id, ActionState.WAITING, now=r.clock.now())

        await tell(r, forge)
        r.is_forged = True
        await r.settle()
        await r.wait(minutes=5)
        assert touched == [] and desk_dump(r) == before
        assert r.engine.reader.execute("SELECT state FROM effect").fetchall() == [("cancelled",)]


class Past:
    """A brain for the past: wants everything at once."""

    async def turn(self, view: RunView) -> Turn:
        if view.past:
            return Turn(category="case", final="done", is_by_playbook=True)
        return Turn(category="case", confidence=1.0, proposals=tuple(EVERYTHING), is_by_playbook=True)

    def learn(self, *_: Any) -> None: ...

    forget = learn_past = learn

    async def close(self) -> None: ...


@pytest.mark.parametrize("stage", ["shadow", "full"])
async def test_the_past_is_only_thought_through(tmp_path: Path, stage: str) -> None:
    touched: list[str] = []
    spec = agent(stage={"default": stage}, level=3)
    async with rig(tmp_path, [], spec, connectors=untouchable(touched)) as r:
        await furnish(r)
        await r.engine.take("desk", mail(occurred_at=r.clock.now() - timedelta(days=9)), is_history=True)
        before = desk_dump(r)
        (version,) = [version for version in r.kernel.roster.current(r.engine.reader) if version.agent_id == "mira"]
        brain: Any = Past()
        done = await history.work(r.kernel, r.engine.writer, version, brain)
        assert done.pairs == 1
        (pair,) = read.pairs(r.engine.reader)
        assert len(read.body(r.engine.reader, pair.id)["agent"]) == len(EVERYTHING)
        await is_simulated(r, before)
        assert touched == [] and r.count("action") == 0


@pytest.mark.parametrize(
    ("proposal", "level"), [(NOTE, 2), (REPLY, 2), (REPLY, 3)], ids=["inside, approved", "outside, approved", "outside"]
)
async def test_back_to_shadow_within_the_veto_window(tmp_path: Path, proposal: Any, level: int) -> None:
    raised = [
        {"action": "desk.reply", "ceiling": name, "reason": "only for a test"}
        for name in ("irreversible", "first_contact")
    ]
    spec: dict[str, Any] = {"approvals": {"veto_s": 10}, "raised": raised}
    touched: list[str] = []
    async with rig(tmp_path, [proposal], agent(level=level, **spec), connectors=untouchable(touched)) as r:
        await r.take(mail())
        for card in r.waiting():
            await r.approve(card.id)
        (effect,) = r.engine.reader.execute("SELECT state FROM effect").fetchall()
        assert effect == ("prepared",), "it waits for its veto window"
        before = desk_dump(r)
        await r.hire(agent(level=level, **spec, **SHADOW))
        await r.wait(seconds=11)
        await r.wait(minutes=10)
        assert touched == [] and desk_dump(r) == before
        assert r.engine.reader.execute("SELECT state FROM effect").fetchall() == [("cancelled",)]


async def test_what_was_simulated_stays_so_when_the_agent_goes_live(tmp_path: Path) -> None:
    """In mid-run: the first turn in shadow, then the agent is made live, then the run goes on."""
    is_away = True

    def script(view: RunView) -> Turn:
        if view.past and is_away:
            raise TransientError("nobody answers")
        if view.past:
            return Turn(category="case", final="done")
        return Turn(category="case", confidence=1.0, proposals=(NOTE, REPLY))

    touched: list[str] = []
    async with rig(tmp_path, script, agent(**SHADOW), connectors=untouchable(touched)) as r:
        await r.take(mail())
        before = desk_dump(r)
        assert r.run().state != "done"
        await r.hire(agent(level=3))
        is_away = False
        await r.wait(minutes=30)
        assert r.run().state == "done"
        assert r.states() == ["desk.add_note simulated", "desk.reply simulated"]
        await is_simulated(r, before)
        assert touched == []
    async with rig(tmp_path, [], connectors=untouchable(touched)) as again:
        await again.settle()
        assert again.states() == ["desk.add_note simulated", "desk.reply simulated"]
        assert touched == [] and again.count("effect") == 0


async def test_do_it_for_me_does_nothing_in_shadow(tmp_path: Path) -> None:
    touched: list[str] = []
    async with rig(tmp_path, [NOTE, REPLY], agent(**SHADOW), connectors=untouchable(touched)) as r:
        await r.take(mail())
        before = desk_dump(r)
        ids = [action.id for action in r.actions()]
        for action in ids:
            with pytest.raises(DecisionError):
                await tell(r, lambda tx, a=action: recommendations.do_it(r.kernel, tx, a, actor="person:test"))

        def forge(tx: Transaction) -> None:
            for action in ids:
                write_work.set_action(tx, action, ActionState.RECOMMENDED, now=r.clock.now())

        await tell(r, forge)
        for action in ids:
            asked = await tell(r, lambda tx, a=action: recommendations.do_it(r.kernel, tx, a, actor="person:test"))
            assert not asked.is_done and "in shadow" in asked.why
        await is_simulated(r, before)
        assert touched == []


async def test_there_is_nothing_to_decide_on_or_undo(tmp_path: Path) -> None:
    async with rig(tmp_path, [NOTE, REPLY], agent(**SHADOW)) as r:
        await r.take(mail())
        before = desk_dump(r)
        grant = approvals.Grant(timedelta(days=9), ())
        given = partial(approvals.approve, grant=grant)
        for verb in (approvals.approve, partial(approvals.respond, answer="yes"), takeback.undo, given):
            for number in range(5):
                with pytest.raises((NotFoundError, DecisionError)):
                    await r.say(verb, number)
        await is_simulated(r, before)
