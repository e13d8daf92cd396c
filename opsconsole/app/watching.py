"""Watched folders: new files are imported while the engine works."""

import asyncio
import logging
from pathlib import Path

from opsconsole.connectors.desk.mailbox import keep_record
from opsconsole.connectors.files import WatchedFolder, open_source
from opsconsole.connectors.files.table import TableSource
from opsconsole.domain.errors import FencedError, MachineError, OpsError
from opsconsole.domain.redaction import redacted
from opsconsole.engine.engine import Engine

_log = logging.getLogger(__name__)
EVERY_S = 2.0


async def watch_folders(engine: Engine, folders: list[Path]) -> None:
    """Import new files of these folders until cancelled.

    A file is known once it was imported. One that cannot be read is told once and left alone until it changes; where
    the machine stands in the way (a full disk), it is tried again.

    Raises:
        FencedError: another engine took the workspace.
    """
    watched: list[tuple[WatchedFolder, set[str]]] = [(WatchedFolder(folder), set()) for folder in folders]
    told: dict[str, str] = {}
    while watched:
        for folder, known in watched:
            await _look(engine, folder, known, told)
        await asyncio.sleep(EVERY_S)


async def _look(engine: Engine, folder: WatchedFolder, known: set[str], told: dict[str, str]) -> None:
    try:
        found = list(folder.scan(known))
    except (OpsError, OSError) as error:
        _tell(told, str(folder.folder), error)
        return
    told.pop(str(folder.folder), None)
    for file in found:
        key = str(file.path)
        try:
            await _bring(engine, file.path)
        except FencedError:
            raise
        except (MachineError, OSError) as error:  # the next look tries again
            _tell(told, key, error)
            continue
        except Exception as error:
            _tell(told, key, error)
        known.add(file.key)
        told.pop(key, None)


def _tell(told: dict[str, str], key: str, error: Exception) -> None:
    """Log an error, once as long as it stays the same."""
    if told.get(key) != (text := redacted(f"{type(error).__name__}: {error}")):
        told[key] = text
        _log.error("%s: %s", key, error, exc_info=not isinstance(error, OpsError | OSError))


async def _bring(engine: Engine, path: Path) -> None:
    source = open_source(path)
    if isinstance(source, TableSource):
        for record in source.records():
            await engine.writer.write(
                lambda tx, r=record: keep_record(tx, r.kind, r.external_id, r.fields, now=engine.clock.now()),
                name="import.record",
            )
        return
    for event in source.events():
        await engine.take("desk", event)
