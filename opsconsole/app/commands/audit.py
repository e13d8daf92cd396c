"""audit: prove the record."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.plainerrors import LAST
from opsconsole.app.session import opened
from opsconsole.app.words import plain, say, say_json, table
from opsconsole.domain.errors import UserError
from opsconsole.engine.audittrail.check import check
from opsconsole.engine.audittrail.export import FORMS, record
from opsconsole.engine.audittrail.export import export as write_out
from opsconsole.store import audit as chain
from opsconsole.store import heads
from opsconsole.store.queries.views import feed
from opsconsole.store.queries.views.auditlist import AuditFilter

app = typer.Typer(help="The audit trail: verify it, read it.", no_args_is_help=True)


@app.command()
def verify(
    *,
    head: Annotated[str | None, typer.Option(help="A head you noted: SEQ:CHAIN in hex.")] = None,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Check every entry, the guards, and the heads noted beside the database. Exit code 1 where something is wrong."""
    given: tuple[chain.Head, ...] = ()
    if head is not None:
        parsed = heads.parse(head)
        if parsed is None:
            raise UserError("A head looks like 1234:9f…, the number and 64 hex digits, as `audit verify` prints it.")
        given = (parsed,)
    with opened(workspace) as session:
        noted = heads.read(session.workspace.folder)
        report = check(session.kernel.reader, session.workspace.folder, given=given)
        is_unreadable = not noted and heads.is_in_place(session.workspace.folder)
    facts = {
        "ok": report.is_ok,
        "entries": report.entries,
        "head": f"{report.head.seq}:{report.head.chain.hex()}",
        "noted_heads": len(noted) + len(given),
        "heads_file_readable": not is_unreadable,
        "findings": [{"seq": finding.seq, "what": finding.what} for finding in report.findings],
    }
    if as_json:
        say_json(facts)
    elif report.is_ok:
        say(f"The record is whole: {report.entries} entries, each as it was written and in its place.")
        say("Contents, triage, rulings, decisions, results, agents, grants and reviews in the tables agree with it.")
        if is_unreadable:
            say(f"BUT: {heads.NAME} beside the database holds no head that can be read; somebody changed it.")
        say(
            f"Heads noted beside the database: {len(noted)}, all on the chain."
            if noted
            else "No head was noted beside the database yet."
        )
        say(f"Head: {facts['head']}")
        say("Note it elsewhere: only a head kept outside this machine shows a record that was wholly rewritten.")
    else:
        say("The record is NOT as it was written:")
        for finding in report.findings:
            say(f"  - {finding.what}")
        say("Nothing was repaired. Keep a copy of the folder, and compare with a backup.")
    if not report.is_ok:
        raise typer.Exit(1)


@app.command()
def export(
    path: Annotated[Path, typer.Argument(help="Ends in .jsonl, .csv or .html.")],
    *,
    kind: Annotated[str | None, typer.Option(help="Only entries of this kind, as `action.ruled`.")] = None,
    run: Annotated[int | None, typer.Option(min=1, max=LAST, help="Only entries of this run.")] = None,
    workspace: Where = None,
) -> None:
    """Write the record to a file for somebody else; that it was taken out is recorded too."""
    if path.suffix.lower() not in FORMS:
        raise UserError(f"{path.name} ends in none of {', '.join(FORMS)}: the ending tells what is written.")
    with opened(workspace) as session:
        now = session.kernel.clock.now()
        done = write_out(session.kernel.reader, path, wanted=AuditFilter(kind=kind, run=run), now=now)
        session.write(lambda tx: record(tx, done, actor=session.actor, now=now), name="audit.export")
    say(f"{done.entries} entries are in {path}.")
    say(f"SHA-256 {done.digest}")


@app.command()
def tail(
    *,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=LAST)] = 20,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Show the last entries."""
    with opened(workspace) as session:
        entries = feed.audit_tail(session.kernel.reader, limit=count)
    for entry in entries:
        if as_json:
            say_json(entry)
            continue
        at = datetime.fromisoformat(entry.pop("at")).astimezone(UTC)
        rest = {
            name: value
            for name, value in entry.items()
            if name not in ("seq", "kind", "actor") and not _is_digest(value)
        }
        text = ", ".join(f"{name} {plain(str(value), 90)}" for name, value in rest.items())
        table([(str(entry["seq"]), f"{at:%m-%d %H:%M:%S}", entry["kind"], entry["actor"], text)], (7, 14, 20, 18, 160))


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64
