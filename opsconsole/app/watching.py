"""Watched folders: new files are imported while the engine works."""

import asyncio
import logging
from pathlib import Path

from opsconsole.connectors.desk.mailbox import keep_record
from opsconsole.connectors.files import WatchedFolder, open_source
from opsconsole.connectors.files.table import TableSource
from opsconsole.domain.errors import OpsError
from opsconsole.engine.engine import Engine

_log = logging.getLogger(__name__)
EVERY_S = 2.0


async def watch_folders(engine: Engine, folders: list[Path]) -> None:
    """Import new files of these folders until cancelled. A file that cannot be read is told once and left alone."""
    watched = [WatchedFolder(folder) for folder in folders]
    known: set[str] = set()
    while watched:
        for one in watched:
            try:
                for found in list(one.scan(known)):
                    known.add(found.key)
                    await _bring(engine, found.path)
            except OpsError as error:
                _log.error("%s", error)
        await asyncio.sleep(EVERY_S)


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
