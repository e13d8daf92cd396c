"""From what a person said to the settings of a mail connection; what was not said is asked, guessed or kept."""

import sys
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Literal, TypeVar

import typer
from pydantic import ValidationError

from opsconsole.app.mail.said import Said
from opsconsole.app.words import say
from opsconsole.connectors.mail.config import MailConfig, OAuth, Server
from opsconsole.connectors.mail.signin.hosts import HOSTS, Host, by_domain, by_name, guess
from opsconsole.connectors.mail.signin.oauthproviders import KNOWN, discover
from opsconsole.domain.errors import UserError
from opsconsole.engine.agents.yamltext.validationtext import in_words
from opsconsole.net.client import HttpClient

Tls = Literal["tls", "starttls", "none"]
_TLS_OF: Mapping[int, Tls] = {993: "tls", 465: "tls", 143: "starttls", 587: "starttls", 25: "starttls"}
TRIES = 3
_T = TypeVar("_T")
OPENID = ("openid", "offline_access")


NOBODY = ContextVar("nobody", default=False)
"""Set where a window asks: then nobody is asked at the terminal it was started from."""


def can_ask() -> bool:
    """Return whether somebody is at a terminal."""
    return not NOBODY.get() and sys.stdin.isatty()


def ask(question: str, *, default: str = "") -> str:
    """Ask for one thing that is no secret."""
    return str(typer.prompt(question, default=default or None)).strip()


def ask_until(question: str, read: Callable[[str], _T], *, default: str = "") -> _T:
    """Ask until the answer can be read, at most `TRIES` times: a slip of the pen must not end a conversation.

    Raises:
        UserError: the last answer could not be read either.
    """
    for left in reversed(range(TRIES)):
        try:
            return read(ask(question, default=default))
        except UserError as error:
            if left == 0:
                raise
            say(str(error))
    raise AssertionError("unreachable")


