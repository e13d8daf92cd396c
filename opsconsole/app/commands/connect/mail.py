"""connect mail: point opsconsole at a mailbox. Asks what it needs, tries every step out, stores it when it works."""

import asyncio
import re
import webbrowser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from opsconsole.app import declared
from opsconsole.app.commands.options import DAY_S, AsJson, Where
from opsconsole.app.commands.secrets import ask_value, read_value
from opsconsole.app.mail.account import AccountDraft, can_ask
from opsconsole.app.mail.browser import in_browser
from opsconsole.app.mail.check import CheckStep, Found, checks
from opsconsole.app.mail.keep import KIND, name_of, secret_of, sign_in_with, store_mail
from opsconsole.app.mail.pages import about_password, no_password, registering
from opsconsole.app.mail.said import FOLDER_USES, Said
from opsconsole.app.secretstore.pending import PendingSecrets
from opsconsole.app.session import Session, opened, secrets_of
from opsconsole.app.words import plain, say, say_json
from opsconsole.connectors.mail.config import MailConfig, OAuth
from opsconsole.connectors.mail.signin.auth import SignIn
from opsconsole.domain.errors import UserError
from opsconsole.net.client import HttpClient

_HOST_PORT, _FOLDER = "HOST:PORT", "FOLDER"
_TLS = "tls, starttls, or none (on this machine only); else by the port."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """How to go about it."""

    is_sign_in: bool
    is_password_piped: bool
    is_client_secret_piped: bool
    has_browser: bool
    is_anyway: bool
    is_json: bool


