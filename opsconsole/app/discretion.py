"""Keeps secrets out of what a process says by itself: its log, and the traces of errors nobody caught."""

import logging
import sys
import threading
import traceback
from types import TracebackType

from opsconsole.domain.redaction import redacted


class DiscreetFormatter(logging.Formatter):
    """Formats as before, then leaves secrets out: of the message, its arguments and the trace alike."""

    def __init__(self, before: logging.Formatter | None) -> None:
        super().__init__()
        self._before = before or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, or lines, of a record."""
        return redacted(self._before.format(record))


def be_discreet() -> None:
    """Have the root log's handlers and the traces of uncaught errors leave out secrets that were handed out."""
    # The handlers' last step, not a filter: a filter sees no trace, and one on the logger sees no child's record.
    for handler in logging.getLogger().handlers:
        if not isinstance(handler.formatter, DiscreetFormatter):
            handler.setFormatter(DiscreetFormatter(handler.formatter))
    sys.excepthook = _tell
    threading.excepthook = _tell_of_thread


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    sys.stderr.write(redacted("".join(traceback.format_exception(kind, error, trace))))


def _tell_of_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        name = args.thread.name if args.thread else "?"
        sys.stderr.write(f"In thread {name}: ")
        _tell(args.exc_type, args.exc_value, args.exc_traceback)
