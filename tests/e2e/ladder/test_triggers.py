"""Every trigger takes one cell down one rung, at once, and what was queued becomes a card."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from opsconsole.domain.action import Call, Result
from opsconsole.domain.enums import Adjudication, Level, Reversibility
from opsconsole.doubles.connector import FakeConnector, fine
from opsconsole.engine.agents.file import AgentFile
from opsconsole.engine.agents.versions import apply
from opsconsole.engine.engine import Engine
from opsconsole.engine.ladder import basis
from opsconsole.engine.ladder.draws import OwnAct
from opsconsole.engine.ladder.fall import demote
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.engine.ports.connector import Connector
from opsconsole.policy.ladder import UNAUDITED_DAYS
from opsconsole.store.writes import connections as write_connections
from tests.e2e.ladder.laddered import ACT, DO, SEND, decide, fallen, judge, rung, work, worker
from tests.support.rig import Rig, call, desk_only, rig


class OtherArguments(BaseModel):
    """The same tool with another contract."""

    model_config = ConfigDict(extra="forbid")
    what: str
    to: str = ""
    how: str = ""


def with_out(connector: FakeConnector) -> Callable[[Engine], list[Connector]]:
    """Return connectors: the desk, and this one."""

    def made(engine: Engine) -> list[Connector]:
        return [*desk_only(engine), connector]

    return made


def trigger(r: Rig) -> list[tuple[str, str, int]]:
    """Return (trigger, tool, ceiling) of what fell, in order."""
    return [(each.trigger, each.tool, int(each.ceiling)) for each in reversed(fallen(r))]


async def asks_now(r: Rig, number: int) -> bool:
    """Return whether the next one like it waits for a person."""
    before = len(r.waiting())
    await work(r, number)
    return len(r.waiting()) == before + 1


async def test_a_severe_error_in_an_audited_decision(tmp_path: Path) -> None:
    spec = worker(autonomy={"default": 1, "actions": {DO: 3, SEND: 3}}, approvals={"veto_s": 0})
    out = FakeConnector(reversibility=Reversibility.COMPENSABLE)
    sends = [call(SEND, slots={"what": (), "to": ()}, what="hi", to="c1@customer.example")]
    async with rig(tmp_path / "w", sends, spec, connectors=with_out(out)) as r:
        await work(r, 1)
        assert [each.tool for each in out.calls] == [SEND]
        await decide(r, 1, [])
        assert trigger(r) == [("severe", SEND, 2)]
        assert rung(r, SEND).holds is Level.APPROVAL and rung(r, DO).holds is Level.AUTONOMOUS
        assert await asks_now(r, 2)
        assert len(out.calls) == 1, "what was done stays done, and nothing more is"
        await judge(r, 1, Adjudication.AGENT)
        assert rung(r, SEND).holds is Level.AUTONOMOUS, "its ground fell away"


async def test_an_alarm_on_audited_decisions(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", [ACT], worker(), connectors=with_out(FakeConnector())) as r:
        for number in (1, 2, 3):
            await work(r, number)
            await decide(r, number, [OwnAct(DO, {"what": "something else"})])
        assert trigger(r) == [("alarm", DO, 2)]
        assert "3 of the last 3" in fallen(r)[0].why
        assert await asks_now(r, 4)


async def test_nobody_checked_for_too_long(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", [ACT], worker(), connectors=with_out(FakeConnector())) as r:
        await work(r, 1)
        for day in range(UNAUDITED_DAYS - 1):
            await r.wait(days=1)
            await work(r, day + 2)
        assert trigger(r) == []
        await r.wait(days=2)
        assert trigger(r) == [("unaudited", DO, 2)]


async def test_who_is_checked_stays(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", [ACT], worker(), connectors=with_out(FakeConnector())) as r:
        for day in range(UNAUDITED_DAYS + 3):
            await work(r, day + 1)
            if day == UNAUDITED_DAYS - 2:
                await decide(r, day + 1)
            await r.wait(days=1)
        assert trigger(r) == []


async def test_a_tool_that_has_another_contract(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", [ACT], worker(), connectors=with_out(FakeConnector())) as r:
        await work(r, 1)
        r.kernel.registry.replace(["out"], [FakeConnector(schema=OtherArguments)])
        assert await asks_now(r, 2)
        assert trigger(r) == [("tool", DO, 2)]


async def test_another_account(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", [ACT], worker(), connectors=with_out(FakeConnector(account="ann@one"))) as r:
        await work(r, 1)
        r.kernel.registry.replace(["out"], [FakeConnector(account="bob@two")])
        assert await asks_now(r, 2)
        assert trigger(r) == [("account", DO, 2)]
        r.kernel.registry.replace(["out"], [FakeConnector(account="ann@one")])
        assert await asks_now(r, 3), "coming back needs the gate anew"


async def test_another_model(tmp_path: Path) -> None:
    spec = worker(brain="model", models=["main"])
    async with rig(tmp_path / "w", [ACT], spec, connectors=with_out(FakeConnector())) as r:
        config = {"base_url": "https://models.example/v1", "model": "one", "key": "a"}

        async def connect(**changes: Any) -> None:
            await r.engine.writer.write(
                lambda tx: write_connections.put(tx, "main", kind="model", config=config | changes, now=r.clock.now()),
                name="connect",
            )
            await r.engine.writer.write(lambda tx: basis.look_at_all(r.kernel, tx), name="look")

        await connect()
        await connect(key="b")
        assert trigger(r) == [], "another key is no other model"
        await connect(model="two")
        assert trigger(r) == [("model", DO, 2)]


@pytest.mark.parametrize(
    ("names", "falls"),
    [
        (("one-0301", "one-0301", "one-0301"), False),
        (("one-0301", "", "one-0301"), False),
        (("", "one-0301", "one-0301"), False),
        (("one-0301", "one-0301", "one-1106"), True),
    ],
)
async def test_another_model_under_the_same_name(tmp_path: Path, names: tuple[str, ...], falls: bool) -> None:
    """Its provider answers with another one, and nobody here changed anything."""

    def think(view: RunView) -> Turn:
        said: dict[str, Any] = {"model": "main:one", "answered_as": names[int(view.run_id) - 1]}
        if view.past:
            return Turn(category="case", confidence=1.0, final="done", **said)
        return Turn(category="case", confidence=1.0, proposals=(ACT,), **said)

    async with rig(tmp_path / "w", think, worker(), connectors=with_out(FakeConnector())) as r:
        for number in (1, 2):
            await work(r, number)
            assert not r.waiting()
        assert await asks_now(r, 3) is falls
        assert trigger(r) == ([("model", DO, 2)] if falls else [])
        assert not falls or "main answers with another model" in fallen(r)[0].why


async def test_a_guardrail_broken_by_what_acted_alone(tmp_path: Path) -> None:
    """It came into use while the call was on its way."""
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow(given: Call) -> Result:
        begun.set()
        await go.wait()
        return await fine(given)

    async with rig(tmp_path / "w", [ACT], worker(), connectors=with_out(FakeConnector(slow))) as r:
        taking = asyncio.create_task(work(r, 1))
        await begun.wait()
        rail = {
            "name": "never-file",
            "when": "args.what == 'file it'",
            "then": "refuse",
            "because": "it is never filed",
        }
        file = AgentFile(worker(guardrails=[rail]), "")
        await r.engine.writer.write(
            lambda tx: apply(tx, file, r.kernel.registry, actor="person:test", now=r.clock.now()), name="apply"
        )
        go.set()
        await taking
        assert trigger(r) == [("breach", DO, 2)]


async def test_a_person_takes_it_down(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", [ACT], worker(), connectors=with_out(FakeConnector())) as r:
        await r.engine.writer.write(
            lambda tx: demote(r.kernel, tx, "mira", "case", DO, actor="person:lea", reason="not before the audit"),
            name="demote",
        )
        assert await asks_now(r, 1)
        assert "not before the audit" in r.waiting()[0].because
        (entry,) = r.audit("ladder.demoted")
        assert "not before" not in f"{entry}", "a person's words are content, not record"


@pytest.mark.parametrize("level", [1, 2])
async def test_one_rung_and_never_below_the_lowest(tmp_path: Path, level: int) -> None:
    async with rig(tmp_path / "w", [ACT], worker(level=level), connectors=with_out(FakeConnector())) as r:
        for _ in range(level - 1):
            await r.engine.writer.write(
                lambda tx: demote(r.kernel, tx, "mira", "case", DO, actor="person:lea", reason=""), name="demote"
            )
        assert rung(r).holds is Level.OBSERVE
