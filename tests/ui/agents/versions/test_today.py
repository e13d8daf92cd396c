"""What an agent may do today is told as it is: in shadow nothing; and an agent is looked for where one is missing."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from opsconsole.app.session import opened
from opsconsole.engine.agents.deployments import furthest
from opsconsole.engine.agents.warnings import stage_notes
from opsconsole.engine.commands.connections import connect
from opsconsole.ui.panels.agents.data import standing_told, standing_words
from opsconsole.ui.panels.agents.panel import AgentsPanel
from opsconsole.ui.widgets.basics import ChoiceBox
from tests.support.mail.mailrig import mail_config
from tests.ui.agents.agentsample import FILE, make
from tests.ui.sample import make_empty
from tests.ui.scenes import perform, told, with_tools
from tests.ui.stage import Stage, until

LIVE = "stage: {default: full}"
TWO = FILE.replace("    - id: mail_received", "    - {id: other, name: Something else}\n    - id: mail_received")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (FILE, "In all that it handles:"),
        (FILE.replace(LIVE, "stage: {default: shadow}"), "Today nothing: all of it is in shadow"),
        (FILE.replace(LIVE, "stage: {default: limited}"), "Today nothing: none of it is live"),
        (
            TWO.replace(LIVE, "stage: {default: limited, categories: {other: limited}}"),
            "Nothing in “A mail”, which is not live. In the rest:",
        ),
        (
            TWO.replace(LIVE, "stage: {default: full, categories: {other: shadow}}"),
            "Nothing in “Something else”, which is in shadow. In the rest:",
        ),
    ],
)
def test_the_charter_says_what_holds_today(tmp_path: Path, text: str, words: str) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(AgentsPanel)
        await until(lambda: "What it may do" in told(panel))
        assert words in told(panel)
        assert panel.shown is not None
        spec = panel.shown.spec
        meant = {standing_told(furthest(spec, category.id)) for category in spec.playbook.categories}
        tips = {label.toolTip() for label in panel.charter.findChildren(QLabel)}
        assert meant <= tips
        assert all(note[1:] in told(panel) for note in stage_notes(spec)), "what opens nothing is told in the head"

    perform(make(tmp_path / "w", text), scene)


def test_the_charter_says_what_a_deployment_opens(tmp_path: Path) -> None:
    deployments = (
        "{connection: desk, stage: limited, categories: [other]}", "{connection: one, stage: limited}",
        "{connection: two, stage: shadow}", "{connection: three, stage: expanded}",
    )  # fmt: skip
    text = TWO.replace(LIVE, f"stage: {{default: full}}\ndeployments: [{', '.join(deployments)}, {{stage: shadow}}]")

    async def scene(stage: Stage) -> None:
        panel = stage.show(AgentsPanel)
        await until(lambda: "What it may do" in told(panel))
        for words in (
            "On desk: limited at most, and only for Something else.", "On two: in shadow: nothing is done.",
            "On one: limited, and no category is live: nothing is done.", "On three: expanded at most.",
        ):  # fmt: skip
            assert words in told(panel)
        assert panel.shown is not None
        assert standing_words(furthest(panel.shown.spec, "mail_received")) == "expanded"

    perform(make(tmp_path / "w", text), scene)


def test_the_gallery_begins_with_what_can_work_the_connection_it_was_asked_for(tmp_path: Path) -> None:
    folder = make_empty(tmp_path / "w")
    with opened(folder) as session:
        kernel, config = session.kernel, mail_config(1, 1).model_dump(mode="json")
        session.write(
            lambda tx: connect(kernel, tx, "support", kind="mail", config=config, actor="person:test"), name="connect"
        )

    async def scene(stage: Stage) -> None:
        with_tools(stage, folder)
        panel = stage.show(AgentsPanel)
        panel.go({"add": True, "connection": "support"})
        await until(lambda: panel.sides.gallery.cards)
        first = panel.sides.gallery.cards[0]
        assert any("support" in names for _, names in first.choices.values())
        assert "An agent for support" in told(panel.sides.gallery) and "It cannot work support." in told(panel)
        boxes = [box for box in panel.sides.gallery.findChildren(ChoiceBox) if box.findText("support") >= 0]
        assert boxes and all(box.currentText() == "support" for box in boxes)
        panel.sides.add()
        await until(lambda: "An agent for support" not in told(panel.sides.gallery))

    perform(folder, scene)