def mail(
    name: Annotated[str, typer.Argument(help="What agents call it; else the address's first part.")] = "",
    *,
    address: Annotated[str, typer.Option(help="Address of the mailbox.")] = "",
    user: Annotated[str, typer.Option(help="Name to sign in with, where it is not the address.")] = "",
    host: Annotated[str, typer.Option(help="Provider by name (gmail, microsoft365, …), or other.")] = "",
    imap: Annotated[str, typer.Option(metavar=_HOST_PORT, help="Server for reading.")] = "",
    imap_tls: Annotated[str, typer.Option(help=_TLS)] = "",
    smtp: Annotated[str, typer.Option(metavar=_HOST_PORT, help="Server for sending.")] = "",
    smtp_tls: Annotated[str, typer.Option(help=_TLS)] = "",
    smtp_user: Annotated[str, typer.Option(help="Name to sign in with for sending, where it is another one.")] = "",
    relay: Annotated[bool, typer.Option("--relay", help="Sending wants no sign-in: a relay in your network.")] = False,
    auth: Annotated[str, typer.Option(help="password (also an app password), or oauth (in the browser).")] = "",
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read it from standard input.")] = False,
    client_id: Annotated[str, typer.Option(help="oauth: your own client's id.")] = "",
    client_secret_stdin: Annotated[bool, typer.Option("--client-secret-stdin", help="oauth: read it, if any.")] = False,
    tenant: Annotated[str, typer.Option(help="oauth, Microsoft: your organisation's directory id.")] = "",
    issuer: Annotated[str, typer.Option(help="oauth, other providers: address of the OpenID issuer.")] = "",
    authorize_url: Annotated[str, typer.Option(help="oauth, other providers: the sign-in page.")] = "",
    token_url: Annotated[str, typer.Option(help="oauth, other providers: where tokens are given.")] = "",
    scope: Annotated[list[str] | None, typer.Option(help="oauth, other providers; repeat it.")] = None,
    browser: Annotated[bool, typer.Option(help="Open the browser; else only show the page's address.")] = True,
    sign_in: Annotated[bool, typer.Option("--sign-in", help="Sign in anew; everything else stays.")] = False,
    shown_name: Annotated[str, typer.Option(help="Shown beside the address in what is sent.")] = "",
    own: Annotated[list[str] | None, typer.Option(help="A further address of this mailbox; repeat it.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="A group of your own that leads here; repeat it.")] = None,
    watch: Annotated[list[str] | None, typer.Option(help="Folder whose mails are events (inbox); repeat it.")] = None,
    sent: Annotated[str, typer.Option(metavar=_FOLDER, help="Folder of sent mail, where it is not found.")] = "",
    drafts: Annotated[str, typer.Option(metavar=_FOLDER, help="Folder of drafts, where it is not found.")] = "",
    archive: Annotated[str, typer.Option(metavar=_FOLDER, help="The archive, where it is not found.")] = "",
    trash: Annotated[str, typer.Option(metavar=_FOLDER, help="The trash, where it is not found.")] = "",
    authserv: Annotated[str, typer.Option(help="Name of your receiving server, whose word on senders counts.")] = "",
    authserv_strips: Annotated[
        bool | None,
        typer.Option("--authserv-strips/--no-authserv-strips", help="It removes lines in its name that senders wrote."),
    ] = None,
    arrival: Annotated[
        float | None, typer.Option(min=0, max=DAY_S, help="Seconds until a sent mail is in here (120).")
    ] = None,
    ca_file: Annotated[str, typer.Option(help="Certificate authority of your own server (PEM).")] = "",
    read_only: Annotated[bool, typer.Option("--read-only", help="Send nothing; enough for shadow.")] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Store it though a step failed.")] = False,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Connect a mailbox. Every step is tried out: name, port, TLS, sign-in, folders, waiting, a mail to itself.

    A password is asked for, piped in (--password-stdin) or in OPSCONSOLE_SECRET_MAIL_NAME_PASSWORD; never an argument.
    """
    said, wish = _read(dict(locals()))
    with opened(workspace, is_mending=True) as session:
        is_good = asyncio.run(_connect(session, said, wish))
    if not is_good:
        raise typer.Exit(1)


def _read(given: Mapping[str, Any]) -> tuple[Said, _Wish]:
    """From the options, by their names, to what was said and how to go about it."""
    if given["auth"] not in ("", "password", "oauth"):
        raise UserError(f"--auth is password or oauth, not {given['auth']!r}.")
    if given["password_stdin"] and given["client_secret_stdin"]:
        raise UserError(
            "Standard input holds one secret: pipe one in, and store the other by `opsconsole secrets set`."
        )
    if given["relay"] and given["smtp_user"]:
        raise UserError("--relay is a server that wants no sign-in, so it takes no --smtp-user.")
    as_they_are = (
        "name", "address", "user", "host", "imap", "imap_tls", "smtp", "smtp_tls", "auth", "client_id", "issuer",
        "authorize_url", "token_url", "tenant", "shown_name", "authserv", "authserv_strips", "ca_file",
    )  # fmt: skip
    said = Said(
        **{name: given[name] for name in as_they_are},
        has_password=given["password_stdin"],
        scopes=tuple(given["scope"] or ()),
        own=tuple(given["own"] or ()),
        groups=tuple(given["group"] or ()),
        watched=tuple(given["watch"] or ()),
        is_read_only=given["read_only"],
        smtp_user=given["smtp_user"] or ("" if given["relay"] else None),
        is_relay=given["relay"] or (False if given["smtp_user"] else None),
        arrival_s=given["arrival"],
        folders={use: given[use] for use in FOLDER_USES if given[use]},
    )
    wish = _Wish(
        is_sign_in=given["sign_in"],
        is_password_piped=given["password_stdin"],
        is_client_secret_piped=given["client_secret_stdin"],
        has_browser=given["browser"],
        is_anyway=given["anyway"],
        is_json=given["as_json"],
    )
    return said, wish


async def _connect(session: Session, said: Said, wish: _Wish) -> bool:
    earlier: Mapping[str, Any] = _earlier(session, said.name) if said.name else {}
    if wish.is_sign_in and not earlier:
        raise UserError("Say which connection signs in anew: `opsconsole connect mail NAME --sign-in`.")
    draft = AccountDraft(said, earlier)
    name = said.name or name_of(draft.address)
    if not said.name and _earlier(session, name):
        raise UserError(f"There is a mailbox {name} already. Name it to change it: `opsconsole connect mail {name}`.")
    secrets = PendingSecrets(secrets_of(session.workspace))
    if not earlier and not await asyncio.to_thread(secrets.has, secret_of(name, "password")):
        secrets.need_place(secret_of(name, "password"))  # before a person has answered everything
    servers = await draft.servers()
    http = HttpClient(ca_file=None if draft.provider else said.ca_file or earlier.get("ca_file") or None)
    try:
        if draft.is_by_browser:
            how: dict[str, Any] = {"oauth": await _by_browser(name, draft, secrets, wish, session=session, http=http)}
        else:
            how = {"login": await _by_password(name, draft, secrets, wish)}
        how |= await _to_send(name, draft, secrets)
        config = draft.config(servers, sign_in=how, now=session.kernel.clock.now())
        way, found = sign_in_with(name, config, secrets, session, http), Found()
        try:
            done = await _try(config, way, session=session, found=found, is_json=wish.is_json)
        finally:
            await way.close()
        config = found.told_by(config)
    finally:
        await http.close()
    is_good = all(step.is_ok or not step.is_needed for step in done)
    if is_good or wish.is_anyway:
        store_mail(
            session, name, config, secrets, trouble=[step.words for step in done if not step.is_ok and step.is_needed]
        )
    _end(session, name, done, is_stored=is_good or wish.is_anyway, is_json=wish.is_json)
    if is_good and not config.authserv and not wish.is_json:
        say("Senders count as not verified until you name the server whose word on them counts: --authserv NAME, the")
        say("first word of the Authentication-Results line in a mail you got.")
    elif is_good and config.vouching is not None and not config.vouching.strips and not wish.is_json:
        say(f"{config.authserv} is believed only where its word stands above the first Received line of a mail. Where")
        say("it removes what senders wrote in its name, say --authserv-strips: then it is believed anywhere.")
    return is_good


def _earlier(session: Session, name: str) -> Mapping[str, Any]:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,47}", name):
        raise UserError(f"{name!r} cannot be a connection's name. Use small letters, digits and dashes, like support.")
    return declared.earlier(session, name, KIND)


async def _by_password(name: str, draft: AccountDraft, secrets: PendingSecrets, wish: _Wish) -> Mapping[str, str]:
    secret = secret_of(name, "password")
    login = {"user": draft.said.user or draft.user_before or draft.address, "secret": secret}
    if wish.is_password_piped:
        secrets.need_place(secret)
        secrets.put(secret, read_value())
    elif wish.is_sign_in or not await asyncio.to_thread(secrets.has, secret):
        if not can_ask():
            raise UserError(
                f"In a script, pipe the password in with --password-stdin, or store it before: `opsconsole secrets set"
                f" {secret}`."
            )
        secrets.need_place(secret)
        for line in about_password(draft.host, draft.domain):
            say(line)
        # Google shows an app password in groups of four; the spaces are not part of it.
        value = ask_value("Password or app password")
        secrets.put(secret, value.replace(" ", "") if draft.host and draft.host.name == "gmail" else value)
    return login


async def _to_send(name: str, draft: AccountDraft, secrets: PendingSecrets) -> Mapping[str, Any]:
    """Return what the configuration says of the sign-in for sending, where something new was said of it."""
    facts = draft.to_send(secret_of(name, "smtp-password"))
    login: Mapping[str, str] | None = facts.get("smtp_login")
    if login is not None and not await asyncio.to_thread(secrets.has, login["secret"]):
        if not can_ask():
            raise UserError(
                f"In a script, store the password for sending before: `opsconsole secrets set {login['secret']}`."
            )
        secrets.need_place(login["secret"])
        secrets.put(login["secret"], ask_value(f"Password of {login['user']} for sending"))
    return facts


async def _by_browser(
    name: str, draft: AccountDraft, secrets: PendingSecrets, wish: _Wish, *, session: Session, http: HttpClient
) -> OAuth:
    tokens, word = secret_of(name, "tokens"), secret_of(name, "client-secret")
    is_new = not await asyncio.to_thread(secrets.has, tokens)
    if is_new and not wish.is_json and not draft.has_client:
        for line in [*(no_password(draft.host) if draft.host else []), *registering(draft.provider)]:
            say(line)
    secrets.need_place(tokens)
    if wish.is_client_secret_piped:
        secrets.put(word, read_value())
    oauth = await draft.oauth(secret=tokens, client_secret="", http=http)
    if not wish.is_client_secret_piped and is_new and can_ask() and draft.provider != "microsoft":
        _ask_client_secret(word, secrets)
    if secrets.has(word):
        oauth = oauth.model_copy(update={"client_secret": word})
    if is_new or wish.is_sign_in:
        await _in_browser(oauth, secrets, wish, session=session, http=http)
    return oauth


def _ask_client_secret(word: str, secrets: PendingSecrets) -> None:
    given = typer.prompt("Client secret, if it has one (not shown)", default="", show_default=False, hide_input=True)
    if given:
        secrets.put(word, str(given))


async def _in_browser(
    oauth: OAuth, secrets: PendingSecrets, wish: _Wish, *, session: Session, http: HttpClient
) -> None:
    def show(url: str) -> None:
        typer.echo(f"Sign in as {oauth.user} on this page, in a browser on this machine:\n  {plain(url)}", err=True)
        if wish.has_browser:
            webbrowser.open(url)

    await in_browser(oauth, secrets, clock=session.kernel.clock, http=http, show=show)


async def _try(config: MailConfig, way: SignIn, *, session: Session, found: Found, is_json: bool) -> list[CheckStep]:
    done: list[CheckStep] = []
    async for step in checks(config, way, session.kernel.clock, found):
        done.append(step)
        if not is_json:
            mark = "ok" if step.is_ok else "NO" if step.is_needed else "note"
            say(f"  {mark:<4} {step.name:<14} {step.words}")
    return done


def _end(session: Session, name: str, done: Sequence[CheckStep], *, is_stored: bool, is_json: bool) -> None:
    if is_json:
        told = [{"step": step.name, "ok": step.is_ok, "needed": step.is_needed, "words": step.words} for step in done]
        is_good = all(step.is_ok or not step.is_needed for step in done)
        say_json({"connection": name, "stored": is_stored, "ok": is_good, "steps": told})
        return
    if not is_stored:
        say(f"Nothing was stored. Mend what says NO and run it again (--anyway stores {name} as it is).")
        say("Meanwhile an export can be brought in without any sign-in: `opsconsole import MAILBOX`.")
        return
    say(f"The mailbox {name} is connected. Give agents `subscribes: [{{connection: {name}, kinds: [mail.received]}}]`.")
