"""The state of the record: a pill, `Verify now` with progress and cancel."""

from pathlib import Path
from threading import Event

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar

from opsconsole.domain.errors import OpsError
from opsconsole.engine.audittrail.check import check
from opsconsole.store.queries.views.feed import totals
from opsconsole.ui.panel import Context
from opsconsole.ui.widgets.basics import button, label, pill, set_pill
from opsconsole.ui.widgets.clock import utc_now
from opsconsole.ui.widgets.texts import tip
from opsconsole.ui.widgets.words import plural


class _StoppedError(Exception):
    """A person had enough of waiting."""


class ChainState(QFrame):
    """Says whether the record is whole, as far as it was looked at.

    Signals:
        progressed: entries checked; comes from a reading thread.
        verified: the check ended, well or not.
    """

    progressed = Signal(int)
    verified = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._stop = Event()
        self.pill = pill("Not verified yet", "plain")
        self.text = label("", "small")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(140, 6)
        self.bar.setAccessibleName("Entries verified")
        self.start = button("Verify now", self.verify)
        self.stop = button("Stop", self._stop.set)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        for part in (self.pill, self.text):
            line.addWidget(part)
        line.addStretch(1)
        for part in (self.bar, self.stop, self.start):
            line.addWidget(part)
        self.progressed.connect(self.bar.setValue)
        self._working(False)

    def verify(self) -> None:
        """Check everything now."""
        self._stop.clear()
        self._working(True)
        self._context.tasks.start(self._verify(), name="verifying the record", owner=self, key="verify")

    def _working(self, is_on: bool) -> None:
        self.bar.setVisible(is_on)
        offered, taken = (self.stop, self.start) if is_on else (self.start, self.stop)
        offered.show()
        if taken.hasFocus():  # else Qt hands the keys to the next field, and letters are typed there
            offered.setFocus()
        taken.hide()

    async def _verify(self) -> None:
        folder: Path = self._context.backend.folder
        stop = self._stop

        def progress(number: int) -> None:
            if stop.is_set():
                raise _StoppedError
            self.progressed.emit(number)

        try:
            all_ = await self._context.backend.read(lambda kernel: totals(kernel.reader).audit)
            self.bar.setMaximum(max(1, all_))
            self.bar.setValue(0)
            set_pill(self.pill, "Verifying", "accent")
            report = await self._context.backend.read(
                lambda kernel: check(kernel.reader, folder, progress=progress), lane="long"
            )
        except _StoppedError:
            set_pill(self.pill, "Not verified", "plain")
            self.text.setText("Stopped.")
        except OpsError as error:
            set_pill(self.pill, "Could not be verified", "warn")
            self.text.setText(str(error))
        else:
            when = f"{utc_now().astimezone():%H:%M}"
            if report.is_ok:
                set_pill(self.pill, "Record whole", "ok")
                self.text.setText(f"{plural(report.entries, 'entry', 'entries')} verified at {when}")
                self.text.setToolTip(f"Head {report.head.seq}:{report.head.chain.hex()}\nNote it elsewhere.")
            else:
                set_pill(self.pill, f"NOT whole: {plural(len(report.findings), 'finding')}", "danger")
                self.text.setText(report.findings[0].what)
                self.text.setToolTip(tip("\n".join(finding.what for finding in report.findings[:20])))
        finally:
            stop.set()
            self._working(False)
        self.verified.emit()
