"""How much of what agents ask is drawn for a person to decide first, set in the terminal; and the AI line likewise."""

import asyncio
from pathlib import Path

import pytest

from opsconsole.app.session import opened
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.gate.disclosure import DEFAULT
from opsconsole.engine.ladder.share import set_asked_share
from opsconsole.store.queries import ladder as read
from opsconsole.store.queries.views import feed
from tests.e2e.ladder.laddered import ACT, work, worker
from tests.support.rig import desk_only, rig
from tests.support.shell import Run

MAILS = 60


@pytest.mark.parametrize(("percent", "least", "most"), [("0", 0, 0), ("50 %", 15, 45), ("100", MAILS, MAILS)])
async def test_so_many_are_drawn_as_was_set(folder: Path, percent: str, least: int, most: int) -> None:
    async with rig(folder, [ACT], connectors=lambda engine: [*desk_only(engine), FakeConnector()]) as r:
        await r.engine.writer.write(
            lambda tx: set_asked_share(r.kernel, tx, percent, actor="person:test"), name="ladder.share"
        )
        await r.hire(worker(level=2))
        for number in range(1, MAILS + 1):
            await work(r, number)
        drawn = sum(read.draw(r.kernel.reader, run) is not None for run in range(1, MAILS + 1))
        assert least <= drawn <= most


def test_the_share_is_set_and_told(run: Run, folder: Path) -> None:
    asyncio.run(_made(folder))
    assert "20% of the decisions that you are asked about" in run("ladder", "share").out
    assert run("ladder", "share", "35", "--json").json == [{"asked_share": 0.35}]
    assert "Nothing earns the right to act alone meanwhile." in run("ladder", "share", "0").out
    for wrong in ("101", "half", "2.5", "٣"):
        said = run("ladder", "share", wrong)
        assert said.code == 2 and "write a whole percentage from 0 to 100" in said.err
    with opened(folder) as session:
        kept = [entry for entry in feed.audit_tail(session.kernel.reader, limit=100) if entry["kind"] == "ladder.share"]
    assert [entry["percent"] for entry in kept] == [35, 0]


def test_the_ai_line_is_set_and_told(run: Run, folder: Path) -> None:
    asyncio.run(_made(folder))
    assert run("policy", "disclosure").out.strip() == DEFAULT
    assert run("policy", "disclosure", "A machine wrote this.").out.strip() == "A machine wrote this."
    for words, why in ((("x", "--standard"), "Nothing was changed"), (("x" * 501,), "at most 500")):
        said = run("policy", "disclosure", *words)
        assert said.code == 2 and why in said.err
    assert run("policy", "disclosure", "--json").json == [{"line": "A machine wrote this."}]
    assert run("policy", "disclosure", "--standard").out.strip() == DEFAULT


async def _made(folder: Path) -> None:
    async with rig(folder, [ACT]):
        pass
