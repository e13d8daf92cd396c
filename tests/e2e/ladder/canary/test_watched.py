"""A canary in shadow is stopped by what people do beside it; what is told of an agent is what was in use."""

from datetime import timedelta
from pathlib import Path

from opsconsole.domain.enums import Level, Reversibility
from opsconsole.domain.humanact import HumanAct
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.engine import Engine
from opsconsole.engine.ladder.held import held_since
from opsconsole.engine.oversight.changes import changed_by
from opsconsole.engine.ports.connector import Connector
from opsconsole.store.crosscheck import crosscheck
from opsconsole.store.queries import ladder as read
from opsconsole.store.queries import versions
from opsconsole.store.rows import present
from tests.e2e.ladder.canary.tried import (
    as_purposed,
    come,
    last,
    newer,
    put_in_use,
    stop,
    threads,
    tried,
    try_out,
    use,
    widen,
)
from tests.e2e.ladder.laddered import DO, worker
from tests.support.rig import ANN, Rig, call, desk_only, mail, rig

WHY = "the team is watching"
TO_EVE = [call("desk.reply", to="eve@evil.example", text="Hello")]


def with_out(engine: Engine) -> list[Connector]:
    return [*desk_only(engine), FakeConnector()]


def answered(r: Rig, thread: int, *, ago: timedelta = timedelta()) -> HumanAct:
    """Return what a person did: an answer to whoever wrote."""
    return HumanAct(
        external_id="act1",
        subject=mail(thread).subject,
        tool="desk.reply",
        args={"to": ANN},
        actor="person:lena",
        at=r.clock.now() - ago,
    )


async def test_a_severe_difference_from_what_people_did_stops_it(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", TO_EVE, worker(stage="shadow")) as r:
        await try_out(r, newer(stage="shadow"))
        thread = next(threads(r, to_canary=True))
        await come(r, thread)
        await r.engine.observe("desk", answered(r, thread))
        assert tried(r) is not None, "people may do more"
        await r.wait(minutes=20)
        assert last(r).ended_as == "severe"


async def test_so_does_what_is_told_later(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", TO_EVE, worker(stage="shadow")) as r:
        await try_out(r, newer(stage="shadow"))
        thread = next(threads(r, to_canary=True))
        await come(r, thread)
        await r.wait(days=6)
        assert tried(r) is not None and r.count("pair") == 1, "that nothing was done is not known"
        await r.engine.observe("desk", answered(r, thread, ago=timedelta(days=6, minutes=-5)))
        assert last(r).ended_as == "severe"


async def test_what_never_acts_alone_is_drawn_of_a_canary_all_the_same(tmp_path: Path) -> None:
    def final(engine: Engine) -> list[Connector]:
        return [*desk_only(engine), FakeConnector(reversibility=Reversibility.IRREVERSIBLE)]

    async with rig(tmp_path / "w", as_purposed, worker(), connectors=final) as r:
        await try_out(r)
        mine = await come(r, next(threads(r, to_canary=True)))
        for number, _ in zip(threads(r, to_canary=False), range(3), strict=False):
            await come(r, number)
        assert [drawn.run for drawn in read.open_draws(r.engine.reader)] == [mine], "else it could earn nothing"


async def test_what_is_told_of_versions_in_use_leaves_the_canary_out(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(), connectors=with_out) as r:
        began = r.clock.now()
        await r.wait(days=1)
        await try_out(r, newer(level=2))
        await r.wait(days=1)
        await put_in_use(r, worker(summary="Answers mails"))
        conn = r.engine.reader
        version = present(r.kernel.roster.in_use(conn, "mira"), "mira")
        assert held_since(conn, r.kernel.roster, version)["case", DO].version == 1, "level 3 held all the time"
        await widen(r, WHY)
        await widen(r, WHY)
        await r.wait(days=1)
        await use(r)
        made = versions.made_in(conn, since=began, until=r.clock.now() + timedelta(days=1))
        assert [row.number for row in made] == [1, 3, 4]
        (*_, now) = made
        assert [change.place for change in changed_by(conn, now).changes if "purpose" in change.place]
        before = versions.made_before(conn, "mira", until=now.created_at)
        assert before is not None and before.number == 3
        assert version.spec.autonomy.level(DO, "case") is Level.AUTONOMOUS


async def test_who_changes_the_share_in_the_file_is_found_out(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(), connectors=with_out) as r:
        await try_out(r)
        assert not crosscheck(r.engine.reader)
        await r.engine.writer.write(lambda tx: tx.conn.execute("UPDATE canary SET share = 100"), name="forge")
        (found,) = crosscheck(r.engine.reader)
        assert "what is tried of agent mira is not what entry" in f"{found}"
        await r.engine.writer.write(lambda tx: tx.conn.execute("UPDATE canary SET share = 5"), name="forge")
        await stop(r)
        assert not crosscheck(r.engine.reader)
