"""Where mailboxes of well-known providers are reached, and how one may sign in there; and guesses for all others."""

import asyncio
from dataclasses import dataclass
from typing import Literal

from opsconsole.connectors.mail.config import Server

_LOOK_S = 3.0
Browser = Literal["google", "microsoft", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A provider of mailboxes."""

    name: str
    """What it is called in options."""
    title: str
    domains: tuple[str, ...]
    """Addresses that are certainly there; companies have domains of their own."""
    imap: Server
    smtp: Server
    takes_password: bool = True
    """Whether programs may sign in with a password or app password at all."""
    advice: str = "Your mailbox password."
    """Which password a program needs, and where it is made."""
    oauth: Browser = ""
    """Whose browser sign-in works here; empty for none we know."""
    files_sent: bool = False
    """Whether the server itself files what is sent by SMTP."""
    authserv: str = ""
    """Its name in Authentication-Results; empty where it varies."""
    note: str = ""


def _server(host: str, port: int) -> Server:
    return Server(host=host, port=port, tls="starttls" if port == 587 else "tls")


_GOOGLE = (
    "Google takes an app password: 16 letters, made at myaccount.google.com/apppasswords (2-step verification must be"
    " on). In a company's Workspace an administrator may have switched them off; then sign in in the browser instead."
)
_MICROSOFT = (
    "In Microsoft 365, IMAP and SMTP (authenticated SMTP) must be switched on for the mailbox; an administrator does"
    " that in the admin centre under the user's mail settings."
)
_IN_SETTINGS = "Allow IMAP in the mailbox's settings on the web first; with 2-step sign-in make an app password there."

HOSTS: tuple[Host, ...] = (
    Host(
        name="gmail", title="Gmail or Google Workspace", domains=("gmail.com", "googlemail.com"),
        imap=_server("imap.gmail.com", 993), smtp=_server("smtp.gmail.com", 465), advice=_GOOGLE, oauth="google",
        files_sent=True, authserv="mx.google.com",
    ),
    Host(
        name="microsoft365", title="Microsoft 365 (Exchange Online)", domains=("onmicrosoft.com",),
        imap=_server("outlook.office365.com", 993), smtp=_server("smtp.office365.com", 587), takes_password=False,
        oauth="microsoft", files_sent=True, note=_MICROSOFT,
    ),
    Host(
        name="outlook", title="Outlook.com, Hotmail",
        domains=("outlook.com", "hotmail.com", "live.com", "msn.com", "outlook.de", "hotmail.de", "hotmail.co.uk",
                 "hotmail.fr", "outlook.fr", "live.de", "live.co.uk"),
        imap=_server("outlook.office365.com", 993), smtp=_server("smtp-mail.outlook.com", 587), takes_password=False,
        oauth="microsoft", files_sent=True,
        note="Allow IMAP on the web first: Settings, Mail, Forwarding and IMAP.",
    ),
    Host(
        name="icloud", title="iCloud Mail", domains=("icloud.com", "me.com", "mac.com"),
        imap=_server("imap.mail.me.com", 993), smtp=_server("smtp.mail.me.com", 587),
        advice="Apple takes an app-specific password only, made at account.apple.com under Sign-In and Security.",
    ),
    Host(
        name="yahoo", title="Yahoo Mail",
        domains=("yahoo.com", "yahoo.de", "yahoo.co.uk", "yahoo.fr", "yahoo.it", "yahoo.es", "ymail.com",
                 "rocketmail.com"),
        imap=_server("imap.mail.yahoo.com", 993), smtp=_server("smtp.mail.yahoo.com", 465),
        advice="Yahoo takes an app password only, made in the account's security settings.",
    ),
    Host(
        name="aol", title="AOL Mail", domains=("aol.com", "aim.com"),
        imap=_server("imap.aol.com", 993), smtp=_server("smtp.aol.com", 465),
        advice="AOL takes an app password only, made in the account's security settings.",
    ),
    Host(
        name="fastmail", title="Fastmail", domains=("fastmail.com", "fastmail.fm", "fastmail.de"),
        imap=_server("imap.fastmail.com", 993), smtp=_server("smtp.fastmail.com", 465),
        advice="Fastmail takes an app password only: Settings, Privacy and Security, with access to IMAP and SMTP.",
    ),
    Host(
        name="gmx", title="GMX (gmx.de, gmx.net, gmx.at, gmx.ch)", domains=("gmx.de", "gmx.net", "gmx.at", "gmx.ch"),
        imap=_server("imap.gmx.net", 993), smtp=_server("mail.gmx.net", 465), advice=_IN_SETTINGS,
    ),
    Host(
        name="gmx-com", title="GMX (gmx.com)", domains=("gmx.com", "gmx.co.uk", "gmx.us"),
        imap=_server("imap.gmx.com", 993), smtp=_server("mail.gmx.com", 465), advice=_IN_SETTINGS,
    ),
    Host(
        name="webde", title="web.de", domains=("web.de",),
        imap=_server("imap.web.de", 993), smtp=_server("smtp.web.de", 587), advice=_IN_SETTINGS,
    ),
    Host(
        name="zoho", title="Zoho Mail (zoho.com)", domains=("zoho.com", "zohomail.com"),
        imap=_server("imap.zoho.com", 993), smtp=_server("smtp.zoho.com", 465), advice=_IN_SETTINGS,
    ),
    Host(
        name="zoho-eu", title="Zoho Mail (zoho.eu)", domains=("zoho.eu", "zohomail.eu"),
        imap=_server("imap.zoho.eu", 993), smtp=_server("smtp.zoho.eu", 465), advice=_IN_SETTINGS,
    ),
    Host(
        name="mailbox-org", title="mailbox.org", domains=("mailbox.org",),
        imap=_server("imap.mailbox.org", 993), smtp=_server("smtp.mailbox.org", 465),
    ),
    Host(
        name="posteo", title="Posteo", domains=("posteo.de", "posteo.net", "posteo.org"),
        imap=_server("posteo.de", 993), smtp=_server("posteo.de", 465),
    ),
    Host(
        name="ionos", title="IONOS (1&1)", domains=("online.de", "onlinehome.de"),
        imap=_server("imap.ionos.de", 993), smtp=_server("smtp.ionos.de", 465),
    ),
    Host(
        name="t-online", title="T-Online", domains=("t-online.de", "magenta.de"),
        imap=_server("secureimap.t-online.de", 993), smtp=_server("securesmtp.t-online.de", 465),
        advice="Telekom takes the separate password for e-mail programs, made in the customer centre.",
    ),
)  # fmt: skip


def by_domain(domain: str) -> Host | None:
    """Return the provider that an address is certainly with."""
    domain = domain.lower()
    return next((host for host in HOSTS if any(f".{domain}".endswith(f".{suffix}") for suffix in host.domains)), None)


def by_name(name: str) -> Host | None:
    """Return a provider by what it is called in options."""
    return next((host for host in HOSTS if host.name == name.lower()), None)


async def guess(domain: str) -> tuple[Server, Server] | None:
    """Find IMAP and SMTP servers under the names that most operators give them; None where nobody answers there.

    It only opens connections; nothing is sent.
    """
    reading, sending = await asyncio.gather(
        _first([(f"{name}.{domain}", 993) for name in ("imap", "mail")] + [(domain, 993)]),
        _first([(f"{name}.{domain}", port) for name in ("smtp", "mail") for port in (465, 587)]),
    )
    return None if reading is None or sending is None else (reading, sending)


async def _first(places: list[tuple[str, int]]) -> Server | None:
    answers = await asyncio.gather(*(_listens(host, port) for host, port in places))
    return next((_server(*place) for place, is_there in zip(places, answers, strict=True) if is_there), None)


async def _listens(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(_LOOK_S):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError, UnicodeError):
        return False
    writer.close()
    return True
