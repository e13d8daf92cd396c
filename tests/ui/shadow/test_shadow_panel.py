"""Shadow: nothing can be approved there; recommendations are answered by one key."""

import asyncio
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from opsconsole.app.session import opened
from opsconsole.store.queries import runs
from opsconsole.store.queries.views import simulated
from opsconsole.ui.panels.shadow.notdone.verbs import SETTLE_MS
from opsconsole.ui.panels.shadow.panel import ShadowPanel
from tests.ui.scenes import make_advised, perform, press, record, told, went
from tests.ui.stage import Stage, until


async def ready(panel: ShadowPanel, count: int) -> None:
    """The recommendations are there, and the first key is not taken for a slip."""
    panel.go({"tab": "recommendations"})
    await until(lambda: panel.current is not None and len(panel.verbs.bar.findChildren(QPushButton)) > 0)
    await until(lambda: told(panel).count("Because:") == count)
    await asyncio.sleep(SETTLE_MS / 1000 + 0.05)


def test_shadow_offers_nothing_to_approve(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        panel, places = stage.show(ShadowPanel), went(stage)
        await until(lambda: panel.tab == "recommendations" and "Demo 1" in told(panel))  # it opens on what waits
        panel.turn("would")
        await until(lambda: "Demo 3" in told(panel))
        buttons = {button.text() for button in panel.findChildren(QPushButton) if button.isVisible()}
        assert (
            buttons == {"Compare", "So far", "Would have done", "Recommendations (2)", "Lessons", "Open the run"}
            and panel.current is None
        )
        press(panel, "Open the run")
        assert places == [("feed", {"event": 3, "run": 3})]

    perform(make_advised(tmp_path / "w"), scene)


def test_d_f_and_n_answer(tmp_path: Path) -> None:
    folder = make_advised(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel, said = stage.show(ShadowPanel), list[str]()
        stage.navigator.said.connect(lambda text, *_: said.append(str(text)))  # pyright: ignore[reportUnknownLambdaType,reportUnknownArgumentType]
        await ready(panel, 2)
        QTest.keyClick(panel, Qt.Key.Key_F)
        await until(lambda: said)
        assert said[0].startswith("Approved")
        await ready(panel, 1)
        QTest.keyClick(panel, Qt.Key.Key_N)
        field = QApplication.focusWidget()
        assert field is not None
        QTest.keyClicks(field, "She is a partner")
        QTest.keyClick(field, Qt.Key.Key_Return)
        await until(lambda: "Nothing is recommended" in told(panel))
        assert said[1] == "Noted as not right."

    perform(folder, scene)
    kinds = [entry["kind"] for entry in record(folder)]
    assert {"recommendation.asked", "decision.approve", "effect.prepared", "recommendation.not_right"} <= set(kinds)
    with opened(folder) as session:
        conn = session.kernel.reader
        assert {simulated.said_to(conn, "1/0.0"), simulated.said_to(conn, "2/0.0")} == {"asked", "not_right"}
        assert runs.effect_of(conn, "2/0.0") is not None and runs.effect_of(conn, "1/0.0") is None


def test_what_went_back_to_shadow_stays_there(tmp_path: Path) -> None:
    folder = make_advised(tmp_path / "w", stage="shadow")

    async def scene(stage: Stage) -> None:
        panel, said = stage.show(ShadowPanel), list[str]()
        stage.navigator.said.connect(lambda text, *_: said.append(str(text)))  # pyright: ignore[reportUnknownLambdaType,reportUnknownArgumentType]
        await ready(panel, 2)
        QTest.keyClick(panel, Qt.Key.Key_F)
        await until(lambda: said)
        assert "in shadow" in said[0] and "does not lift" in said[0]

    perform(folder, scene)
    with opened(folder) as session:
        assert runs.effect_of(session.kernel.reader, "2/0.0") is None
