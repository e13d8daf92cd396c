"""init, engine, import: make a workspace, work it, bring events."""

import asyncio
import gc
import sys
from dataclasses import asdict
from io import FileIO
from pathlib import Path
from typing import Annotated

import typer

from opsconsole.app.commands.importwords import tell_left_out, tell_preview
from opsconsole.app.commands.options import AsJson, Mapped, Sent, Where
from opsconsole.app.gui import launch
from opsconsole.app.interrupts import Told, stopped_by_signals
from opsconsole.app.past.importing import Imported, import_path, own_of
from opsconsole.app.past.preview import Wish, preview
from opsconsole.app.place import resources, workspace_folder
from opsconsole.app.running import wait_out_windows
from opsconsole.app.sample import feed as samplefeed
from opsconsole.app.sample.company import DAYS
from opsconsole.app.session import actor, engine_of, opened
from opsconsole.app.watching import watch_folders
from opsconsole.app.words import count, hinted, listed, plain, say, say_json, speak_of
from opsconsole.connectors.files.mapping import read_mapping
from opsconsole.connectors.mailtext.verify import Vouching
from opsconsole.domain.engineprocess import SEALED_EXIT
from opsconsole.domain.errors import KeyringError, UserError
from opsconsole.engine.engine import Engine
from opsconsole.engine.systemclock import SystemClock
from opsconsole.store import workspace as workspaces
from opsconsole.store.queries import limits
from opsconsole.store.rows import Reader
from opsconsole.store.workspace import Workspace


def init(*, workspace: Where = None) -> None:
    """Make a workspace: one private folder on this machine."""
    folder = workspace_folder(workspace)
    if workspace is not None and not str(workspace).strip(". "):
        raise UserError("Name a folder for the workspace; it becomes private to you.")
    if folder.is_dir() and not (folder / workspaces.DATABASE).exists() and any(folder.iterdir()):
        raise UserError(f"{folder} holds other files. A workspace is a folder of its own; name a new one.")
    speak_of(workspace)
    made = workspaces.create(folder, at=SystemClock().now(), actor=actor())
    made.close()
    say(f"The workspace is ready: {folder}")
    say("Next: `opsconsole connect mail`, `opsconsole connect model`, `opsconsole agents apply FILE.yaml`, then")
    say("`opsconsole engine`. Without signing in anywhere: `opsconsole import MAILBOX`.")


def engine(
    *,
    once: Annotated[bool, typer.Option("--once", help="Work what is there, then stop.")] = False,
    watch: Annotated[list[Path] | None, typer.Option(help="Folder whose new files are imported.")] = None,
    passphrase_stdin: Annotated[
        bool, typer.Option("--passphrase-stdin", help="Read the encrypted file's passphrase from standard input.")
    ] = False,
    live_sample: Annotated[bool, typer.Option("--live-sample", hidden=True)] = False,
    workspace: Where = None,
) -> None:
    """Work the workspace: agents take events, approved actions are done. Ctrl+C stops it; nothing is lost."""
    for folder in watch or []:
        if not folder.is_dir():
            raise UserError(f"There is no folder {folder} to watch. Make it, or name another one.")
    speak_of(workspace)
    told = Told(FileIO(0, closefd=False)) if passphrase_stdin else None
    asyncio.run(_engine(workspace_folder(workspace), once=once, watch=watch or [], is_sample=live_sample, told=told))


def _engine_of(place: Workspace, reader: Reader, told: Told | None) -> Engine:
    try:
        if told is None:
            return engine_of(place, reader)
        return engine_of(place, reader, typed=lambda: told.passphrase, is_of_window=True)
    except KeyringError as error:
        if told is None:
            raise
        typer.echo(plain(hinted(f"{error}")), err=True)
        raise typer.Exit(SEALED_EXIT) from error


async def _engine(folder: Path, *, once: bool, watch: list[Path], is_sample: bool, told: Told | None) -> None:
    place = workspaces.open_(folder)
    reader = place.database.reader()
    try:
        if is_sample and samplefeed.is_new(reader):
            await samplefeed.work_days(place, reader, resources() / "sample", days=DAYS - samplefeed.LIVE_DAYS)
        async with _engine_of(place, reader, told) as running:
            if once:
                await running.settle()
                await wait_out_windows(running, is_quiet=False)
                paused = ", ".join(scope for scope, _ in limits.switches(running.reader))
                if paused:
                    say(f"Paused: {paused}; nothing of that was begun. `opsconsole resume` lifts a pause.")
                say("All that can be done now is done. `opsconsole status` shows what waits.")
                return
            if told is not None:
                told.stops(running.stop)
            with stopped_by_signals(running.stop):
                await _work(running, folder, watch=watch, is_sample=is_sample)
    finally:
        reader.close()
        place.close()
    say("Stopped. Nothing was lost.")


