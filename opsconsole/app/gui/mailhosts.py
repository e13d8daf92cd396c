"""The providers that the window offers for a mailbox, and what each needs, in a line."""

from collections.abc import Mapping

from opsconsole.connectors.mail.config import Server
from opsconsole.connectors.mail.signin.hosts import Host, by_name
from opsconsole.ui.tools import MailHost

_NEEDS: Mapping[str, tuple[str, str]] = {
    "gmail": ("Gmail", "Needs an app password: 16 letters, made at myaccount.google.com/apppasswords."),
    "microsoft365": ("Microsoft 365", "Needs the sign-in in the browser, with an app registration of your own."),
    "fastmail": ("Fastmail", "Needs an app password: Settings, Privacy and Security, with access to IMAP and SMTP."),
}
_OWN = "Needs the names of its servers, and the mailbox's password. Without a server for sending it is only read."


def offered() -> tuple[MailHost, ...]:
    """Return the best known providers, and a server of one's own."""
    known = [(by_name(name), title, needs) for name, (title, needs) in _NEEDS.items()]
    hosts = [_host(host, title, needs) for host, title, needs in known if host is not None]
    nothing: dict[str, str] = dict.fromkeys(("sign_in", "imap", "imap_tls", "smtp", "smtp_tls"), "")
    return (*hosts, MailHost("", "Own server", _OWN, nothing))


def _host(host: Host, title: str, needs: str) -> MailHost:
    values = {"sign_in": "" if host.takes_password else "browser"}
    return MailHost(host.name, title, needs, values | _server("imap", host.imap) | _server("smtp", host.smtp))


def _server(kind: str, server: Server) -> dict[str, str]:
    return {kind: f"{server.host}:{server.port}", f"{kind}_tls": server.tls}
