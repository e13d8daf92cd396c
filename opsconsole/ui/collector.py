"""Collects Python's cyclic garbage on the window's thread only.

Automatic collection runs on whichever thread happens to allocate; a Qt object that is freed on a reading thread takes
its timers down from there, which Qt forbids, and sometimes the process with it.
"""

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 2_000


class Collector(QObject):
    """Stands in for the automatic collection while it lives."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.collect()
        gc.freeze()  # what was loaded to start with is never garbage, and is not looked at again
        gc.disable()
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start()

    def close(self) -> None:
        """Collect once more, and hand back to the automatic collection."""
        self._timer.stop()
        gc.collect()
        gc.unfreeze()
        gc.enable()

    def _on_timeout(self) -> None:
        young, middle, old = gc.get_count()
        limits = gc.get_threshold()
        if old > limits[2]:
            gc.collect(2)
        elif middle > limits[1]:
            gc.collect(1)
        elif young > limits[0]:
            gc.collect(0)
