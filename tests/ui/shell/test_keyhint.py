"""On every page of the window: what is typed is no command, and a key that does nothing says why in one line."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.ui.keyguard import TYPING, is_single
from opsconsole.ui.shell.catalog import PANELS
from tests.support.desktop.console import in_window, until


def test_on_every_page_no_single_key_is_a_command_just_after_typing(worked: Path) -> None:
    async def scenario(joined: Joined) -> None:
        window, commands = joined.window, joined.window.context.commands
        await until(lambda: window.state is not None)
        field = QLineEdit(window.centralWidget())
        field.show()
        pressed = 0
        for entry in PANELS:
            window.show_panel(entry.name)
            panel = window.panel(entry.name)
            assert panel is not None
            for command in (command for command in commands.all() if command.id.startswith(f"{entry.name}.")):
                for key in map(QKeySequence, command.keys):
                    if not is_single(key) or command.opens_field:
                        continue
                    window.hint.hide()
                    field.setFocus()
                    panel.setFocus()
                    QTest.keySequence(panel, key)
                    assert window.hint.text == TYPING, (command.id, key.toString())
                    pressed += 1
        assert pressed > 20
        record = await joined.backend.read(
            lambda kernel: kernel.reader.execute(
                "SELECT count(*) FROM audit WHERE kind LIKE 'decision%' OR kind LIKE 'pair.judged'"
            ).fetchone()[0]
        )
        assert record == 0

    in_window(worked, scenario)


def test_a_hint_takes_no_clicks_and_stands_over_a_notice(worked: Path) -> None:
    async def scenario(joined: Joined) -> None:
        window = joined.window
        window.notice.say("Approved, done in 10 s.", "Undo", lambda: None)
        window.context.commands.keys.say("Not now.")
        assert window.hint.text == "Not now." and not window.hint.geometry().intersects(window.notice.geometry())
        assert window.hint.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    in_window(worked, scenario)
