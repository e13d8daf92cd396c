"""Sealed secrets: asks for their passphrase when the engine waits for it, and whenever a person wants to open them."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout

from opsconsole.domain.errors import OpsError
from opsconsole.ui.command import Command
from opsconsole.ui.shell.engineprocess import EngineState
from opsconsole.ui.shell.lasting import OPEN_SECRETS
from opsconsole.ui.shell.window import Window
from opsconsole.ui.widgets.basics import button, label, row

_ABOUT = (
    "Passwords and keys of this workspace lie in an encrypted file. Its passphrase stays in this window's memory, to"
    " start the engine with, and is written nowhere."
)
WIDTH = 420
_LATER = "The secrets stay sealed. Agents cannot sign in, and wait, until you open them."


class Seal(QObject):
    """Opens the dialog by itself once each time the engine comes to wait; after that the banner offers it."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._was_sealed = window, False
        self.dialog: Unseal | None = None
        command = Command(id=OPEN_SECRETS, title="Open the sealed secrets", run=self.ask)
        window.context.commands.add(window, [command])
        window.engine.changed.connect(self._on_engine)

    def ask(self) -> None:
        """Show the dialog."""
        if self.dialog is None:
            self.dialog = Unseal(self._window)
            self.dialog.finished.connect(self._on_finished)
            self.dialog.open()

    def _on_engine(self) -> None:
        was, self._was_sealed = self._was_sealed, self._window.engine.state is EngineState.SEALED
        if self._was_sealed and not was and self._window.isVisible():
            self.ask()

    def _on_finished(self, result: int) -> None:
        self.dialog = None
        if result == QDialog.DialogCode.Accepted:
            self._window.notice.say("The secrets are open.", "", None)
            engine = self._window.engine
            engine.retry() if engine.state is EngineState.SEALED else engine.restart()
        elif self._window.engine.state is EngineState.SEALED:
            self._window.notice.say(_LATER, "", None)


class Unseal(QDialog):
    """One field, hidden as it is typed; what does not open the file is said below it."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.setWindowTitle("Open the sealed secrets")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context = window.context
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self.field.setAccessibleName("Passphrase of the sealed secrets")
        self.field.textEdited.connect(lambda _="": self._say(""))
        self.field.returnPressed.connect(self._try)
        self.said = label("", "error", is_wrapped=True)
        self._open = button("Open", self._try, kind="accent")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(10)
        column.addWidget(label("Open the sealed secrets", "h2"))
        about = label(_ABOUT, "muted", is_wrapped=True)
        column.addWidget(about)
        column.addWidget(label("Passphrase", "cap"))
        column.addWidget(self.field)
        column.addWidget(self.said)
        column.addLayout(row(self._open, button("Not now", self.reject), None))
        for caption in (about, self.said):
            caption.setFixedWidth(WIDTH)
        about.setMinimumHeight(about.heightForWidth(WIDTH))
        self.field.setFocus()
        self._say("")

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.setVisible(bool(text))
        self.said.setMinimumHeight(self.said.heightForWidth(WIDTH) if text else 0)
        self.adjustSize()  # a window does not grow by itself with a text that wraps
        self.field.setAccessibleDescription(text)

    def _try(self) -> None:
        if self.field.text() and self._open.isEnabled():
            self._open.setEnabled(False)
            self._context.tasks.start(self._unseal(self.field.text()), name="opening the secrets", owner=self)

    async def _unseal(self, word: str) -> None:
        try:
            await self._context.tools.open_secrets(word)
        except OpsError as error:
            self._say(str(error))
            self.field.selectAll()
            self.field.setFocus()
            return
        finally:
            self._open.setEnabled(True)
        self.accept()

    def done(self, result: int) -> None:
        self.field.clear()
        super().done(result)
