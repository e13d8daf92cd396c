"""What is live without evidence says what would earn it, and by how much it is behind."""

from pathlib import Path

import pytest

from opsconsole.app.commands.ladder.steps import still
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.engine import Engine
from opsconsole.engine.ladder import draws, told
from opsconsole.engine.ladder.rungs import Rung, ladder_of
from opsconsole.engine.ports.connector import Connector
from opsconsole.store.rows import present
from opsconsole.ui.panels.agents.ladder.data import ladder_view
from tests.e2e.ladder.laddered import ACT, DO, decide, work, worker
from tests.support.rig import Rig, desk_only, rig


def with_out(engine: Engine) -> list[Connector]:
    return [*desk_only(engine), FakeConnector()]


def rungs(r: Rig) -> dict[str, Rung]:
    version = present(r.kernel.roster.in_use(r.engine.reader, "mira"), "mira")
    found = ladder_of(r.engine.reader, r.kernel.registry, version, now=r.clock.now())
    return {rung.tool: rung for rung in found.rungs()}


async def test_at_the_top_without_evidence_it_is_still_to_be_earned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def always(_workspace: str, _run: int) -> float:
        return 0.0

    monkeypatch.setattr(draws, "coin", always)
    async with rig(tmp_path / "w", [ACT], worker(), connectors=with_out) as r:
        rung = rungs(r)[DO]
        assert rung.next == "" and rung.is_without_evidence and rung.gate is None
        bare = present(rung.owed, "owed")
        assert bare.standing.total == 0
        assert told.missing(rung).startswith(f"to be earned: {bare.standing.needed} clean decisions more")
        for number in range(1, 6):
            await work(r, number)
            await decide(r, number)
        rung = rungs(r)[DO]
        assert present(rung.owed, "owed").standing.right == 5
        said = told.missing(rung)
        assert said.startswith("to be earned: ") and said != told.missing(rungs(r)[""])
        assert still(rung) == said
        view = present(ladder_view(r.kernel, "mira"), "view")
        row = next(row for row in view.rows if row.key == ("case", DO))
        assert (row.still, row.right, row.severe) == (said, "5 of 5", "none")
