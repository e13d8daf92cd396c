"""5, 25, 100 %, in use: each step by its own gate, signed, with its numbers in the record."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from opsconsole.domain.enums import Level, Stage
from opsconsole.domain.errors import DecisionError
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.engine import Engine
from opsconsole.engine.ladder.climb import lower_stage, promote
from opsconsole.engine.ladder.draws import OwnAct
from opsconsole.engine.ladder.signed import NoEvidenceError
from opsconsole.engine.ports.connector import Connector
from tests.e2e.ladder.canary.tried import (
    as_purposed,
    come,
    decided,
    how,
    last,
    newer,
    threads,
    tried,
    try_out,
    use,
    widen,
)
from tests.e2e.ladder.laddered import DO, rung, worker
from tests.support.rig import Rig, desk_only, rig

WHY = "the team is watching"
WRONG = [OwnAct(DO, {"what": "something else"})]


def with_out(engine: Engine) -> list[Connector]:
    return [*desk_only(engine), FakeConnector()]


async def right(r: Rig, mine: Iterator[int], number: int) -> None:
    """Have it decide so many as people do."""
    for _ in range(number):
        await decided(r, await come(r, next(mine)))


async def test_each_step_by_its_own_gate_with_its_numbers(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(level=2), connectors=with_out) as r:
        await try_out(r)
        mine = threads(r, to_canary=True)
        await right(r, mine, 19)
        assert how(r).missing.startswith("1 clean decision more")
        with pytest.raises(DecisionError, match=r"not ready for 25 %: 1 clean decision more.*19 decisions since"):
            await widen(r)
        await right(r, mine, 1)
        assert how(r).missing == "2 working days more", "it began today"
        await r.wait(days=2)
        made = await widen(r)
        assert made.is_proven and made.share == 25 == last(r).share
        assert "23 clean decisions more" in how(r).missing
        with pytest.raises(DecisionError, match="not ready for 100 %"):
            await widen(r)
        await right(r, threads(r, to_canary=True, share=25, since=100_000), 23)
        await r.wait(days=5)
        assert (await widen(r)).share == 100
        with pytest.raises(DecisionError, match="works every new thread already"):
            await widen(r)
        first, second = r.audit("canary.widened")
        assert (first["was"], first["share"], first["proven"], first["numbers"]["decisions"]) == (5, 25, True, 20)
        assert (second["was"], second["share"], second["numbers"]["decisions"]) == (25, 100, 43)
        assert first["actor"] == "person:lea"


async def test_one_wrong_asks_for_as_many_more_as_the_page_says(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(level=2), connectors=with_out) as r:
        await try_out(r)
        mine = threads(r, to_canary=True)
        await decided(r, await come(r, next(mine)), WRONG)
        await right(r, mine, 29)
        await r.wait(days=2)
        assert not how(r).is_open
        await right(r, mine, 1)
        assert how(r).is_open


async def test_without_evidence_it_needs_a_reason_and_says_so(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(level=2), connectors=with_out) as r:
        await try_out(r)
        with pytest.raises(DecisionError, match="it needs a reason that others can read"):
            await widen(r, "ok")
        assert last(r).share == 5
        made = await widen(r, WHY)
        assert not made.is_proven and last(r).share == 25
        (entry,) = r.audit("canary.widened")
        assert entry["proven"] is False and WHY not in f"{entry}", "a person's words are content, not record"


async def test_in_use_from_100_percent_on_and_only_with_the_ladders_evidence(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(stage="shadow"), connectors=with_out) as r:
        await try_out(r, newer(stage="full"))
        with pytest.raises(DecisionError, match="works 5 % of the new threads; it is put in use from 100 % on"):
            await use(r)
        await widen(r, WHY)
        await widen(r, WHY)
        with pytest.raises(NoEvidenceError, match="live without evidence"):
            await use(r, "")
        assert tried(r) is not None, "nothing was changed"
        assert "evidence for Case" in how(r).missing
        assert await use(r) == 3
        (entry,) = r.audit("canary.used")
        assert (entry["number"], entry["in_use"]) == (2, 3)
        assert r.audit("ladder.without_evidence"), "marked as any version is"
        assert rung(r).is_without_evidence


async def test_what_people_set_meanwhile_is_not_undone(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(level=2), connectors=with_out) as r:
        await try_out(r)
        await r.engine.writer.write(
            lambda tx: promote(r.kernel, tx, "mira", "case", DO, actor="person:lea", reason=WHY, without_evidence=True),
            name="promote",
        )
        await r.engine.writer.write(
            lambda tx: lower_stage(r.kernel, tx, "mira", "case", actor="person:lea", reason=WHY), name="demote"
        )
        assert tried(r) is not None
        await widen(r, WHY)
        await widen(r, WHY)
        await use(r)
        found = rung(r)
        assert (found.stage, found.level) == (Stage.EXPANDED, Level.AUTONOMOUS)
        version = r.kernel.roster.in_use(r.engine.reader, "mira")
        assert version is not None and version.spec.playbook.purpose == "another test"
