"""Mails that no agent works are counted where the lead looks, whoever they are or claim to be from."""

from datetime import timedelta
from pathlib import Path

import pytest

from opsconsole.store.queries.views.overview import overview
from tests.support.rig import Rig, agent, call, mail, rig


def unworked(r: Rig) -> int:
    now = r.clock.now()
    return overview(r.engine.reader, since=now - timedelta(days=1), now=now).without_agent


@pytest.mark.parametrize("kind", ["mail.claimed", "mail.bounced"])
async def test_a_mail_that_no_agent_subscribes_to_is_counted(tmp_path: Path, kind: str) -> None:
    async with rig(tmp_path, [call("desk.reply", to="ann@harbour.example", text="Hello.")], agent()) as r:
        await r.take(mail(1))
        assert unworked(r) == 0
        await r.take(mail(2, kind=kind))
        assert unworked(r) == 1
