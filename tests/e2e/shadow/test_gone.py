"""What people did through a connection that is gone is not known, and proves nothing of an agent."""

from pathlib import Path

import pytest

from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.pairs import pairing
from opsconsole.engine.past.pair import HUMAN_UNKNOWN
from opsconsole.store.queries import pairs as read
from tests.support.rig import agent, call, mail, rig

MOVE = call("desk.move_mail", folder="Billing")


@pytest.mark.parametrize("is_back", [False, True], ids=["gone for good", "back in time"])
async def test_what_people_did_is_not_known_while_its_connection_is_gone(tmp_path: Path, is_back: bool) -> None:
    async with rig(tmp_path, [MOVE], agent(stage={"default": "shadow"})) as r:
        await r.take(mail())
        act = HumanAct(
            external_id="act1", subject=mail().subject, tool="desk.move_mail", args={"folder": "Billing"},
            actor="person:lena", at=r.clock.now(), source="observed",
        )  # fmt: skip
        await r.engine.observe("desk", act)
        watcher = r.engine.registry.connectors["desk"]
        r.engine.registry.replace(["desk"], [])
        await r.wait(minutes=20)
        assert read.pairs(r.engine.reader, agent="mira") == [], "it waits for the connection to come back"
        if is_back:
            r.engine.registry.replace([], [watcher])
        await r.wait(days=3)
        (pair,) = read.pairs(r.engine.reader, agent="mira")
        assert pair.excluded == ("" if is_back else pairing.GONE)
        assert pairing.GONE in HUMAN_UNKNOWN
