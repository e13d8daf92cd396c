"""Who works which thread: a share of the new ones, and a conversation never changes its version."""

from itertools import islice
from pathlib import Path

import pytest

from opsconsole.domain.errors import DecisionError, NotFoundError
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.engine import Engine
from opsconsole.engine.ports.connector import Connector
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
    version_of,
    widen,
)
from tests.e2e.ladder.laddered import worker
from tests.support.rig import Rig, desk_only, mail, rig

WHY = "the team is watching"


def with_out(engine: Engine) -> list[Connector]:
    return [*desk_only(engine), FakeConnector()]


async def whole(r: Rig) -> None:
    """Have it work every new thread."""
    await widen(r, WHY)
    await widen(r, WHY)


async def test_new_threads_split_and_the_version_in_use_stays_in_use(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(), connectors=with_out) as r:
        made = await try_out(r)
        assert (made.number, made.beside, made.share) == (2, 1, 5)
        mine, others = list(islice(threads(r, to_canary=True), 2)), list(islice(threads(r, to_canary=False), 3))
        assert [version_of(r, await come(r, number)) for number in mine] == [2, 2]
        assert [version_of(r, await come(r, number)) for number in others] == [1, 1, 1]
        assert [version.number for version in r.kernel.roster.current(r.engine.reader)] == [1]


async def test_a_thread_begun_with_the_old_stays_with_the_old(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(), connectors=with_out) as r:
        old = 1
        assert version_of(r, await come(r, old)) == 1
        await try_out(r)
        await whole(r)
        assert version_of(r, await come(r, old, number=5001)) == 1, "also when every new thread goes to the canary"
        assert version_of(r, await come(r, 2)) == 2
        await put_in_use(r, worker(summary="Answers mails"))
        assert version_of(r, await come(r, old, number=5002)) == 3, "with the version in use, as ever"


async def test_a_thread_begun_with_the_canary_stays_with_it_as_long_as_it_exists(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(), connectors=with_out) as r:
        await try_out(r)
        mine = next(threads(r, to_canary=True))
        later = next(number for number in threads(r, to_canary=False) if number in _among(r, 25))
        assert version_of(r, await come(r, mine)) == 2 and version_of(r, await come(r, later)) == 1
        await widen(r, WHY)
        assert version_of(r, await come(r, mine, number=5001)) == 2
        assert version_of(r, await come(r, later, number=5002)) == 1, "it is among the 25 %, but began with the old one"
        await stop(r)
        assert version_of(r, await come(r, mine, number=5003)) == 1, "it is no more"


def _among(r: Rig, share: int) -> frozenset[int]:
    return frozenset(islice(threads(r, to_canary=True, share=share), 200))


async def test_put_in_use_its_threads_go_on_with_the_same_file(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(), connectors=with_out) as r:
        await try_out(r)
        await whole(r)
        assert version_of(r, await come(r, 1)) == 2
        assert await use(r) == 3
        run = await come(r, 1, number=5001)
        version = r.kernel.roster.in_use(r.engine.reader, "mira")
        assert version is not None and version.number == version_of(r, run) == 3
        assert version.spec == r.kernel.roster.version(r.engine.reader, last(r).version).spec
        assert tried(r) is None and last(r).ended_as == "used"


async def test_what_only_one_of_both_is_about_is_never_lost(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(), connectors=with_out) as r:
        await try_out(r, newer(subscribes=[{"kinds": ["mail.bounced"]}]))
        await whole(r)
        assert version_of(r, await come(r, 1)) == 1, "the canary is not about mails that came, so the old one works it"
        await r.take(mail(2, kind="mail.bounced"))
        assert version_of(r, 2) == 2


async def test_another_version_in_use_is_refused_where_it_decides_otherwise(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(), connectors=with_out) as r:
        await try_out(r)
        third = worker()
        third = third.model_copy(update={"playbook": third.playbook.model_copy(update={"purpose": "a third one"})})
        with pytest.raises(DecisionError, match="version 2 of mira is tried on 5 % of its threads beside version 1"):
            await put_in_use(r, third)
        await put_in_use(r, worker(summary="Answers mails"))
        assert tried(r) is not None, "a name, a stage or a level goes on at any time"
        await stop(r)
        await put_in_use(r, third)


async def test_what_cannot_be_tried_is_refused(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", as_purposed, worker(), connectors=with_out) as r:
        with pytest.raises(DecisionError, match="it decides as version 1 of mira does"):
            await try_out(r, worker(level=2))
        assert [row[0] for row in r.engine.reader.execute("SELECT number FROM agent_version")] == [1]
        with pytest.raises(NotFoundError, match="No agent nova is in use"):
            await try_out(r, newer(agent="nova"))
        await try_out(r)
        with pytest.raises(DecisionError, match="version 2 of mira is tried already, on 5 %"):
            await try_out(r)
