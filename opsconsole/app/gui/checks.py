"""What a form of the window describes, tried out step by step, and stored where it works."""

import asyncio
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from opsconsole.app import declared, modelaccount
from opsconsole.app.connections import MODEL
from opsconsole.app.gui import tried
from opsconsole.app.mail import keep as mailkeeping
from opsconsole.app.mail.account import AccountDraft
from opsconsole.app.mail.browser import in_browser
from opsconsole.app.mail.check import Found, checks
from opsconsole.app.mail.pages import registering
from opsconsole.app.mail.said import FOLDER_USES, Said
from opsconsole.app.secretaudit import audit_secret
from opsconsole.app.secretstore.pending import PendingSecrets
from opsconsole.app.session import Session
from opsconsole.brains.model import Endpoint, ModelConfig
from opsconsole.brains.model.check import check
from opsconsole.connectors.mail.config import MailConfig, OAuth, Server
from opsconsole.connectors.mail.signin.hosts import HOSTS
from opsconsole.domain.errors import OpsError, UserError
from opsconsole.engine.ports.machine import Clock
from opsconsole.net.client import HttpClient
from opsconsole.ui.drafts import MailDraft, ModelDraft
from opsconsole.ui.tools import CheckStep, ConnectionCheck

_REACHED_BY = ("address", "imap", "smtp", "login", "oauth", "smtp_login", "ca_file")
"""What of a mailbox's settings a trial rests on; the rest it finds out."""


def _said(draft: MailDraft) -> Said:
    return Said(
        name=draft.name or mailkeeping.name_of(draft.address),
        address=draft.address,
        user=draft.user,
        host=_host_of(draft.imap),
        imap=draft.imap,
        imap_tls=draft.imap_tls,
        smtp=draft.smtp,
        smtp_tls=draft.smtp_tls,
        smtp_user=draft.smtp_user,
        is_relay=draft.sending == "relay",
        auth="oauth" if draft.sign_in else "password",
        has_password=bool(draft.password),
        client_id=draft.client_id,
        tenant=draft.tenant,
        issuer=draft.issuer,
        shown_name=draft.shown_name,
        authserv=draft.authserv,
        authserv_strips={"yes": True, "no": False}.get(draft.strips),
        ca_file=str(Path(draft.ca_file).expanduser().resolve()) if draft.ca_file else "",
        is_read_only=draft.sending == "none",
        folders={use: str(getattr(draft, use)) for use in FOLDER_USES},  # one that was cleared is found by itself again
    )


def _host_of(imap: str) -> str:
    """Return the provider whose server this is: a company's own domain tells nothing."""
    return next((host.name for host in HOSTS if imap.partition(":")[0].lower() == host.imap.host), "")


async def check_mail(
    session: Session, secrets: PendingSecrets, draft: MailDraft, tell: Callable[[CheckStep], None], *, is_kept: bool
) -> ConnectionCheck:
    """Try a mailbox out, telling each step; store it where every step worked and `is_kept`.

    Raises:
        UserError: something is missing or does not fit.
        KeyringError: there is no place for its password.
    """
    said = _said(draft)
    declared.check_free(session, said.name, changes=draft.changes)
    account = AccountDraft(said, declared.earlier(session, said.name, mailkeeping.KIND))
    # The operator's own authority would replace the system's, which vouch for providers known by name.
    http = HttpClient(ca_file=None if account.provider else said.ca_file or None)
    found, steps, clock = Found(), list[CheckStep](), session.kernel.clock
    try:
        if draft.sign_in:
            how: dict[str, Any] = {
                "oauth": await _by_browser(draft, account, secrets, clock=clock, http=http, tell=tell)
            }
        else:
            how = {"login": await _by_password(draft, account, secrets)}
        how |= await _to_send(draft, account, secrets)
        config = account.config(await _servers(account), sign_in=how, now=clock.now())
        way = mailkeeping.sign_in_with(said.name, config, secrets, session, http)
        try:
            async for step in checks(config, way, clock, found):
                steps.append(CheckStep(_words(step.name), step.is_ok, step.words, step.is_needed))
                tell(steps[-1])
        finally:
            await way.close()
    finally:
        await http.close()
    return _kept_mail(session, said.name, config, secrets, found=found, steps=steps, is_kept=is_kept)


async def _by_password(draft: MailDraft, account: AccountDraft, secrets: PendingSecrets) -> dict[str, str]:
    secret = mailkeeping.secret_of(account.said.name, "password")
    if draft.password:
        secrets.need_place(secret)
        # Google shows an app password in groups of four; the spaces are not part of it.
        is_grouped = account.host is not None and account.host.name == "gmail"
        secrets.put(secret, draft.password.replace(" ", "") if is_grouped else draft.password)
    elif not await asyncio.to_thread(secrets.has, secret):
        advice = account.host.advice if account.host is not None else "Your mailbox password."
        raise UserError(f"Type the password in. {advice}")
    return {"user": draft.user or account.user_before or account.address, "secret": secret}


async def _to_send(draft: MailDraft, account: AccountDraft, secrets: PendingSecrets) -> dict[str, Any]:
    secret = mailkeeping.secret_of(account.said.name, "smtp-password")
    facts = account.to_send(secret)
    if facts.get("smtp_login") is not None:
        if draft.smtp_password:
            secrets.need_place(secret)
            secrets.put(secret, draft.smtp_password)
        elif not await asyncio.to_thread(secrets.has, secret):
            raise UserError(f"Type in the password of {draft.smtp_user} for sending.")
    return facts


