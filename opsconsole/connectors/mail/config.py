"""How a mailbox is reached, as it is stored with the connection. Names of secrets, never secrets."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from opsconsole.connectors.mailtext.verify import Vouching
from opsconsole.net.places import is_loopback, is_own_network

Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9.:_-]{1,253}$")]
Address = Annotated[str, Field(pattern=r"^[^@\s,;<>]{1,64}@[^@\s,;<>]{1,189}$")]
Folder = Annotated[str, Field(max_length=300)]


_STRIPPING = frozenset({("imap.gmail.com", "mx.google.com"), ("imap.googlemail.com", "mx.google.com")})
"""Servers for reading, with the name that those behind them vouch by, which remove what senders wrote in that name."""


class Frozen(BaseModel):
    """Strict about names, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Server(Frozen):
    """One of the two servers."""

    host: Host
    port: Annotated[int, Field(ge=1, le=65535)]
    tls: Literal["tls", "starttls", "none"] = "tls"
    """`none` only for this very machine, or a relay in one's own network: elsewhere anybody on the way reads along."""

    @model_validator(mode="after")
    def _is_safe(self) -> "Server":
        if self.tls == "none" and not is_own_network(self.host):
            raise ValueError(_unsafe(self.host))
        return self


def _unsafe(host: str) -> str:
    return f"{host} would be spoken to without encryption; use tls or starttls, or a server on this machine"


class Login(Frozen):
    """Sign-in by password or app password."""

    user: Annotated[str, Field(min_length=1, max_length=254)]
    secret: Annotated[str, Field(min_length=1, max_length=200)]
    """Name under which the password is kept."""


class OAuth(Frozen):
    """Sign-in by OAuth2 (XOAUTH2). What the provider gave is one secret."""

    user: Annotated[str, Field(min_length=1, max_length=254)]
    provider: Annotated[str, Field(max_length=60)] = ""
    """`google`, `microsoft`, or empty for endpoints given by hand."""
    client_id: Annotated[str, Field(min_length=1, max_length=300)]
    authorize_url: Annotated[str, Field(max_length=500)] = ""
    token_url: Annotated[str, Field(max_length=500)] = ""
    scopes: tuple[str, ...] = ()
    secret: Annotated[str, Field(min_length=1, max_length=200)]
    """Name under which the tokens are kept."""
    client_secret: Annotated[str, Field(max_length=200)] = ""
    """Name under which the client's own secret is kept, where the provider wants one."""


class Folders(Frozen):
    """Folders by their use; what is empty is found by the server's special-use flags."""

    inbox: Folder = "INBOX"
    sent: Folder = ""
    drafts: Folder = ""
    archive: Folder = ""
    trash: Folder = ""


class MailConfig(Frozen):
    """One account."""

    address: Address
    """Whose mail it is; From of what is sent."""
    name: Annotated[str, Field(max_length=120)] = ""
    """Shown beside the address."""
    imap: Server
    smtp: Server | None = None
    """None: mail is read and filed, and nothing can be sent. Enough for an agent in shadow."""
    login: Login | None = None
    oauth: OAuth | None = None
    smtp_login: Login | None = None
    """Sign-in for sending, where it is another than for reading."""
    is_relay: bool = False
    """The server for sending wants no sign-in: it knows this machine by its network."""
    folders: Folders = Folders()
    watched: Annotated[tuple[Folder, ...], Field(max_length=5)] = ()
    """Folders whose new mails are events; empty: the inbox. Each has a connection of its own that waits for mail."""
    own_addresses: tuple[Address, ...] = ()
    """Further addresses (aliases) that are this account's own."""
    own_groups: tuple[Address, ...] = ()
    """Groups and lists of one's own whose mail comes here: what comes through them is people's, no list's."""
    authserv: Annotated[str, Field(max_length=253)] = ""
    """The receiving server's name in Authentication-Results, whose word on senders counts; empty: nobody is vouched
    for."""
    authserv_strips: bool = False
    """It is known to remove lines of its name that a sender wrote; else only what stands above all that came counts."""
    sent_copy: Literal["server", "self"] = "self"
    """How a sent mail comes to lie in our own mailbox, where a send whose end is unknown is looked for: the server
    files it (Gmail, Outlook), or our own address is one more recipient of the same delivery."""
    arrival_s: Annotated[float, Field(ge=0.1, le=3600)] = 120.0
    """So much later a sent mail may still come to lie in our own mailbox, in seconds; only then is it sent again."""
    ca_file: Annotated[str, Field(max_length=1000)] = ""
    """Certificates (PEM) to trust besides the system's."""
    since: AwareDatetime
    """When it was connected: mail that arrived before is no event."""

    @model_validator(mode="after")
    def _has_one_sign_in(self) -> "MailConfig":
        if (self.login is None) == (self.oauth is None):
            raise ValueError("give either login or oauth")
        if self.is_relay and self.smtp_login is not None:
            raise ValueError("a relay wants no sign-in; leave smtp_login out")
        for server, has_password in ((self.imap, True), (self.smtp, not self.is_relay)):
            if server is not None and server.tls == "none" and has_password and not is_loopback(server.host):
                raise ValueError(_unsafe(server.host))  # a password would be read on the way
        return self

    @property
    def user(self) -> str:
        """Name to sign in with."""
        account = self.login or self.oauth
        return account.user if account is not None else self.address

    @property
    def account(self) -> str:
        """Whose mailbox it is, and where: what a mail is sent as, and where it is looked for."""
        host = self.imap.host.lower()
        place = f"{host}:{self.imap.port}" if is_loopback(host) else host
        who = self.address.lower()
        return f"{who} at {place}" if self.user.lower() == who else f"{who} (signed in as {self.user}) at {place}"

    @property
    def own(self) -> frozenset[str]:
        """Every own address, in lower case."""
        return frozenset(address.lower() for address in (self.address, *self.own_addresses))

    @property
    def groups(self) -> frozenset[str]:
        """Every group of one's own, in lower case."""
        return frozenset(address.lower() for address in self.own_groups)

    @property
    def watched_folders(self) -> tuple[str, ...]:
        """Folders whose new mails are events."""
        return tuple(dict.fromkeys(self.watched)) or (self.folders.inbox,)

    @property
    def vouching(self) -> Vouching | None:
        """Whose word on senders counts."""
        if not self.authserv:
            return None
        is_known = (self.imap.host.lower(), self.authserv.strip().lower()) in _STRIPPING
        return Vouching(self.authserv, strips=self.authserv_strips or is_known)

    @property
    def domain(self) -> str:
        """The domain of the own address."""
        return self.address.rpartition("@")[2].lower()

    def is_too_old(self, arrived_at: datetime) -> bool:
        """Return whether a mail came before the account was connected; servers tell whole seconds."""
        return arrived_at < self.since.replace(microsecond=0)
