"""Tiles of mail providers: one fills in the servers, and says in a line what one needs there."""

from collections.abc import Sequence

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from opsconsole.ui.panels.connections.form import ConnectionForm
from opsconsole.ui.tools import MailHost
from opsconsole.ui.widgets.basics import button, label, row


class HostTiles(QWidget):
    """Stands above the form of a mailbox."""

    def __init__(self, form: ConnectionForm, hosts: Sequence[MailHost]) -> None:
        super().__init__()
        self._form, self._hosts = form, hosts
        self.tiles = [self._tile(host) for host in hosts]
        self._needs = label("", "small", is_wrapped=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row(*self.tiles, None))
        column.addWidget(self._needs)
        self.forget()

    def forget(self) -> None:
        """Choose none."""
        for tile in self.tiles:
            tile.setChecked(False)
        self._needs.hide()

    def _tile(self, host: MailHost) -> QPushButton:
        made = button(host.title, lambda: self._choose(host), kind="chip")
        made.setCheckable(True)
        made.setAccessibleDescription(host.needs)
        return made

    def _choose(self, host: MailHost) -> None:
        for tile, other in zip(self.tiles, self._hosts, strict=True):
            tile.setChecked(other is host)
        self._form.fill_in(host.values)
        self._needs.setText(host.needs)
        self._needs.show()
        self._form.inputs["address"].setFocus()
