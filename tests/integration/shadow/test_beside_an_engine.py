"""The past worked while the engine is at work: each waits only for a short piece of the other."""

import asyncio
from pathlib import Path

from opsconsole.app.past.work import work
from opsconsole.app.session import opened
from opsconsole.engine.engine import Engine
from opsconsole.engine.past.history import TOGETHER
from opsconsole.store import audit
from opsconsole.store.queries import pairs, versions
from tests.support.past import START, base, bring, looker, past_mail
from tests.support.rig import Rig, agent, call, mail, rig

MAILS = 3 * TOGETHER


async def live(r: Rig, engine: Engine, until: asyncio.Event) -> int:
    """Take mails in one after another and have each worked, until told to stop; give how many."""
    count = 0
    while not until.is_set():
        count += 1
        await engine.take("desk", mail(count))
        await engine.settle()
    return count


async def test_both_get_their_work_done(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    past = [past_mail(number + 5000, "tech", START) for number in range(MAILS - len(base()))]
    async with rig(folder, [call("desk.add_note", text="seen")], looker(), agent("live")) as r:
        await bring(r, [*base(), *past])
        over = asyncio.Event()

        def run() -> int:
            with opened(folder) as session:
                number = versions.current_version_of(session.kernel.reader, "mira")
                assert number is not None
                version = session.kernel.roster.version(session.kernel.reader, number)
                return work(session, version, tell=lambda _: None, is_stopped=lambda: False, most=MAILS).pairs

        engine = asyncio.ensure_future(live(r, r.engine, over))
        made = await asyncio.to_thread(run)
        over.set()
        worked = await engine
        assert made == MAILS == sum(pair.source == "history" for pair in pairs.pairs(r.engine.reader))
        assert worked > MAILS // TOGETHER, "between any two pieces of the past the engine got on"
        assert r.count("run") >= worked and audit.verify(r.engine.reader).is_ok