async def _by_browser(
    draft: MailDraft,
    account: AccountDraft,
    secrets: PendingSecrets,
    *,
    clock: Clock,
    http: HttpClient,
    tell: Callable[[CheckStep], None],
) -> OAuth:
    name = account.said.name
    tokens, word = mailkeeping.secret_of(name, "tokens"), mailkeeping.secret_of(name, "client-secret")
    if not account.has_client:
        raise UserError("Fill in the client id. " + " ".join(registering(account.provider)[:-1]))
    secrets.need_place(tokens)
    if draft.client_secret:
        secrets.put(word, draft.client_secret)
    oauth = await account.oauth(secret=tokens, client_secret="", http=http)
    if await asyncio.to_thread(secrets.has, word):
        oauth = oauth.model_copy(update={"client_secret": word})
    if draft.sign_in == "browser" and await asyncio.to_thread(secrets.has, tokens):
        return oauth

    def show(url: str) -> None:
        where = f"Sign in as {oauth.user} on the page that opens. If none does, open this address: {url}"
        tell(CheckStep("Browser", True, where))
        webbrowser.open(url)

    await in_browser(oauth, secrets, clock=clock, http=http, show=show)
    tell(CheckStep("Signed in", True, f"{oauth.user} has agreed"))
    return oauth


def _kept_mail(
    session: Session,
    name: str,
    config: MailConfig,
    secrets: PendingSecrets,
    *,
    found: Found,
    steps: list[CheckStep],
    is_kept: bool,
) -> ConnectionCheck:
    tried.note(session, name, config, secrets, steps=steps, works="tried out", only=_REACHED_BY)
    config = found.told_by(config)
    is_good = all(step.is_ok or not step.is_needed for step in steps)
    if not (is_good and is_kept):
        return ConnectionCheck(
            tuple(steps), False, "Everything works." if is_good else "Mend what is marked, then try again."
        )
    mailkeeping.store_mail(session, name, config, secrets, trouble=[])
    return ConnectionCheck(tuple(steps), True, f"{config.address} is connected as {name}.")


async def _servers(account: AccountDraft) -> tuple[Server, Server | None]:
    try:
        return await account.servers()
    except OpsError as error:
        if account.said.imap and (account.said.smtp or account.said.is_read_only):
            raise
        raise UserError(
            f"The mail servers of {account.domain} are not known and do not answer under the usual names. Fill in both"
            " servers as host:port, like imap.example.com:993; your provider's help names them."
        ) from error


async def check_model(
    session: Session, secrets: PendingSecrets, draft: ModelDraft, tell: Callable[[CheckStep], None], *, is_kept: bool
) -> ConnectionCheck:
    """Try a model out, telling each step; store it where what is needed worked and `is_kept`.

    Raises:
        UserError: something is missing or does not fit.
        KeyringError: there is no place for its key.
    """
    name = draft.name.strip() or "main"
    declared.check_free(session, name, changes=draft.changes)
    facts: dict[str, Any] = declared.earlier(session, name, MODEL)
    url = modelaccount.KNOWN.get(draft.url.strip().lower(), draft.url.strip()).removesuffix("/chat/completions")
    if "://" not in url:
        known = ", ".join(modelaccount.KNOWN)
        # What was typed is not said again: a key in the wrong field would stand on the screen.
        raise UserError(f"The address has no beginning. Write it like https://api.example.com/v1, or one of {known}.")
    azure = modelaccount.Azure(tenant=draft.tenant.strip(), client=draft.client.strip())
    if not (azure.tenant or azure.client):  # the form shows what was said before: they were cleared
        facts = modelaccount.by_key_again(facts)
    facts = modelaccount.addressed(facts, url=url, model=draft.model.strip(), azure=azure)
    if draft.price_in or draft.price_out:
        facts["prices"] = {"read": draft.price_in, "written": draft.price_out, "cached": None}
    if draft.key:
        facts["key"] = f"model-{name}"
        secrets.need_place(facts["key"])
        secrets.put(facts["key"], draft.key.strip())
    config = modelaccount.config_of(facts)
    steps = await _try_model(name, config, secrets, tell)
    tried.note(session, name, config, secrets, steps=steps, works=f"{config.model} answers")
    if not all(step.is_ok or not step.is_needed for step in steps):
        return ConnectionCheck(tuple(steps), False, "Mend what is marked, then try again.")
    if not is_kept:
        return ConnectionCheck(tuple(steps), False, f"{config.model} works.")
    for secret in secrets.keep():
        audit_secret(session, "secret.stored", name=secret, is_kept=True)
    modelaccount.store_model(session, name, config, trouble="")
    return ConnectionCheck(tuple(steps), True, f"{config.model} is connected as {name}.")


async def _try_model(
    name: str, config: ModelConfig, secrets: PendingSecrets, tell: Callable[[CheckStep], None]
) -> list[CheckStep]:
    http, steps = HttpClient(ca_file=config.ca_file), list[CheckStep]()
    try:
        async for step in check(Endpoint(name, config, secrets=secrets, http=http)):
            steps.append(CheckStep(_words(step.name), step.is_ok, step.words, step.is_needed))
            tell(steps[-1])
    finally:
        await http.close()
    return steps


def _words(name: str) -> str:
    if name.startswith(("imap ", "smtp ")):
        return name[:4].upper() + name[4:]
    return name[:1].upper() + name[1:]
