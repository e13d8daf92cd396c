"""Sealed secrets: asks for their passphrase when the engine waits for it, and whenever a person wants to open them."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout

from opsconsole.domain.errors import OpsError
from opsconsole.ui.command import Command
from opsconsole.ui.shell.engineprocess import EngineState
from opsconsole.ui.shell.lasting import MAKE_SECRETS, OPEN_SECRETS
from opsconsole.ui.shell.window import Window
from opsconsole.ui.widgets.basics import button, label, row

_ABOUT = (
    "Passwords and keys of this workspace lie in an encrypted file. Its passphrase stays in this window's memory, to"
    " start the engine with, and is written nowhere."
)
_ABOUT_NEW = (
    "This machine has no keyring that works. Passwords and keys can lie in an encrypted file instead. You are asked for"
    " its passphrase whenever the window starts; it is written nowhere, and nobody can look it up: keep it safe."
)
WIDTH = 420
LEAST = 8
"""Characters of a new passphrase."""
VARIED = 4
"""Different characters in it."""
_OPEN = "The secrets are open."
_CHOSEN = "Passwords and keys go into an encrypted file, which is made with the first of them."
_LATER = "The secrets stay sealed. Agents cannot sign in, and wait, until you open them."


class Seal(QObject):
    """Opens the dialog by itself once each time the engine comes to wait; after that the banner offers it."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._was_sealed = window, False
        self.dialog: Unseal | None = None
        commands = [
            Command(id=OPEN_SECRETS, title="Open the sealed secrets", run=self.ask),
            Command(id=MAKE_SECRETS, title="Keep secrets in an encrypted file", run=self.ask_new),
        ]
        window.context.commands.add(window, commands)
        window.engine.changed.connect(self._on_engine)

    def ask(self) -> None:
        """Show the dialog."""
        self._show(is_new=False)

    def ask_new(self) -> None:
        """Show the dialog that makes the encrypted file."""
        self._show(is_new=True)

    def _show(self, *, is_new: bool) -> None:
        if self.dialog is None:
            self.dialog = Unseal(self._window, is_new=is_new)
            self.dialog.finished.connect(self._on_finished)
            self.dialog.open()

    def _on_engine(self) -> None:
        was, self._was_sealed = self._was_sealed, self._window.engine.state is EngineState.SEALED
        if self._was_sealed and not was and self._window.isVisible():
            self.ask()

    def _on_finished(self, result: int) -> None:
        is_new = self.dialog is not None and self.dialog.is_new
        self.dialog = None
        if result == QDialog.DialogCode.Accepted:
            self._window.notice.say(_CHOSEN if is_new else _OPEN, "", None)
            engine = self._window.engine
            if engine.state is EngineState.SEALED:
                engine.retry()
            elif engine.state is not EngineState.STOPPED:
                engine.restart()
            self._window.context.navigator.secrets_opened.emit()
        elif self._window.engine.state is EngineState.SEALED:
            self._window.notice.say(_LATER, "", None)


class Unseal(QDialog):
    """A field, hidden as it is typed; two for a new passphrase. What is wrong with it is said below."""

    def __init__(self, window: Window, *, is_new: bool = False) -> None:
        super().__init__(window)
        title = "Keep secrets in an encrypted file" if is_new else "Open the sealed secrets"
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context, self.is_new = window.context, is_new
        self.field = self._hidden("New passphrase" if is_new else "Passphrase of the sealed secrets")
        self.again = self._hidden("The same passphrase again")
        self.said = label("", "error", is_wrapped=True)
        self._open = button("Use this passphrase" if is_new else "Open", self._try, kind="accent")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(10)
        column.addWidget(label(title, "h2"))
        about = label(_ABOUT_NEW if is_new else _ABOUT, "muted", is_wrapped=True)
        column.addWidget(about)
        column.addWidget(label("Passphrase", "cap"))
        column.addWidget(self.field)
        if is_new:
            column.addWidget(label("Again", "cap"))
        column.addWidget(self.again)
        self.again.setVisible(is_new)
        column.addWidget(self.said)
        column.addLayout(row(self._open, button("Not now", self.reject), None))
        for caption in (about, self.said):
            caption.setFixedWidth(WIDTH)
        about.setMinimumHeight(about.heightForWidth(WIDTH))
        self.field.setFocus()
        self._say("")

    def _hidden(self, name: str) -> QLineEdit:
        made = QLineEdit()
        made.setEchoMode(QLineEdit.EchoMode.Password)
        made.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        made.setAccessibleName(name)
        made.textEdited.connect(lambda _="": self._say(""))
        made.returnPressed.connect(self._try)
        return made

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.setVisible(bool(text))
        self.said.setMinimumHeight(self.said.heightForWidth(WIDTH) if text else 0)
        self.adjustSize()  # a window does not grow by itself with a text that wraps
        self.field.setAccessibleDescription(text)

    def _try(self) -> None:
        if not self.field.text() or not self._open.isEnabled():
            return
        if self.is_new and (wrong := self._wrong()):
            self._say(wrong)
            return
        self._open.setEnabled(False)
        self._context.tasks.start(self._unseal(self.field.text()), name="opening the secrets", owner=self)

    def _wrong(self) -> str:
        word = self.field.text().strip()
        if len(word) < LEAST or len({*word}) < VARIED:
            return f"At least {LEAST} characters; a few words that only you put together are best."
        return "" if self.field.text() == self.again.text() else "The two are not the same. Type it twice alike."

    async def _unseal(self, word: str) -> None:
        try:
            await (self._context.tools.make_secrets if self.is_new else self._context.tools.open_secrets)(word)
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
        self.again.clear()
        super().done(result)
