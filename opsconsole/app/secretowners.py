"""Whose a secret is: a file that describes a system may name its own, and no other connection's.

A REST system is sent what its file names. A file that names the password of the mailbox would hand it over.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from opsconsole.app.secretstore.names import in_config, variable
from opsconsole.connectors.http import HttpConfig
from opsconsole.connectors.http.actions import secrets_of
from opsconsole.connectors.http.literals import literal_keys
from opsconsole.domain.errors import UserError
from opsconsole.store.queries import connections
from opsconsole.store.queries.connections import ConnectionRow
from opsconsole.store.rows import Reader

OWN = {
    "mail": ("mail-{}-password", "mail-{}-tokens", "mail-{}-client-secret", "mail-{}-smtp-password"),
    "model": ("model-{}",),
    "webhook": ("webhook-{}",),
}
"""What the forms and commands call a connection's secrets, by its kind."""
_KINDS = {"mail": "the mailbox", "model": "the model", "webhook": "the webhook", "http": "the REST system"}


def check_keys(conn: Reader, config: HttpConfig) -> None:
    """Make sure that a file, before it is put in use, names its keys, and only its own.

    Raises:
        UserError: a key stands in it as it is, or it names the secret of another connection.
    """
    if places := literal_keys(config):
        raise UserError(
            f"A key stands in the file as it is ({'; '.join(places)}), where everybody who sees the file reads it."
            f" Write {{{{ secret('{config.connection}-key') }}}} there; the key is kept apart. Nothing was stored.",
            hint=f"In a terminal it is kept by `opsconsole secrets set {config.connection}-key`.",
        )
    check_owners(conn, config)


def check_owners(conn: Reader, config: HttpConfig, *, made: ConnectionRow | None = None) -> None:
    """Make sure that a REST system is sent no other connection's secret.

    Two systems at one address may share theirs. Of two that are in use and name one secret, the earlier has it.

    Args:
        conn: reads the workspace.
        config: the REST system.
        made: its row, where it is in use already.

    Raises:
        UserError: it names another's secret; says which and whose.
    """
    named = {variable(secret[-1]): secret[-1] for secret in secrets_of(config)}  # as the environment spells them
    if not named:
        return
    for row in connections.connections(conn):
        if row.id == config.connection or _is_same_place(row, config):
            continue
        if made is not None and row.kind == "http" and (row.created_at, row.id) > (made.created_at, made.id):
            continue
        own = {name.format(row.id) for name in OWN.get(row.kind, ())}
        theirs = {variable(name) for name in (*in_config(row.config), *own)}
        if shared := sorted(named[found] for found in named.keys() & theirs):
            raise UserError(
                f"{config.connection} names the secret {shared[0]}, which is that of {_KINDS.get(row.kind, row.kind)}"
                f" {row.id}; it would be sent to {config.base}. Give {config.connection} a secret of its own in its"
                f" file, like secret('{config.connection}-key')."
            )


def _is_same_place(row: ConnectionRow, config: HttpConfig) -> bool:
    if row.kind != "http":
        return False
    token: Mapping[str, Any] | None = row.config.get("token")
    if config.token is not None and (token is None or token.get("url") != config.token.url):
        return False  # the key goes to who gives tokens, too
    one, other = urlsplit(str(row.config.get("base", ""))), urlsplit(config.base)
    return (one.scheme, one.netloc.lower()) == (other.scheme, other.netloc.lower())
