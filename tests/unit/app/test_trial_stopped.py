"""A trial that is cancelled in the moment in which it stores: what was stored is said, never "nothing was stored"."""

import asyncio
import threading
from typing import Any

import pytest

from opsconsole.app.gui import connectiontools
from opsconsole.app.gui.connectiontools import ConnectionTools
from opsconsole.app.secretstore.pending import PendingSecrets
from opsconsole.app.session import Session
from opsconsole.domain.errors import UserError
from opsconsole.ui.drafts import ModelDraft
from opsconsole.ui.tools import CheckStep, ConnectionCheck

DRAFT = ModelDraft(name="main", url="http://127.0.0.1:1/v1", model="any")


def hear(_: CheckStep) -> None:
    """Nobody looks."""


@pytest.mark.parametrize("is_kept", [True, False])
async def test_what_was_stored_when_it_was_cancelled_is_answered(
    session: Session, monkeypatch: pytest.MonkeyPatch, is_kept: bool
) -> None:
    at_the_end, go_on = threading.Event(), threading.Event()

    async def check(_: Session, __: PendingSecrets, ___: ModelDraft, ____: Any, *, is_kept: bool) -> ConnectionCheck:
        at_the_end.set()
        go_on.wait(30)
        present = asyncio.current_task()
        assert present is not None
        present.cancel()  # as it comes from the other thread while the last step is done
        return ConnectionCheck((), is_kept, "main is connected")

    monkeypatch.setattr(connectiontools, "check_model", check)
    tools = ConnectionTools(session.workspace.folder)
    trial = asyncio.create_task(tools.try_model(DRAFT, hear, is_kept=is_kept))
    await asyncio.to_thread(at_the_end.wait, 30)
    trial.cancel()
    await asyncio.sleep(0)
    go_on.set()
    if is_kept:
        assert (await trial).text == "main is connected"
    else:
        with pytest.raises(asyncio.CancelledError):
            await trial


async def test_what_was_broken_off_before_it_was_stored_is_said_to_be(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check(*_: Any, is_kept: bool) -> ConnectionCheck:
        raise asyncio.CancelledError

    monkeypatch.setattr(connectiontools, "check_model", check)
    with pytest.raises(UserError, match="Nothing was stored"):
        await ConnectionTools(session.workspace.folder).try_model(DRAFT, hear, is_kept=True)
