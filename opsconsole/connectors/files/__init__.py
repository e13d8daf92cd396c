"""Mail and tables from files: mailbox files, mail folders, archives, single mails, exported tables."""

from opsconsole.connectors.files.detect import open_source
from opsconsole.connectors.files.record import ImportRecord
from opsconsole.connectors.files.source import Counts, Limits, Source
from opsconsole.connectors.files.watch import FoundFile, WatchedFolder

__all__ = ["Counts", "FoundFile", "ImportRecord", "Limits", "Source", "WatchedFolder", "open_source"]
