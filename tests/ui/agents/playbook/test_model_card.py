"""A playbook tried with its model: what it may cost stands before, the cap holds, and only a press asks it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from typer.testing import CliRunner

from opsconsole.app.cli import app
from opsconsole.doubles.modelendpoint import Reply, Request, call, ends, says
from opsconsole.ui.panels.agents.panel import AgentsPanel
from opsconsole.ui.panels.agents.playbook.page import PlaybookPage
from opsconsole.ui.reports import PlaybookPreview
from tests.support.http.served import good, served
from tests.ui.scenes import perform, press, told, with_tools
from tests.ui.shadow.lessonsample import MODEL, agent_text, apply, make_corrected
from tests.ui.stage import Stage, until

MAILS = 14


def sorts(request: Request) -> Reply:
    """Call every mail a transfer, and put it away; a trial of the connection is met as well."""
    if "note_word" in f"{request.get('tools')}" or not request.get("tools"):
        return good(request)
    if any(message["role"] == "tool" for message in request["messages"]):
        return ends("transfer")
    told = call("triage", {"category": "transfer", "confidence": 0.9, "evidence": []})
    return says(None, told, call("move_mail", {"folder": "Transfers"}, identity="call_2"))


async def shown(stage: Stage, folder: Path) -> PlaybookPage:
    with_tools(stage, folder)
    panel = stage.show(AgentsPanel)
    await until(lambda: panel.shown is not None)
    panel.turn("playbook")
    await until(lambda: panel.playbook.preview is not None)
    return panel.playbook


def test_an_agent_without_a_model_offers_none(tmp_path: Path) -> None:
    folder = make_corrected(tmp_path / "w", new=3, old=0, transfers=1)

    async def scene(stage: Stage) -> None:
        page = await shown(stage, folder)
        assert page.model.isHidden()

    perform(folder, scene)


@pytest.mark.parametrize(("cap", "asked"), [("5", 10), ("0.003", 5)])
def test_the_last_events_are_asked_about_under_a_cap(tmp_path: Path, cap: str, asked: int) -> None:
    folder = make_corrected(tmp_path / "w", new=MAILS, old=0, transfers=0)
    apply(folder, agent_text(more=MODEL))
    with served(sorts) as endpoint:
        place = ["--url", endpoint.base_url, "--model", "fake", "--price-in", "2", "--price-out", "5"]
        done = CliRunner().invoke(app, ["connect", "model", *place, "-w", str(folder)])
        assert done.exit_code == 0, done.output
        before = len(endpoint.requests)

        async def scene(stage: Stage) -> None:
            page = await shown(stage, folder)
            card = page.model
            await until(lambda: "what that costs is not known yet" in told(card))
            page.ways.form.purpose.setPlainText("Sorts mail well.")
            await until(lambda: page.bar.is_ready and card.start.isEnabled())
            press(card, "Ask it")
            assert "Type how much it may cost at most" in told(card) and len(endpoint.requests) == before
            QTest.keyClicks(card.cap, cap)
            QTest.keyClick(card.cap, Qt.Key.Key_Return)
            await until(lambda: "asked about, for EUR" in told(card), seconds=60)
            assert page.preview is not None and page.preview.spent is not None
            assert len(page.preview.events) == asked and 0 < page.preview.spent <= float(cap)
            assert ("its cap of 0.003 is reached" in told(card)) is (asked < 10)
            assert {event.now for event in page.preview.events} == {"Transfers"}
            assert "by its model" in told(page) and card.start.isVisible()

        perform(folder, scene)


def test_a_model_that_does_not_answer_is_said(tmp_path: Path) -> None:
    folder = make_corrected(tmp_path / "w", new=3, old=0, transfers=0)
    apply(folder, agent_text(more=MODEL))

    async def scene(stage: Stage) -> None:
        page = await shown(stage, folder)
        await until(page.model.isVisible)
        page.model.cap.setText("1")
        page.model.ask()
        await until(lambda: "no model is connected as main" in told(page.model))

    perform(folder, scene)


def test_an_answer_about_another_text_is_not_shown_with_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, gate = make_corrected(tmp_path / "w", new=3, old=0, transfers=0), asyncio.Event()
    apply(folder, agent_text(more=MODEL))

    async def late(agent: str, text: str, cap: float, progress: Callable[[int, int], None]) -> PlaybookPreview:
        await gate.wait()
        return PlaybookPreview((), spent=0.5)

    async def scene(stage: Stage) -> None:
        page = await shown(stage, folder)
        monkeypatch.setattr(stage.context.tools, "ask_model", late)
        await until(page.model.isVisible)
        page.model.cap.setText("1")
        page.model.ask()
        await until(page.model.stop.isVisible)
        page.ways.form.purpose.setPlainText("Sorts mail well.")
        gate.set()
        await until(lambda: "asked about, for" in told(page.model))
        assert page.preview is None or page.preview.spent is None

    perform(folder, scene)
