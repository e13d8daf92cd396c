"""A mailbox that was tried out, kept: its secrets, its configuration, its entry in the record."""

import re
from collections.abc import Sequence

from opsconsole.app.secretaudit import audit_secret
from opsconsole.app.secretstore.pending import PendingSecrets
from opsconsole.app.session import Session
from opsconsole.connectors.mail.config import MailConfig
from opsconsole.connectors.mail.signin.auth import PasswordSignIn, SignIn, parted
from opsconsole.connectors.mail.signin.oauth import OAuthSignIn
from opsconsole.domain.errors import UserError
from opsconsole.engine.commands.connections import connect
from opsconsole.net.client import HttpClient

KIND = "mail"


def name_of(address: str) -> str:
    """Return a connection's name from its address."""
    made = re.sub(r"[^a-z0-9]+", "-", address.partition("@")[0].lower()).strip("-")[:40]
    return made if made[:1].isalpha() else f"mail-{made}".strip("-")


def secret_of(name: str, what: str) -> str:
    """Return the name of a mailbox's secret."""
    return f"mail-{name}-{what}"


def sign_in_with(name: str, config: MailConfig, secrets: PendingSecrets, session: Session, http: HttpClient) -> SignIn:
    """Make what signs in; close it, so that a renewal under way ends and is kept.

    Raises:
        UserError: there is no way to.
    """
    if config.oauth is not None:
        by_browser = OAuthSignIn(
            name, config.oauth, secrets=secrets.kept_through(), http=http, clock=session.kernel.clock
        )
        return parted(config, by_browser, secrets)
    if config.login is None:
        raise UserError("There is no way to sign in. Say --auth password or --auth oauth.")
    return parted(config, PasswordSignIn(config.login, secrets), secrets)


def store_mail(
    session: Session, name: str, config: MailConfig, secrets: PendingSecrets, *, trouble: Sequence[str]
) -> None:
    """Keep its secrets and put a mailbox in use; `trouble` says what did not work."""
    for secret in secrets.keep():
        audit_secret(session, "secret.stored", name=secret, is_kept=True)
    body = config.model_dump(mode="json")
    health = ("trouble", trouble[0]) if trouble else ("ok", "tried out")
    session.write(
        lambda tx: connect(session.kernel, tx, name, kind=KIND, config=body, actor=session.actor, health=health),
        name="connection.put",
    )
