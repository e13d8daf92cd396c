"""secrets: passwords, tokens and keys that connections refer to by name. Values go in here and never come out."""

import getpass
import json
import os
import sys
from typing import Annotated

import typer

from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.secretaudit import NAMES, audit_secret
from opsconsole.app.secretstore import SecretStore
from opsconsole.app.secretstore.names import PASSPHRASE, checked, in_config, variable
from opsconsole.app.secretstore.store import NO_KEYRING, WITHOUT_KEYRING, Place
from opsconsole.app.session import Session, ask_passphrase, opened, secrets_of
from opsconsole.app.words import count, hinted, plain, say, say_json, table
from opsconsole.domain.errors import KeyringError, UserError
from opsconsole.store.queries import connections, limits

app = typer.Typer(help="Passwords, tokens and keys, by name. Values are never shown.", no_args_is_help=True)
file_app = typer.Typer(help="The encrypted file beside the workspace, for machines without a keyring.")
app.add_typer(file_app, name="file")

Name = Annotated[str, typer.Argument(help="Like mail-support-password.")]
MOST = 64 * 1024
"""Longest value read from standard input, in characters."""


@app.command("set")
def set_(
    name: Name,
    *,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read the value from standard input.")] = False,
    workspace: Where = None,
) -> None:
    """Store a secret. It is asked for and not shown; it is never an argument, which other programs could see."""
    checked(name)
    with opened(workspace) as session:
        value = read_value() if stdin else ask_value(f"Value of {name}")
        store = secrets_of(session.workspace)
        place = store.keep(name, value)
        audit_secret(session, "secret.stored", name=name, is_kept=True)
        say(f"Stored {name} in the {_WORDS[place]}.")
        if os.environ.get(variable(name)):
            say(f"Note: {variable(name)} is set, and as long as it is, its value is used instead.")


@app.command("list")
def list_(*, as_json: AsJson = False, workspace: Where = None) -> None:
    """Show which secrets are known and where each is found. Never a value."""
    with opened(workspace) as session:
        store = secrets_of(session.workspace)
        if note := _note(store):
            typer.echo(plain(hinted(note)), err=True)
        rows = [_where(store, name, used) for name, used in sorted(_known(session, store).items())]
    if as_json:
        for name, place, used in rows:
            say_json({"name": name, "found_in": place, "used_by": used, "variable": variable(name)})
        return
    if not rows:
        say("No connection names a secret yet. Store one with `opsconsole secrets set NAME`.")
        return
    table([("SECRET", "FOUND IN", "USED BY")], (40, 28, 60))
    table([(name, place or "nowhere", ", ".join(used) or "-") for name, place, used in rows], (40, 28, 60))
    if missing := [name for name, place, _ in rows if place is None]:
        first = missing[0]
        say(f"{count(len(missing), 'secret')} to store: `opsconsole secrets set {first}`, or set {variable(first)}.")


@app.command("remove")
def remove(name: Name, *, workspace: Where = None) -> None:
    """Remove a secret from the keyring and the encrypted file."""
    with opened(workspace) as session:
        if was_there := secrets_of(session.workspace).delete(name):
            audit_secret(session, "secret.removed", name=name, is_kept=False)
        rows = connections.connections(session.kernel.reader)
        users = [row.id for row in rows if name in in_config(row.config)]
    say(f"Removed {name}." if was_there else f"There was no {name} in the keyring or the encrypted file.")
    if users:
        say(f"Note: {', '.join(users)} cannot work without it.")
    if os.environ.get(variable(name)):
        say(f"Note: {variable(name)} is still set in the environment.")


@file_app.command("on")
def file_on(*, workspace: Where = None) -> None:
    """Keep secrets in an encrypted file where there is no keyring. It needs a passphrase at every start."""
    with opened(workspace) as session:
        store = SecretStore(session.workspace.folder, session.workspace.id, ask=_ask_new)
        was_on = store.file.is_on()
        store.file.switch_on()
        say(f"{'Already on' if was_on else 'On'}: {store.file.path}")
        if not was_on:
            say(f"An engine asks for the passphrase when it starts, or takes it from {PASSPHRASE}.")


@file_app.command("off")
def file_off(
    *,
    forget: Annotated[bool, typer.Option("--forget", help="Also where it holds secrets or cannot be opened.")] = False,
    workspace: Where = None,
) -> None:
    """Remove the encrypted file."""
    with opened(workspace) as session:
        store = secrets_of(session.workspace)
        if not store.file.is_on():
            say("It is not on.")
            return
        if not forget and (names := sorted(store.file.values())):
            raise UserError(
                f"{store.file.path} holds {count(len(names), 'secret')}: {', '.join(names)}. They would be lost; say"
                " --forget if that is meant."
            )
        store.file.switch_off()
    say("Off; the file is removed.")


def _ask_new() -> str | None:
    """Ask for a passphrase twice: nobody can look it up later."""
    word = ask_passphrase()
    if word and getpass.getpass("Again: ") != word:
        raise UserError("The two were not the same. Nothing was changed; try again.")
    return word


def ask_value(question: str) -> str:
    """Ask for a secret without showing it.

    Raises:
        UserError: nobody is at a terminal, or nothing was typed.
    """
    if not sys.stdin.isatty():
        raise UserError("A secret is asked for in a terminal. In a script, pipe it in and say --stdin.")
    value = getpass.getpass(f"{question} (not shown): ")
    if not value:
        raise UserError("Nothing was typed, so nothing was stored.")
    return value


def read_value() -> str:
    """Read a secret from standard input: everything, without the line's end.

    Raises:
        UserError: there is nothing, or too much.
    """
    value = sys.stdin.read(MOST + 1).removesuffix("\n").removesuffix("\r")
    if not value:
        raise UserError("Standard input was empty, so nothing was stored.")
    if len(value) > MOST:
        raise UserError(f"Standard input held more than {MOST} characters; that is no password or token.")
    return value


"""Under this name the settings hold the names of the secrets that were stored."""
_WORDS = {
    Place.ENVIRONMENT: "environment",
    Place.KEYRING: "system's keyring",
    Place.FILE: "encrypted file",
}


def _known(session: Session, store: SecretStore) -> dict[str, list[str]]:
    known: dict[str, list[str]] = {}
    for row in connections.connections(session.kernel.reader):
        for name in in_config(row.config):
            known.setdefault(name, []).append(row.id)
    for name in json.loads(limits.setting(session.kernel.reader, NAMES) or "[]"):
        known.setdefault(name, [])
    variables = {variable(name) for name in known}
    for name in store.given():
        if variable(name) not in variables:
            known[name] = []
    try:
        for name in store.file.values():
            known.setdefault(name, [])
    except KeyringError as error:
        typer.echo(plain(hinted(f"Note: {error}")), err=True)
    return known


def _note(store: SecretStore) -> str:
    """Say what is wrong with the keyring; empty where nothing is, or the encrypted file stands in for it."""
    try:
        is_fine = store.has_ring() or store.file.is_on()
    except KeyringError as error:
        return f"Note: {error}"
    without = f"{NO_KEYRING[0].upper()}{NO_KEYRING[1:]} {WITHOUT_KEYRING.format(variable('NAME'))}"
    return "" if is_fine else f"Note: {without}"


def _where(store: SecretStore, name: str, used: list[str]) -> tuple[str, str | None, list[str]]:
    try:
        _, place = store.found(name)
    except KeyringError:
        return name, None, used
    return name, _WORDS[place] if place else None, used
