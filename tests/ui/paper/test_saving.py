"""Pages are saved from the window: the charter from its tab, last month's review, the weekly digest from Overview."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from opsconsole.app.session import opened
from opsconsole.engine.oversight.charter import charter
from opsconsole.engine.oversight.charterpage import charter_page
from opsconsole.engine.oversight.digest import digest
from opsconsole.engine.oversight.digestpage import digest_page
from opsconsole.engine.oversight.span import month_before, week_before
from opsconsole.ui.panels.agents.panel import AgentsPanel
from opsconsole.ui.panels.overview.panel import OverviewPanel
from opsconsole.ui.paper.html import html_of
from opsconsole.ui.paper.saving import FORMS
from tests.ui.agents.agentsample import make
from tests.ui.sample import make_worked
from tests.ui.scenes import perform, press, told
from tests.ui.stage import Stage, until


def heard(stage: Stage) -> list[str]:
    """What the window says in passing."""
    said: list[str] = []

    def hear(text: str, button: str, act: object) -> None:
        said.append(text)

    stage.navigator.said.connect(hear)
    return said


def dialog_of(panel: AgentsPanel | OverviewPanel) -> QFileDialog:
    (dialog,) = panel.findChildren(QFileDialog)
    assert dialog.acceptMode() is QFileDialog.AcceptMode.AcceptSave and dialog.nameFilters() == list(FORMS)
    return dialog


@pytest.mark.parametrize("end", ["html", "pdf"])
def test_the_charter_is_saved_from_its_tab(tmp_path: Path, end: str) -> None:
    folder, path = make(tmp_path / "w"), tmp_path / f"mira.{end}"

    async def scene(stage: Stage) -> None:
        said, panel = heard(stage), stage.show(AgentsPanel)
        await until(lambda: panel.shown is not None)
        press(panel.charter, "Save as page…")
        dialog = dialog_of(panel)
        assert [Path(name).name for name in dialog.selectedFiles()] in (["charter-mira"], ["charter-mira.pdf"])
        for form, suffix in FORMS.items():
            dialog.filterSelected.emit(form)
            assert dialog.defaultSuffix() == suffix[1:]
        dialog.fileSelected.emit(str(path))
        dialog.close()
        await until(lambda: said)
        assert said == [f"Charter of Mira is in mira.{end}."]

    perform(folder, scene)
    with opened(folder) as session:
        page = charter_page(charter(session.kernel, "mira"))
    if end == "html":
        assert path.read_text() == html_of(page)
    else:
        assert (
            path.read_bytes().startswith(b"%PDF-")
            and b"/CreationDate (D:" + f"{page.at:%Y%m%d}".encode() in path.read_bytes()
        )


def test_last_months_review_is_saved_by_its_command(tmp_path: Path) -> None:
    folder, month = make(tmp_path / "w"), month_before(datetime.now(UTC))

    async def scene(stage: Stage) -> None:
        said, panel = heard(stage), stage.show(AgentsPanel)
        await until(lambda: panel.shown is not None)
        assert stage.context.commands.run("agents.review")
        dialog = dialog_of(panel)
        assert Path(dialog.selectedFiles()[0]).stem == f"review-mira-{month.first:%Y-%m}"
        dialog.fileSelected.emit(str(tmp_path / "x.html"))
        dialog.close()
        await until(lambda: said)
        assert "there was nothing to review before" in said[0]

    perform(folder, scene)
    assert not (tmp_path / "x.html").exists()


def test_where_no_agent_is_there_is_no_page_of_one(empty: Path) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(AgentsPanel)
        await until(lambda: "No agents yet" in told(panel))
        assert not stage.context.commands.run("agents.page") and not stage.context.commands.run("agents.review")

    perform(empty, scene)


def test_the_weekly_digest_is_saved_from_overview(tmp_path: Path) -> None:
    folder, path, week = make_worked(tmp_path / "w"), tmp_path / "week.html", week_before(datetime.now(UTC))

    async def scene(stage: Stage) -> None:
        said, panel = heard(stage), stage.show(OverviewPanel)
        await until(lambda: "Events a day" in told(panel))
        press(panel, "Weekly digest…")
        dialog = dialog_of(panel)
        assert Path(dialog.selectedFiles()[0]).stem == f"digest-{week.first.isoformat()}"
        dialog.fileSelected.emit(str(path))
        dialog.close()
        await until(lambda: said)
        assert said == [f"Digest of {week.name} is in week.html."]
        assert any(command.id == "overview.digest" for command in stage.context.commands.available())

    perform(folder, scene)
    with opened(folder) as session:
        assert path.read_text() == html_of(digest_page(digest(session.kernel, week)))


@pytest.mark.parametrize(
    ("name", "why"), [("x.docx", "ends in none of"), ("missing/x.html", "cannot be written"), ("w.pdf", "is no file")]
)
def test_what_cannot_be_saved_is_said(tmp_path: Path, name: str, why: str) -> None:
    folder = make(tmp_path / "w")
    (tmp_path / "w.pdf").mkdir()

    async def scene(stage: Stage) -> None:
        said, panel = heard(stage), stage.show(AgentsPanel)
        await until(lambda: panel.shown is not None)
        panel.charter.save_page()
        dialog = dialog_of(panel)
        dialog.fileSelected.emit(str(tmp_path / name))
        dialog.close()
        await until(lambda: said)
        assert why in said[0]

    before = sorted(path.name for path in tmp_path.iterdir())
    perform(folder, scene)
    assert [name for name in sorted(path.name for path in tmp_path.iterdir()) if name != "window.ini"] == before
