"""What few need of a form, under a button that opens it."""

from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from opsconsole.ui.widgets.basics import button, row


class Fold(QWidget):
    """Rows that are hidden until somebody opens them, or one of them matters."""

    def __init__(self) -> None:
        super().__init__()
        self._inside = QWidget()
        self._rows = QVBoxLayout(self._inside)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self.toggle = button("More settings", lambda: self.turn(is_open=not self.is_open), kind="link")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row(self.toggle, None))
        column.addWidget(self._inside)
        self.turn(is_open=False)

    @property
    def is_open(self) -> bool:
        """Its rows are seen."""
        return not self._inside.isHidden()

    def add(self, made: QLayout) -> None:
        """Put a row into it."""
        self._rows.addLayout(made)

    def turn(self, *, is_open: bool) -> None:
        """Show its rows, or hide them."""
        self._inside.setVisible(is_open)
        self.toggle.setText("Fewer settings" if is_open else "More settings")
