"""The rail: one button a panel, the count that waits, the kill switch."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QStyleOptionToolButton, QToolButton, QVBoxLayout

from opsconsole.ui.shell.catalog import Entry
from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme

WIDTH, WIDE = 56, 184
"""In px: icons alone, and with their names beside them."""
WIDE_FROM = 1400
"""A window so wide, in px, has room for the names."""
NAME_AT = 40
"""In px from the left: where names begin."""
_FIXED = QSizePolicy.Policy.Fixed


class RailButton(QToolButton):
    """An icon with a count."""

    def __init__(self, icon: str, title: str, theme: Theme, *, key: str = "") -> None:
        super().__init__()
        self._icon, self._title, self._theme, self._key = icon, title, theme, key
        self.count, self.is_named = 0, False
        self.tint = "text2"
        self.setCheckable(True)
        self.setIconSize(QSize(20, 20))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.show_count(0)
        self.restyle()
        self.name_beside(False)

    @property
    def _short(self) -> str:
        return self._title.partition(" (")[0]

    def name_beside(self, is_named: bool) -> None:
        """Show the name beside the icon, or only the icon; then the hover names it."""
        self.is_named = is_named
        self.setText(self._short)
        self.setSizePolicy(QSizePolicy.Policy.Expanding if is_named else QSizePolicy.Policy.Fixed, _FIXED)
        self.updateGeometry()
        self.update()

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        """The style draws the ground alone where the name is painted beside the icon."""
        super().initStyleOption(option)
        if self.is_named:
            option.icon = QIcon()  # type: ignore[attr-defined]
            option.text = ""  # type: ignore[attr-defined]

    def show_count(self, count: int) -> None:
        """Show how many wait there; 0 shows nothing."""
        self.count = count
        self.setAccessibleName(f"{self._title}, {count} waiting" if count else self._title)
        self.setToolTip(f"{self.accessibleName()}  {self._key}".rstrip())
        self.update()

    def become(self, icon: str, title: str, tint: str = "text2") -> None:
        """Be another button (pause, resume)."""
        self._icon, self._title, self.tint = icon, title, tint
        self.setText(self._short)
        self.show_count(self.count)
        self.restyle()

    def restyle(self) -> None:
        """Draw with today's tokens."""
        self.setIcon(self._theme.icon(self._icon, self.tint, 20, checked="accent"))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.is_named:
            self._paint_name()
        if not self.count:
            return
        text = f"{self.count}" if self.count < 100 else "99+"
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(fonts.font(10, fonts.SEMIBOLD))
            width = max(15, painter.fontMetrics().horizontalAdvance(text) + 8)
            top = (self.height() - 15) / 2 if self.is_named else 0
            spot = QRectF(self.width() - width - (8 if self.is_named else 0), top, width, 15)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("accent"))
            painter.drawRoundedRect(spot, 7.5, 7.5)
            painter.setPen(self._theme.color("onAccent"))
            painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_name(self) -> None:
        with QPainter(self) as painter:
            state = QIcon.State.On if self.isChecked() else QIcon.State.Off
            size = self.iconSize()
            box = QRect(QPoint(10, (self.height() - size.height()) // 2), size)
            self.icon().paint(painter, box, Qt.AlignmentFlag.AlignCenter, QIcon.Mode.Normal, state)
            painter.setFont(fonts.font(13, fonts.MEDIUM))
            painter.setPen(self._theme.color("accent" if self.isChecked() else "text"))
            rest = self.rect().adjusted(NAME_AT, 0, -4, 0)
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())


class Rail(QFrame):
    """The column at the left."""

    def __init__(self, entries: Sequence[Entry], theme: Theme, *, go: Callable[[str], None]) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setFixedWidth(WIDTH)
        self.setAccessibleName("Panels")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 12, 8, 12)
        column.setSpacing(8)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, RailButton] = {}
        for number, entry in enumerate(entries, start=1):
            made = self.buttons[entry.name] = RailButton(entry.icon, entry.title, theme, key=f"Ctrl+{number}")
            made.clicked.connect(lambda _=False, name=entry.name: go(name))
            self._group.addButton(made)
        for name, made in self.buttons.items():
            if name != "settings":
                column.addWidget(made)
        column.addStretch(1)
        self.pause = RailButton("pause", "Pause all agents", theme, key="Ctrl+Shift+P")
        self.pause.setCheckable(False)
        self.menu = RailButton("log", "Menu", theme)
        self.menu.setCheckable(False)
        for made in (self.pause, self.buttons["settings"], self.menu):
            column.addWidget(made)

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the window's width from now on."""
        super().showEvent(event)
        self.window().installEventFilter(self)
        self._fit(self.window().width())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and watched is self.window():
            self._fit(self.window().width())
        return super().eventFilter(watched, event)

    def _fit(self, window_width: int) -> None:
        """Show names where the window has room for them."""
        is_wide = window_width >= WIDE_FROM
        if self.width() == (WIDE if is_wide else WIDTH):
            return
        self.setFixedWidth(WIDE if is_wide else WIDTH)
        for made in (*self.buttons.values(), self.pause, self.menu):
            made.name_beside(is_wide)

    def mark(self, name: str) -> None:
        """Show which panel is open."""
        made = self.buttons.get(name)
        self._group.setExclusive(made is not None)
        for button in self.buttons.values():
            button.setChecked(button is made)

    def restyle(self) -> None:
        """Draw with today's tokens."""
        for made in (*self.buttons.values(), self.pause, self.menu):
            made.restyle()
