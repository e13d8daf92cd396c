"""demo: the main job on the embedded sample, worked live and offline."""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.gui import launch
from opsconsole.app.place import VARIABLE, data_folder, resources, workspace_folder
from opsconsole.app.running import wait_out_windows
from opsconsole.app.sample import company
from opsconsole.app.sample import feed as samplefeed
from opsconsole.app.session import actor, engine_of
from opsconsole.app.summary import summary, tell
from opsconsole.app.words import say, say_json, speak_of
from opsconsole.domain.errors import UserError, WorkspaceBusyError
from opsconsole.engine.systemclock import SystemClock
from opsconsole.store import lease
from opsconsole.store import workspace as workspaces
from opsconsole.store.database import Database
from opsconsole.store.queries import cases, limits

_OWN_FILES = (
    "workspace.db",
    "workspace.db-wal",
    "workspace.db-shm",
    "engine.lock",
    "engine.bell",
    "engine.log",
    "audit.heads",
)


def demo(
    *,
    headless: Annotated[bool, typer.Option("--headless", help="In the terminal, without the window.")] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin the sample anew; what you decided in it is gone.")
    ] = False,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Work two weeks of a small company's events with five agents, offline, and say what became of them."""
    named = workspace is not None or VARIABLE in os.environ
    folder = workspace_folder(workspace) if named else data_folder() / "demo"
    speak_of(folder)
    if not headless and not as_json and launch.has_screen():
        if fresh:
            _clear(folder)
        raise typer.Exit(launch.open_window(folder, is_sample=True))
    asyncio.run(_demo(folder, fresh=fresh, as_json=as_json))


async def _demo(folder: Path, *, fresh: bool, as_json: bool) -> None:
    shipped = resources() / "sample"
    if not shipped.is_dir():
        raise UserError(f"The sample is missing from this installation ({shipped}). Install opsconsole again.")
    if fresh:
        _clear(folder)
    place = workspaces.create(folder, at=company.opened(SystemClock().now()), actor=actor())
    reader = place.database.reader()
    began = time.monotonic()
    try:
        _refuse_own(place.database, folder)
        is_new = limits.setting(reader, "sample") is None
        if not as_json:
            word = "" if is_new else "; this workspace was begun before, what you decided stays (--fresh begins anew)"
            say(f"Sample company: two weeks of events, five agents and their lead, on this machine, offline{word}.\n")
        if samplefeed.is_new(reader):
            await samplefeed.work_days(place, reader, shipped, days=company.DAYS, tell=_teller(is_quiet=as_json))
        async with engine_of(place, reader) as engine:
            await engine.settle()
            await wait_out_windows(engine, is_quiet=as_json)
            facts = summary(reader, folder, seconds=time.monotonic() - began)
    finally:
        reader.close()
        place.close()
    if as_json:
        say_json(facts)
    else:
        tell(facts)


def _teller(*, is_quiet: bool) -> Callable[[int, int], None]:
    """Return what says how far it is: a bar where somebody watches, else a line a day."""
    is_live = sys.stdout.isatty()
    last = 0

    def tell(day: int, number: int) -> None:
        nonlocal last
        if is_quiet or (day == last and not is_live):
            return
        last = day
        filled = 30 * day // company.DAYS
        if is_live:
            bar = f"[{'#' * filled}{'.' * (30 - filled)}]"
            typer.echo(f"\r  day {day:2} of {company.DAYS}  {bar}  {number} events", nl=False)
        else:
            say(f"  day {day:2} of {company.DAYS}: {number} events so far")

    return tell


def _refuse_own(database: Database, folder: Path) -> None:
    reader = database.reader()
    try:
        is_sample = limits.setting(reader, "sample") is not None
        is_used = bool(cases.agents(reader))
    finally:
        reader.close()
    if is_used and not is_sample:
        raise UserError(
            f"{folder} is a workspace of your own; the sample stays out of it. Name another folder with --workspace."
        )


def _clear(folder: Path) -> None:
    """Remove an earlier sample, and nothing else."""
    if not (folder / "workspace.db").exists():
        return
    if lease.holder(folder) is not None:
        raise WorkspaceBusyError(f"An engine is working {folder}. Stop it first, then use --fresh.")
    place = workspaces.open_(folder)
    try:
        _refuse_own(place.database, folder)
    finally:
        place.close()
    for name in _OWN_FILES:
        (folder / name).unlink(missing_ok=True)
