"""What a person described in a form, before it is tried: a connection, or a past to bring in."""

from dataclasses import dataclass, field, replace
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDraft:
    """A mailbox as a person described it; empty for what was not said."""

    address: str
    name: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    imap: str = ""
    """host:port"""
    imap_tls: str = ""
    """`tls`, `starttls` or `none`; empty: what is usual at the port."""
    smtp: str = ""
    smtp_tls: str = ""
    shown_name: str = ""
    authserv: str = ""
    strips: str = ""
    """`yes` where that server removes lines that senders wrote in its name; else `no`."""
    ca_file: str = ""
    """Certificates to trust besides the system's."""
    sign_in: str = ""
    """`browser`, or `again` to sign in there anew; empty: by password."""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    tenant: str = ""
    issuer: str = ""
    """Who signs in, where that is neither Google nor Microsoft: the address of the OpenID issuer."""
    smtp_user: str = ""
    """Name to sign in with for sending; empty: as for reading."""
    smtp_password: str = field(default="", repr=False)
    sending: str = ""
    """`none`: only for reading; `relay`: the server for sending wants no sign-in."""
    sent: str = ""
    """Folder of sent mail, where it is not found by itself; so with the three that follow."""
    drafts: str = ""
    archive: str = ""
    trash: str = ""
    changes: str = ""
    """Name of the connection that the form was opened to change; empty where one is added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDraft:
    """A model as a person described it."""

    name: str
    url: str
    model: str
    key: str = field(default="", repr=False)
    price_in: float = 0.0
    """Money for a million tokens read."""
    price_out: float = 0.0
    tenant: str = ""
    """With `client`: Microsoft Entra ID signs in to Azure, and `key` is the app registration's secret."""
    client: str = ""
    changes: str = ""
    """Name of the connection that the form was opened to change; empty where one is added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestDraft:
    """A REST system as a person described it."""

    file: str = ""
    """Its description, as the command line takes it; empty keeps the one of the connection that is changed."""
    base: str = ""
    """Its address, where it is another than in the file."""
    key: str = field(default="", repr=False)
    key2: str = field(default="", repr=False)
    """A second secret, where the file names two (name and password)."""
    changes: str = ""
    """Name of the connection that the form was opened to change; empty where one is added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDraft:
    """A webhook as a person described it: by a file, or by what each part of an event is called in the JSON."""

    file: str = ""
    name: str = ""
    port: str = ""
    path: str = ""
    verify: str = ""
    """`bearer`, `standard_webhooks` or `nobody`; empty: as the file says, else bearer."""
    secret: str = field(default="", repr=False)
    id: str = ""
    title: str = ""
    text: str = ""
    sender: str = ""
    changes: str = ""
    """Name of the connection that the form was opened to change; empty where one is added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDraft:
    """What a person wants to bring in, and what they said of it."""

    path: Path
    own: tuple[str, ...] = ()
    """Their own addresses, in lower case: those mails are answers, not questions."""
    sent: tuple[str, ...] = ()
    """Folders of sent mail that are not called so."""
    mapping: Path | None = None
    """A mapping file of how a table is read."""
    columns: tuple[tuple[str, str], ...] = ()
    """Of a table, what was said besides: (column, field; empty: not used), the last word last."""
    kind: str = ""
    """What its rows are, where that was said."""

    def with_sent(self, folders: tuple[str, ...]) -> "ImportDraft":
        """Return it with folders of sent mail."""
        return replace(self, sent=folders)

    def with_mapping(self, file: Path) -> "ImportDraft":
        """Return it with a mapping file."""
        return replace(self, mapping=file)

    def with_kind(self, kind: str) -> "ImportDraft":
        """Return it with what its rows are; what was said of columns was said of another kind."""
        return replace(self, kind=kind, columns=())

    def with_column(self, name: str, field: str, kind: str) -> "ImportDraft":
        """Return it with what a column of a table of this kind is."""
        others = tuple(pair for pair in self.columns if pair[0] != name)
        return replace(self, kind=kind, columns=(*others, (name, field)))