class AccountDraft:
    """The settings as they come together. `earlier` is the connection's configuration so far, if there is one."""

    def __init__(self, said: Said, earlier: Mapping[str, Any]) -> None:
        self.said = said
        self._earlier: dict[str, Any] = dict(earlier)
        self._oauth: dict[str, Any] = dict(earlier.get("oauth") or {})
        self.address = said.address or str(earlier.get("address", ""))
        if not self.address and can_ask():
            self.address = ask_until("Address of the mailbox", _address)
        self._check_address()
        self.host = self._find_host()

    @property
    def domain(self) -> str:
        """The address's domain."""
        return self.address.rpartition("@")[2].lower()

    @property
    def user_before(self) -> str:
        """The name one signed in with so far; empty for a new mailbox or another address."""
        if self._earlier.get("address") != self.address:
            return ""
        login: dict[str, Any] = self._earlier.get("login") or {}
        return str(login.get("user", "") or self._oauth.get("user", ""))

    @property
    def has_client(self) -> bool:
        """Whether there is a client id already."""
        return bool(self.said.client_id or self._oauth.get("client_id"))

    @property
    def is_by_browser(self) -> bool:
        """Whether one signs in in the browser."""
        if self.said.auth:
            return self.said.auth == "oauth"
        if self._earlier and not self.said.has_password:
            return self._earlier.get("oauth") is not None
        return self.host is not None and not self.host.takes_password and not self.said.has_password

    @property
    def provider(self) -> str:
        """Whose sign-in it is, where that is known by name."""
        if self.said.issuer or self.said.authorize_url:
            return ""
        return str(self._oauth.get("provider", "")) or (self.host.oauth if self.host is not None else "")

    def _check_address(self) -> None:
        if self.address:
            _address(self.address)
        else:
            raise UserError(
                "In a script, say --address, and what is not known of the provider: --imap HOST:PORT, --smtp HOST:PORT,"
                " and --password-stdin (or --auth oauth with --client-id). `opsconsole connect mail --help` shows all."
            )

    def _find_host(self) -> Host | None:
        if self.said.host:
            return _host(self.said.host)
        known = by_domain(self.domain)
        if known is not None or self._earlier or self.said.imap or not can_ask():
            return known
        say(f"Who runs the mail of {self.domain}? Known: {', '.join(host.name for host in HOSTS)}.")
        return ask_until("One of these, or other", _host, default="other")

    async def servers(self) -> tuple[Server, Server | None]:
        """Return both servers: as said, as they were, as they are known to be, or as a person confirms a guess.

        Raises:
            UserError: they are not known and nobody can be asked.
        """
        imap = _server(self.said.imap, self.said.imap_tls, 993) or self._kept("imap") or (self.host and self.host.imap)
        if self.said.is_read_only and imap:
            return imap, None
        smtp = _server(self.said.smtp, self.said.smtp_tls, 465) or self._kept("smtp") or (self.host and self.host.smtp)
        if imap and smtp:
            return imap, smtp
        found = await guess(self.domain)
        if found and self.said.is_read_only:
            return found[0], None
        if found is not None and not can_ask():
            say(f"Found: {found[0].host}:{found[0].port} for reading, {found[1].host}:{found[1].port} for sending.")
            return imap or found[0], smtp or found[1]
        if not can_ask():
            raise UserError(
                f"The mail servers of {self.domain} are not known and do not answer under the usual names. Say --imap"
                " HOST:PORT and --smtp HOST:PORT; your provider's help names them."
            )
        reading = f"{found[0].host}:{found[0].port}" if found else f"imap.{self.domain}:993"
        sending = f"{found[1].host}:{found[1].port}" if found else f"smtp.{self.domain}:465"
        return (
            imap or _ask_server("Server for reading (IMAP), host:port", reading, self.said.imap_tls),
            smtp or _ask_server("Server for sending (SMTP), host:port", sending, self.said.smtp_tls),
        )

    def _kept(self, what: str) -> Server | None:
        # A provider that was named anew, or another address, makes the old servers the wrong ones.
        if not self._earlier.get(what) or self.said.host or (self.said.address not in ("", self._earlier["address"])):
            return None
        return Server.model_validate(self._earlier[what])

    async def oauth(self, *, secret: str, client_secret: str, http: HttpClient) -> OAuth:
        """Return the settings of the sign-in in the browser.

        Raises:
            UserError: something is missing and nobody can be asked.
        """
        earlier, said, known = self._oauth, self.said, KNOWN.get(self.provider)
        client_id = said.client_id or earlier.get("client_id") or (ask("Client id") if can_ask() else "")
        if not client_id:
            raise UserError("In a script, say --client-id; without one, run this in a terminal to read how to get it.")
        authorize = said.authorize_url or earlier.get("authorize_url", "")
        token, scopes = said.token_url or earlier.get("token_url", ""), said.scopes or earlier.get("scopes", ())
        if said.tenant and known is not None:
            authorize, token = (
                url.replace("/common/", f"/{said.tenant}/") for url in (known.authorize_url, known.token_url)
            )
        if known is None and not (authorize and token):
            issuer = said.issuer or (ask("Address of the provider (OpenID issuer)") if can_ask() else "")
            if not issuer:
                raise UserError("In a script, say --issuer, or --authorize-url and --token-url.")
            authorize, token, _ = await discover(http, issuer)
        return OAuth(
            user=said.user or self.user_before or self.address,
            provider=self.provider,
            client_id=str(client_id),
            authorize_url=authorize,
            token_url=token,
            scopes=tuple(scopes) or (() if known is not None else OPENID),
            secret=secret,
            client_secret=client_secret or earlier.get("client_secret", ""),
        )

    def to_send(self, secret: str) -> dict[str, Any]:
        """Return what the configuration says of the sign-in for sending, where something was said of it.

        Args:
            secret: name under which its password is kept.
        """
        said, facts = self.said, dict[str, Any]()
        if said.is_relay is not None:
            facts["is_relay"] = said.is_relay
        if said.smtp_user is not None:
            is_same = said.smtp_user in ("", said.user or self.user_before or self.address)
            facts["smtp_login"] = None if is_same else {"user": said.smtp_user, "secret": secret}
        return facts

    def config(self, servers: tuple[Server, Server | None], *, sign_in: Mapping[str, Any], now: datetime) -> MailConfig:
        """Put it together.

        Raises:
            UserError: it does not fit together; says what.
        """
        said, host = self.said, self.host
        is_same = self._earlier.get("address") == self.address
        facts: dict[str, Any] = {"since": now} | (self._earlier if is_same else {})
        facts |= {"address": self.address, "login": None, "oauth": None, **sign_in}
        facts |= {"imap": servers[0], "smtp": servers[1]}
        if host is not None and not is_same:
            facts |= {"authserv": host.authserv, "sent_copy": "server" if host.files_sent else "self"}
        given = {
            "name": said.shown_name,
            "own_addresses": said.own,
            "own_groups": said.groups,
            "watched": said.watched,
            "authserv": said.authserv,
            "ca_file": said.ca_file,
        }
        facts |= {name: value for name, value in given.items() if value}
        if said.authserv_strips is not None:
            facts["authserv_strips"] = said.authserv_strips
        if said.arrival_s is not None:
            facts["arrival_s"] = said.arrival_s
        facts["folders"] = {**(facts.get("folders") or {}), **said.folders}
        return fitted(MailConfig, facts)


def fitted(kind: type[MailConfig], facts: Mapping[str, Any]) -> MailConfig:
    """Check settings.

    Raises:
        UserError: one does not fit; nothing was stored.
    """
    try:
        return kind.model_validate(facts)
    except ValidationError as error:
        raise UserError(_first(error)) from error


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where + ': ' if where else ''}{in_words(first)}. Nothing was stored."


def _address(text: str) -> str:
    local, at, domain = text.rpartition("@")
    if not (local and at and "." in domain):
        raise UserError(f"{text!r} is no mail address. Write it like support@example.com.")
    return text


def _host(text: str) -> Host | None:
    found = by_name(text)
    if found is None and text != "other":
        names = ", ".join(host.name for host in HOSTS)
        raise UserError(f"{text!r} is no provider known by name. Known: {names}; else say other.")
    return found


def _ask_server(question: str, default: str, tls: str) -> Server:
    return ask_until(question, lambda text: _need(text, tls), default=default)


def _server(text: str, tls: str, usual: int) -> Server | None:
    """Read a server; without a port it is the usual one, with STARTTLS that of submission."""
    if not text or ":" in text:
        return _need(text, tls) if text else None
    port = {465: 587, 993: 143}[usual] if tls == "starttls" else usual
    return _need(f"{text}:{port}", tls)


def _need(text: str, tls: str) -> Server:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit():
        raise UserError(f"{text!r} should be host or host:port, like imap.example.com:993.")
    number = int(port)
    try:
        return Server.model_validate({
            "host": host.strip("[]"), "port": number, "tls": tls or _TLS_OF.get(number, "tls"),
        })  # fmt: skip
    except ValidationError as error:
        raise UserError(_first(error)) from error
