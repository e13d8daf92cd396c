"""What is counted against which cap, and how receivers are told apart."""

import hashlib
from pathlib import Path
from typing import Any

from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands.budgets import set_budgets
from opsconsole.policy.context import Usage
from tests.support.judging import BOB, EVE, as_told, free, judged, seen
from tests.support.rig import mail, rig
from tests.support.running import beside

CAPS = ("actions_per_hour", "actions_per_day", "runs_per_hour", "cost_per_hour", "runs_per_day", "cost_per_day")
EVERY_CAP = (*CAPS, "per_recipient_per_day")


async def test_each_cap_counts_its_own_kind_of_its_own_span_of_its_own_agent(tmp_path: Path) -> None:
    caps: dict[str, Any] = {name: 100 + number for number, name in enumerate(EVERY_CAP)}
    mira, otto = free(budgets=caps), free("otto", subscribes=[{"kinds": ["ticket.created"]}])
    async with rig(tmp_path, as_told, mira, otto, connectors=beside(FakeConnector())) as r:
        number = 0

        async def work(title: str, kind: str = "mail.received") -> None:
            nonlocal number
            number += 1
            await r.take(mail(number, title=title, kind=kind, occurred_at=r.clock.now()))

        await work(f"send {BOB}")
        await r.wait(hours=30)
        for _ in range(2):
            await work(f"send {BOB}")
        await work("do", "ticket.created")
        await r.wait(hours=2)
        await work("do")
        for _ in range(3):
            await work("do", "ticket.created")
        await work(f"send {EVE}")
        await work(f"send {BOB}")
        assert r.count("effect") == number == 10
        workspace = {name: str(200 + number) for number, name in enumerate(EVERY_CAP)}
        await r.engine.writer.write(
            lambda tx: set_budgets(r.kernel, tx, workspace, actor="person:test"), name="budgets.set"
        )
        own = (await judged(r, 10)).context.usages
        assert own[:7] == (
            Usage("actions an hour of agent mira", 2, 100),
            Usage("actions a day of agent mira", 4, 101),
            Usage("runs an hour of agent mira", 2, 102),
            Usage("money an hour of agent mira", 4.5, 103),
            Usage("runs a day of agent mira", 4, 104),
            Usage("money a day of agent mira", 7.5, 105),
            Usage("actions a day towards this recipient", 2, 106),
        )
        assert own[7:] == (
            Usage("actions an hour of the workspace", 5, 200),
            Usage("actions a day of the workspace", 8, 201),
            Usage("runs an hour of the workspace", 5, 202),
            Usage("money an hour of the workspace", 9.0, 203),
            Usage("runs a day of the workspace", 8, 204),
            Usage("money a day of the workspace", 13.5, 205),
            Usage("actions a day towards this recipient", 2, 206),
        )


async def test_without_caps_nothing_is_counted_and_what_goes_to_nobody_has_no_recipient(tmp_path: Path) -> None:
    async with rig(tmp_path, as_told, free(), connectors=beside(FakeConnector())) as r:
        await r.take(mail(title="do"))
        found = await judged(r)
        assert found.context.usages == () and found.recipients == ()
    async with rig(
        tmp_path / "b", as_told, free(budgets={"per_recipient_per_day": 9}), connectors=beside(FakeConnector())
    ) as r:
        await r.take(mail(title="do"))
        assert (await seen(r)).usages == ()


async def test_who_receives_it_is_kept_as_a_digest_of_this_workspace_and_the_address(tmp_path: Path) -> None:
    async with rig(tmp_path, as_told, free(), connectors=beside(FakeConnector())) as r:
        await r.take(mail(1, title=f"send {BOB}"), mail(2, title=f"send {EVE}"), mail(3, title="look"))
        workspace = r.kernel.workspace
        bob, eve = (
            hashlib.sha256(f"{workspace}:{address.lower()}".encode()).hexdigest()[:32] for address in (BOB, EVE)
        )
        stored = r.engine.reader.execute("SELECT recipient FROM effect_recipient ORDER BY effect_id").fetchall()
        assert stored == [(bob,), (eve,)]
        assert [(await judged(r, run)).recipients for run in (1, 2, 3)] == [(bob,), (eve,), ()]


async def test_a_recipient_at_the_cap_does_not_stand_in_the_way_of_another(tmp_path: Path) -> None:
    async with rig(
        tmp_path, as_told, free(budgets={"per_recipient_per_day": 1}), connectors=beside(FakeConnector())
    ) as r:
        await r.take(mail(1, title=f"send {BOB}"), mail(2, title=f"send {EVE}"), mail(3, title=f"send {BOB}"))
        assert [state for run in (1, 2, 3) for state in r.states(run)] == [
            "out.send done",
            "out.send done",
            "out.send waiting",
        ]
