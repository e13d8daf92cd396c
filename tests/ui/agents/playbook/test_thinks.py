"""What an agent thinks with is chosen in its form: offline, or a model that is connected."""

from pathlib import Path

from opsconsole.app.session import opened
from opsconsole.engine.agents.versions import in_use
from opsconsole.engine.commands.connections import connect
from opsconsole.ui.panels.agents.playbook.thinks import OFFLINE, ThinksBox
from tests.ui.agents.agentsample import make
from tests.ui.agents.playbook.test_playbook_form import MIRA, shown, source
from tests.ui.scenes import perform, told
from tests.ui.stage import Stage, until


def choose(box: ThinksBox, words: str) -> None:
    box.setCurrentIndex(box.findText(words))
    box.activated.emit(box.currentIndex())


def test_a_connected_model_is_given_to_an_agent_and_taken_away(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", MIRA)
    with opened(folder) as session:
        config = {"base_url": "http://127.0.0.1:1/v1", "model": "fake"}
        session.write(
            lambda tx: connect(session.kernel, tx, "fast", kind="model", config=config, actor="person:test"),
            name="connect",
        )

    async def scene(stage: Stage) -> None:
        panel, page = await shown(stage)
        box = page.ways.form.thinks
        assert box.models is None and not page.is_changed
        await until(lambda: box.findText("The model fast") >= 0)
        choose(box, "The model fast")
        await until(lambda: page.bar.is_ready)
        page.save()
        await until(lambda: panel.shown is not None and panel.shown.row.number == 2)
        assert "thinks with the model fast" in told(panel) and page.ways.form.thinks.models == ("fast",)
        choose(page.ways.form.thinks, OFFLINE)
        await until(lambda: page.bar.is_ready)
        page.save()
        await until(lambda: panel.shown is not None and panel.shown.row.number == 3)
        assert "offline" in told(panel)

    perform(folder, scene)
    with opened(folder) as session:
        row = in_use(session.kernel.reader, "mira")
    assert row.number == 3 and source(folder).startswith(MIRA)
    assert '"playbook"' in source(folder) and "# the classic" in source(folder)


def test_what_the_file_says_stands_there_though_it_is_not_connected(tmp_path: Path) -> None:
    text = MIRA.replace("name: Mira", "name: Mira\nbrain: model\nmodels: [big, small]")

    async def scene(stage: Stage) -> None:
        _, page = await shown(stage)
        await until(lambda: stage.tasks.count == 0)
        assert page.ways.form.thinks.currentText() == "The models big and small, in this order"
        assert page.ways.form.thinks.models == ("big", "small") and not page.is_changed

    perform(make(tmp_path / "w", text), scene)
