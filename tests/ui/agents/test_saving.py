"""While a change is being saved: what is typed meanwhile, of this agent or of another, is neither lost nor mixed up."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.enums import Level
from opsconsole.ui.panels.agents.panel import AgentsPanel
from tests.ui.agents.agentsample import FILE, in_use, make
from tests.ui.agents.railsteps import GUARDED
from tests.ui.agents.test_agents_drafts import NORA, pick, shown
from tests.ui.scenes import perform, told
from tests.ui.stage import Stage, until

CAPPED = GUARDED


def slow(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Let what is saved be told only after the event: it is in the file before."""
    real, gate = stage.context.backend.write, asyncio.Event()

    async def write(job: Any, *, name: str) -> Any:
        made = await real(job, name=name)
        await gate.wait()
        return made

    monkeypatch.setattr(stage.context.backend, "write", write)
    return gate


@pytest.mark.parametrize("way", ["form", "file"])
def test_what_is_typed_while_it_is_saved_stays_and_can_be_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: Any
) -> None:
    folder = make(tmp_path / "w", FILE)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage, folder)
        panel.turn("playbook")
        page = panel.playbook
        page.turn(way)

        def type_purpose(text: str) -> None:
            if way == "form":
                page.ways.form.purpose.setPlainText(text)
            else:
                page.ways.editor.setPlainText(FILE.replace("Answers.", text))

        type_purpose("Answers at once.")
        await until(lambda: page.bar.is_ready)
        gate = slow(stage, monkeypatch)
        panel.save()
        await until(lambda: in_use(folder).number == 2)
        type_purpose("Answers at once, always.")
        gate.set()
        await until(lambda: panel.shown is not None and panel.shown.row.number == 2 and page.bar.is_ready)
        assert page.is_changed and "meanwhile" not in page.bar.meaning.text()
        panel.save()
        await until(lambda: panel.shown is not None and panel.shown.row.number == 3)
        assert not page.is_changed

    perform(folder, scene)
    assert "Answers at once, always." in in_use(folder).source


def _guard(panel: AgentsPanel, cap: str) -> None:
    panel.guardrails.forms.caps.fields["actions_per_day"].setText(cap)
    panel.guardrails.forms.changed.emit()


async def _type(panel: AgentsPanel, tab: str, *, is_first: bool) -> None:
    panel.turn(tab)
    if tab == "playbook":
        await until(lambda: "Answers" in panel.playbook.ways.form.purpose.typed())
        panel.playbook.ways.form.purpose.setPlainText("Answers at once." if is_first else "Answers late.")
    elif tab == "autonomy":
        panel.autonomy.set_level(Level.APPROVAL)
    else:
        await until(lambda: "Caps" in told(panel.guardrails))
        _guard(panel, "7" if is_first else "8")


def _is_typed(panel: AgentsPanel, tab: str) -> bool:
    page = {"playbook": panel.playbook, "autonomy": panel.autonomy, "guardrails": panel.guardrails}[tab]
    return page.is_changed


@pytest.mark.parametrize("tab", ["playbook", "autonomy", "guardrails"])
@pytest.mark.parametrize("is_back", [False, True])
def test_another_agents_draft_is_neither_saved_nor_lost_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tab: str, is_back: bool
) -> None:
    folder = make(tmp_path / "w", CAPPED, NORA)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage, folder)
        await pick(panel, "nora")
        await _type(panel, tab, is_first=False)
        await pick(panel, "mira")
        await _type(panel, tab, is_first=True)
        page: Any = getattr(panel, tab)
        await until(lambda: page.bar.is_ready)
        gate = slow(stage, monkeypatch)
        panel.save()
        await until(lambda: in_use(folder).number == 2)
        await pick(panel, "nora")
        await until(lambda: _is_typed(panel, tab))
        if is_back:
            await pick(panel, "mira")
        gate.set()
        await until(lambda: not page.is_busy)
        await pick(panel, "mira")
        await until(lambda: not _is_typed(panel, tab))
        assert panel.shown is not None and panel.shown.row.number == 2
        await pick(panel, "nora")
        await until(lambda: _is_typed(panel, tab) and page.bar.is_ready)

    perform(folder, scene)


def test_a_draft_of_guardrails_comes_back_though_its_page_was_not_looked_at(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", CAPPED, NORA)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage, folder)
        await _type(panel, "guardrails", is_first=True)
        panel.turn("charter")
        await pick(panel, "nora")
        await pick(panel, "mira")
        panel.turn("guardrails")
        await until(lambda: panel.guardrails.is_changed)
        assert panel.guardrails.forms.caps.fields["actions_per_day"].text() == "7"

    perform(folder, scene)


def test_one_change_is_saved_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(tmp_path / "w", FILE.replace("Answers.", "Answers slowly."), FILE)

    async def scene(stage: Stage) -> None:
        said: list[str] = []

        def hear(text: str, button: str, act: object) -> None:
            said.append(text)

        stage.navigator.said.connect(hear)
        panel = await shown(stage, folder)
        await _type(panel, "playbook", is_first=True)
        await until(lambda: panel.playbook.bar.is_ready)
        gate = slow(stage, monkeypatch)
        panel.save()
        await until(lambda: in_use(folder).number == 3)
        panel.versions.restore_wanted.emit(1, "")
        assert "still being saved" in said[-1]
        gate.set()
        await until(lambda: panel.shown is not None and panel.shown.row.number == 3)
        assert not panel.playbook.is_changed

    perform(folder, scene)


def test_a_comment_is_saved_as_a_version(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", FILE)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage, folder)
        panel.turn("playbook")
        panel.playbook.turn("file")
        panel.playbook.ways.editor.setPlainText(f"# a word more\n{FILE}")
        await until(lambda: panel.playbook.bar.is_ready)
        panel.save()
        await until(lambda: panel.shown is not None and panel.shown.row.number == 2)

    perform(folder, scene)
    assert in_use(folder).source.startswith("# a word more")


def test_what_is_typed_after_it_was_sent_waits_while_another_agent_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path / "w", FILE, NORA)

    async def scene(stage: Stage) -> None:
        panel = await shown(stage, folder)
        await _type(panel, "playbook", is_first=True)
        await until(lambda: panel.playbook.bar.is_ready)
        gate = slow(stage, monkeypatch)
        panel.save()
        await until(lambda: in_use(folder).number == 2)
        panel.playbook.ways.form.tone.setPlainText("calm")
        await pick(panel, "nora")
        gate.set()
        await until(lambda: not panel.playbook.is_busy)
        await pick(panel, "mira")
        assert panel.playbook.is_changed and panel.playbook.ways.form.tone.typed() == "calm"

    perform(folder, scene)
