"""Inter with tabular figures, from the bundled files."""

from functools import lru_cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

NORMAL, MEDIUM, SEMIBOLD = QFont.Weight.Normal, QFont.Weight.Medium, QFont.Weight.DemiBold
FAMILY = "Inter"
CAPTION, SMALL, BODY, PAGE = 11, 12, 13, 20
"""Sizes in px."""


def load(folder: Path) -> None:
    """Make the bundled fonts known; a missing one falls back to the system's sans serif."""
    for file in sorted(folder.glob("Inter*.*tf")):
        QFontDatabase.addApplicationFont(str(file))


@lru_cache(maxsize=64)
def font(size: int = BODY, weight: QFont.Weight = NORMAL) -> QFont:
    """Return Inter in `size` px; the same object every time, so treat it as read-only."""
    made = QFont([FAMILY, "Segoe UI", "Helvetica Neue", "DejaVu Sans"])
    made.setPixelSize(size)
    made.setWeight(weight)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


@lru_cache(maxsize=8)
def mono(size: int = SMALL) -> QFont:
    """Return the system's font of one width in `size` px, for lines of files; read-only as well."""
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    made = QFont([system.family(), "DejaVu Sans Mono", "Menlo", "Consolas"])
    made.setStyleHint(QFont.StyleHint.Monospace)
    made.setPixelSize(size)
    return made