async def _work(running: Engine, folder: Path, *, watch: list[Path], is_sample: bool) -> None:
    """Work until the engine is stopped."""
    gc.collect()
    gc.freeze()  # what was loaded to start with is never garbage; collections look at the work alone
    say(f"Working {folder}. Ctrl+C stops; nothing is lost.")
    sys.stdout.flush()
    watching = asyncio.create_task(watch_folders(running, watch))
    feeding = asyncio.create_task(samplefeed.live(running, resources() / "sample") if is_sample else _nothing())
    try:
        await running.run()
    finally:
        for task in (watching, feeding):
            task.cancel()
        await asyncio.gather(watching, feeding, return_exceptions=True)


def window(*, workspace: Where = None) -> None:
    """Open the window; it starts the engine behind it."""
    # The entry opens it without loading the commands; this is for the list of commands, and for callers within.
    raise typer.Exit(launch.open_window(workspace_folder(workspace), is_sample=False))


async def _nothing() -> None:
    """Stand in where no sample is fed."""


def import_(
    sources: Annotated[list[Path], typer.Argument(help="mbox, Maildir, folder or archive of .eml, .eml, CSV")],
    *,
    work: Annotated[
        bool, typer.Option("--work", help="Give the mails to the agents in use, as if they came now.")
    ] = False,
    own: Annotated[str, typer.Option(help="Your own addresses, comma-separated: their mails count as sent.")] = "",
    sent: Sent = None,
    mapping: Mapped = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show how it would be read; nothing is written.")
    ] = False,
    authserv: Annotated[
        str | None, typer.Option(help="Name of your mail server, whose word on senders counts.")
    ] = None,
    authserv_strips: Annotated[
        bool, typer.Option("--authserv-strips", help="It removes such lines that senders wrote in its name.")
    ] = False,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Bring mail and tables onto the desk: the past, for look-ups and to try agents on; with --work, work for agents.

    Running it twice doubles nothing; what cannot be read is kept and marked.
    """
    addresses = own_of(own)
    if dry_run:
        for source in sources:
            _look(Wish(path=source, own=addresses, sent=sent or (), mapping=mapping), as_json=as_json)
        return
    table_mapping = None if mapping is None else read_mapping(mapping)
    is_whole = True
    with opened(workspace) as session:
        for source in sources:
            is_loud = sys.stderr.isatty() and not as_json

            def progress(seen: int, is_loud: bool = is_loud) -> None:
                if is_loud:
                    typer.echo(f"\r  {seen} read", err=True, nl=False)

            vouching = None if authserv is None else Vouching(authserv, strips=authserv_strips)
            done = import_path(
                session,
                source,
                is_history=not work,
                own_addresses=addresses,
                vouching=vouching,
                progress=progress,
                sent=sent or (),
                mapping=table_mapping,
            )
            if is_loud:
                typer.echo("\r", err=True, nl=False)
            is_whole = is_whole and not done.damaged
            if as_json:
                say_json({name: getattr(done, name) for name in done.__slots__})
                continue
            _tell_import(source, done, is_work=work)
    if not is_whole:
        raise typer.Exit(1)


def _look(wish: Wish, *, as_json: bool) -> None:
    found = preview(wish)
    if as_json:
        say_json(asdict(found))
    else:
        tell_preview(found)


def _tell_import(source: Path, done: Imported, *, is_work: bool) -> None:
    what = listed(done.records) if done.records else count(done.seen, "mail")
    given = f", {done.queued} given to agents" if is_work else ""
    say(f"{source}: {what}; {done.new} new, {done.known} copies or known before{given}.")
    if done.broken:
        say(f"  {done.broken} could not be read whole: kept and marked; `opsconsole feed --broken` shows them.")
    for damage in done.damaged:
        say(f"  NOT ALL OF IT: {damage}. Copy or export it again and import that: nothing is doubled.")
    tell_left_out(done)
