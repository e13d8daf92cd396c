"""What a person said of a mailbox, in a terminal or in a form, before it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

FOLDER_USES = ("sent", "drafts", "archive", "trash")
"""Folders that can be named where they are not found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said; empty for what was not."""

    name: str
    address: str = ""
    user: str = ""
    host: str = ""
    imap: str = ""
    imap_tls: str = ""
    smtp: str = ""
    smtp_tls: str = ""
    smtp_user: str | None = None
    """Name to sign in with for sending; empty: as for reading, None: as it was."""
    is_relay: bool | None = None
    """Sending wants no sign-in; None: as it was."""
    auth: str = ""
    has_password: bool = False
    """A password comes by standard input, or lies ready as a secret."""
    client_id: str = ""
    issuer: str = ""
    authorize_url: str = ""
    token_url: str = ""
    scopes: tuple[str, ...] = ()
    tenant: str = ""
    shown_name: str = ""
    own: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    """Addresses of groups and lists of one's own, whose mail comes here."""
    watched: tuple[str, ...] = ()
    authserv: str = ""
    authserv_strips: bool | None = None
    ca_file: str = ""
    arrival_s: float | None = None
    is_read_only: bool = False
    """Nothing is to be sent: no server for it is wanted."""
    folders: Mapping[str, str] = field(default_factory=dict[str, str])
    """Folders by their use, for those that are not found by themselves."""
