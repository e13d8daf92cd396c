"""Our own icons: a 24-grid, 1.75 strokes, round caps; tinted when drawn."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

PATHS = {
    "activity": '<path d="M3 12h4l3-8 4 16 3-8h4"/>',
    "alert": '<path d="M12 4l9 16H3z"/><path d="M12 10v4M12 17v.2"/>',
    "bot": '<rect x="4.5" y="8" width="15" height="11" rx="3"/><path d="M12 4v4M9 13v1.5M15 13v1.5"/>',
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "chevron": '<path d="M9 5l7 7-7 7"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>',
    "diff": '<path d="M4 4h7v16H4zM13 4h7v16h-7"/><path d="M6 9h3M6 13h3M15 9h3M15 13h3"/>',
    "download": '<path d="M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4.5 19.5h15"/>',
    "folder": '<path d="M3.5 6h6l2 2.5h9V19h-17z"/>',
    "gear": '<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>',
    "home": '<rect x="4" y="4" width="6.5" height="8" rx="1.5"/><rect x="13.5" y="4" width="6.5" height="5" rx="1.5"/>'
    '<rect x="4" y="15" width="6.5" height="5" rx="1.5"/><rect x="13.5" y="12" width="6.5" height="8" rx="1.5"/>',
    "inbox": '<path d="M3.5 13h5l1.5 3h4l1.5-3h5"/><path d="M3.5 13L6.5 5h11l3 8v6h-17z"/>',
    "link": '<path d="M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700L12 7"/>'
    '<path d="M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700L12 17"/>',
    "log": '<path d="M5 6h14M5 12h14M5 18h9"/>',
    "pause": '<path d="M8.500 5v14M15.500 5v14"/>',
    "pencil": '<path d="M4 20l1-4L16.5 4.500a2.100 2.100 0 0 1 3 3L8 19z"/><path d="M14.500 6.500l3 3"/>',
    "play": '<path d="M7.500 5l11 7-11 7z"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="M16 16l4.500 4.500"/>',
    "shield": '<path d="M12 3.500l7 2.500v5.500c0 4.500-3 7.500-7 9-4-1.500-7-4.500-7-9V6z"/>',
    "undo": '<path d="M8.500 5L4 9.500 8.500 14"/><path d="M4 9.500h10.500a5 5 0 0 1 0 10H11"/>',
    "x": '<path d="M6 6l12 12M18 6L6 18"/>',
}


@lru_cache(maxsize=512)
def pixmap(name: str, color: str, size: int = 16, ratio: float = 2.0) -> QPixmap:
    """Draw an icon of `size` logical pixels in a `#RRGGBB` colour."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke-width="1.75"'
        f' stroke="{color}" stroke-linecap="round" stroke-linejoin="round">{PATHS[name]}</svg>'
    )
    drawn = QPixmap(QSize(size, size) * ratio)
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return drawn


def icon(name: str, color: str, size: int = 16, *, checked: str | None = None) -> QIcon:
    """Return an icon; `checked` is its colour while a button is on."""
    made = QIcon(pixmap(name, color, size))
    if checked is not None:
        made.addPixmap(pixmap(name, checked, size), QIcon.Mode.Normal, QIcon.State.On)
    return made
