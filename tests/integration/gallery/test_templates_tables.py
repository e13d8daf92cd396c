"""The templates that are not about mail, by the doors of their own: a table of deals, a table of tickets that comes.

The tables are brought in by the program itself, in a process of its own; the engine is the program's own.
"""

import asyncio
import csv
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.app.session import opened
from opsconsole.domain.enums import ApprovalKind
from opsconsole.doubles.modelendpoint import ScriptedEndpoint
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.engine.agents.gallery import Chosen
from opsconsole.engine.commands.connections import connect
from opsconsole.store import workspace as workspaces
from opsconsole.store.queries.desk import records
from tests.support.gallery.atwork import AtWork, at_work
from tests.support.gallery.clerk import Clerk
from tests.support.gallery.stories import BRAINS, STORIES, FailsOnce, done, over, spec_of
from tests.support.secrets.sealed import no_keyring

pytestmark = pytest.mark.slow
DESK = Chosen("desk", "desk")
every_template = pytest.mark.parametrize("name", ["ticket-sorter", "stalled-deals"])
LONG_AGO = f"{datetime.now(UTC) - timedelta(days=40):%Y-%m-%d}"
each_brain = pytest.mark.parametrize("brain", BRAINS)


def chain_of(name: str) -> list[str]:
    return [over(tool, DESK) for tool in STORIES[name].chain]


@asynccontextmanager
async def brought(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, brain: str, *, is_odd: bool = False, **cells: str
) -> AsyncGenerator[AtWork]:
    """Put a template in use, bring in a table of one row, with other `cells` where given, and let it be worked."""
    no_keyring(folder, monkeypatch)
    place, story = folder / "ws", STORIES[name]
    workspaces.create(place, at=datetime.now(UTC), actor="person:test").close()
    clerk = Clerk(story.category, chain_of(name), asks=is_odd, deal=1, ticket=1)
    async with ScriptedEndpoint(clerk) as model:
        _hire(place, name, brain, model.base_url)
        row = _ticket(is_odd) if name == "ticket-sorter" else _deal(is_odd)
        table = _table(folder / "table.csv", row | {column.replace("_", " "): cell for column, cell in cells.items()})
        program = [sys.executable, "-m", "opsconsole", "import", "--work", str(table), "-w", str(place)]
        importing = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
        told, _ = await importing.communicate()
        given = b"1 given" if name == "ticket-sorter" else b"0 given"
        assert importing.returncode == 0 and b"1 new" in told and given in told, told
        async with at_work(place) as work:
            yield work
        assert bool(model.requests) is (brain == "model")


def _hire(place: Path, name: str, brain: str, address: str) -> None:
    config = {"base_url": address, "model": "fake"}
    with opened(place) as session:
        kernel, now = session.kernel, session.kernel.clock.now()
        spec = spec_of(name, kernel.registry, DESK, brain=brain)

        def job(tx: Any) -> None:
            connect(kernel, tx, "main", kind="model", config=config, actor="person:test")
            apply_agent(tx, AgentFile(spec, ""), kernel.registry, actor="person:test", now=now)

        session.write(job, name="test")


def _ticket(is_odd: bool) -> dict[str, str]:
    story = STORIES["ticket-sorter"]
    title, text = story.odd if is_odd else (story.title, story.text)
    return {
        "ticket id": "T-1", "subject": title, "description": text, "queue": "", "priority": "", "status": "open",
        "requester email": "ann@harbour.example", "created at": f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}",
    }  # fmt: skip


def _deal(is_odd: bool) -> dict[str, str]:
    return {
        "deal id": "D-1", "deal name": "Quay", "amount": "48000" if is_odd else "900", "stage": "demo",
        "create date": LONG_AGO, "last activity date": LONG_AGO,
    }  # fmt: skip


def _table(path: Path, row: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[*row], [*row.values()]])
    return path


@each_brain
@every_template
async def test_a_row_goes_through_its_chain_and_the_desk_is_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, brain: str
) -> None:
    async with brought(tmp_path, monkeypatch, name, brain) as work:
        actions = await work.handled()
        assert done(actions) == chain_of(name) and len({*chain_of(name)}) >= 3
        assert work.effects() == {action.tool: "done" for action in actions if action.is_write}
        if name == "ticket-sorter":
            ticket = records.get(work.engine.reader, "ticket", 1)
            assert ticket is not None and (ticket["queue"], ticket["priority"]) == ("Hardware", "normal")
        else:
            assert records.get(work.engine.reader, "task", 1) and records.get(work.engine.reader, "note", 1)


@each_brain
@every_template
async def test_an_odd_row_comes_to_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, brain: str
) -> None:
    async with brought(tmp_path, monkeypatch, name, brain, is_odd=True) as work:
        (asked,) = await work.asked()
        assert asked.kind is ApprovalKind.QUESTION and work.effects() == {}


@each_brain
@every_template
async def test_a_tool_that_fails_is_made_up_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, brain: str
) -> None:
    """The playbook's own way is taken instead; a model tries once more."""
    fails = over(STORIES[name].fails, DESK)
    FailsOnce(fails).put_on(monkeypatch)
    async with brought(tmp_path, monkeypatch, name, brain) as work:
        actions = await work.handled()
        assert [action.tool for action in actions if action.state.value == "failed"] == [fails]
        used = done(actions)
        assert used == chain_of(name) if brain == "model" else used[-1] == over(STORIES[name].instead, DESK)


async def test_a_ticket_that_somebody_closed_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with brought(tmp_path, monkeypatch, "ticket-sorter", "playbook", status="Closed") as work:
        assert done(await work.handled()) == ["desk.get_ticket", "desk.search"] and work.effects() == {}


async def test_a_deal_that_nobody_ever_touched_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with brought(tmp_path, monkeypatch, "stalled-deals", "playbook", last_activity_date="") as work:
        assert done(await work.handled()) == chain_of("stalled-deals")
        deal = records.get(work.engine.reader, "deal", 1)
        assert deal is not None and deal["last_activity_at"] is None
