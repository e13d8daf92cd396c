"""connect: what this workspace is plugged into. Each kind has a command of its own; here are those for all."""

from typing import Annotated

import typer

from opsconsole.app import removal
from opsconsole.app.commands.connect import files, mail, model
from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.session import opened, secrets_of
from opsconsole.app.words import ago, count, plain, say, say_json, table
from opsconsole.store.queries import connections as read

app = typer.Typer(help="Mailboxes, models, webhooks and REST systems: connect, list, remove.", no_args_is_help=True)
app.command("mail")(mail.mail)
app.command("model")(model.model)
app.command("webhook")(files.webhook)
app.command("http")(files.http)


@app.command("list")
def list_(*, as_json: AsJson = False, workspace: Where = None) -> None:
    """Show what is connected, and how each connection is."""
    with opened(workspace) as session:
        conn, now = session.kernel.reader, session.kernel.clock.now()
        rows = [("CONNECTION", "KIND", "HOW IT IS", "LAST EVENT", "NOTE")]
        for connection in read.connections(conn):
            health, last = read.health(conn, connection.id), read.last_event_at(conn, connection.id)
            state, text = ("-", "") if health is None else (health[0].replace("_", " "), health[1])
            if as_json:
                say_json(
                    {
                        "connection": connection.id,
                        "kind": connection.kind,
                        "state": None if health is None else health[0],
                        "text": text,
                        "since": None if health is None else health[2],
                        "last_event_at": last,
                        "config": connection.config,
                    }
                )
            note = text or str(
                connection.config.get("base_url")
                or connection.config.get("base")
                or connection.config.get("address")
                or ""
            )
            rows.append(
                (connection.id, connection.kind, state, "-" if last is None else ago(last, now), plain(note, 120))
            )
    if not as_json:
        table(rows, (18, 9, 10, 12, 120))


@app.command("remove")
def remove(name: Annotated[str, typer.Argument(help="The connection's name.")], *, workspace: Where = None) -> None:
    """Take a connection out of use and remove its secrets. Its events and everything done through it stay on record."""
    with opened(workspace, is_mending=True) as session:
        done, trouble = removal.remove(session, secrets_of(session.workspace), name)
    say(f"{name} is no longer connected; what came through it stays.")
    if done.requests:
        say(f"{count(done.requests, 'request')} cannot be approved until it is connected again; rejecting them works.")
    if done.agents:
        say(f"Agents that name it wait for it: {', '.join(done.agents)}.")
    if trouble:
        say(f"Its secret was not removed: {trouble}")
    elif done.secrets:
        say(f"Its secrets were removed: {', '.join(done.secrets)}.")
