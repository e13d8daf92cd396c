"""Connections as they are configured: from rows of the workspace to connectors."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from opsconsole.brains.model import Endpoint, ModelConfig
from opsconsole.connectors.desk.connector import DeskConnector
from opsconsole.connectors.http import HttpConfig, HttpConnector
from opsconsole.connectors.mail.config import MailConfig
from opsconsole.connectors.mail.connector import MailConnector
from opsconsole.connectors.mail.signin.auth import SignIn
from opsconsole.connectors.mail.signin.oauth import OAuthSignIn
from opsconsole.connectors.webhook import WebhookConfig, WebhookConnector
from opsconsole.domain.errors import WorkspaceError
from opsconsole.engine.connectionmemory import ConnectionMemory
from opsconsole.engine.kernel import Writes
from opsconsole.engine.ports.connector import Connector
from opsconsole.engine.ports.machine import Clock, Secrets
from opsconsole.net.client import HttpClient
from opsconsole.store.queries.connections import ConnectionRow, connections
from opsconsole.store.queries.events import fields_of
from opsconsole.store.rows import Reader

MODEL = "model"
"""Kind of a connection that is a language model: no connector, but what a brain thinks with."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What connectors are made of, joined once a process."""

    reader: Reader
    writes: Writes
    clock: Clock
    secrets: Secrets
    http: HttpClient = field(default_factory=HttpClient)

    def memory(self, name: str) -> ConnectionMemory:
        """Return the memory of a connection."""
        return ConnectionMemory(name, self.reader, self.writes, self.clock)


Make = Callable[[str, Mapping[str, Any], Parts], Connector]


def _desk(name: str, config: Mapping[str, Any], parts: Parts) -> Connector:
    return DeskConnector(parts.reader, parts.writes, parts.clock, name=name)


def _webhook(name: str, config: Mapping[str, Any], parts: Parts) -> Connector:
    def known(external_id: str) -> Mapping[str, Any] | None:
        return fields_of(parts.reader, name, external_id)

    read, memory = WebhookConfig.model_validate(config), parts.memory(name)
    return WebhookConnector(name, read, secrets=parts.secrets, health=memory, clock=parts.clock, fields_of=known)


def _http(name: str, config: Mapping[str, Any], parts: Parts) -> Connector:
    read, memory = HttpConfig.model_validate(config), parts.memory(name)
    return HttpConnector(name, read, http=parts.http, secrets=parts.secrets, health=memory, clock=parts.clock)


def _mail(name: str, config: Mapping[str, Any], parts: Parts) -> Connector:
    read, memory = MailConfig.model_validate(config), parts.memory(name)
    return MailConnector(
        name,
        read,
        secrets=parts.secrets,
        memory=memory,
        health=memory,
        clock=parts.clock,
        sign_in=sign_in_of(name, read, parts),
    )


def sign_in_of(name: str, config: MailConfig, parts: Parts) -> SignIn | None:
    """Make what signs in by OAuth2; None where a password does."""
    if config.oauth is None:
        return None
    # The operator's own authority would replace the system's, which vouch for providers known by name.
    http = HttpClient(ca_file=None if config.oauth.provider else config.ca_file or None)
    return OAuthSignIn(name, config.oauth, secrets=parts.secrets, http=http, clock=parts.clock)


KINDS: Mapping[str, Make] = {"desk": _desk, "mail": _mail, "webhook": _webhook, "http": _http}


def make_connectors(parts: Parts) -> list[Connector]:
    """Make a connector of every connection in use.

    Raises:
        WorkspaceError: a stored configuration cannot be read any more.
    """
    return [_make(row, parts) for row in _usable(connections(parts.reader))]


def endpoints(parts: Parts) -> dict[str, Endpoint]:
    """Make an endpoint of every connected model, by its name.

    Raises:
        WorkspaceError: a stored configuration cannot be read any more.
    """
    found: dict[str, Endpoint] = {}
    for row in connections(parts.reader, kind=MODEL):
        try:
            config = ModelConfig.model_validate(row.config)
        except ValidationError as error:
            raise _unreadable(row, error) from error
        pool = parts.http if config.ca_file is None else HttpClient(ca_file=config.ca_file)
        found[row.id] = Endpoint(row.id, config, secrets=parts.secrets, http=pool, health=parts.memory(row.id))
    return found


def _usable(rows: Iterable[ConnectionRow]) -> list[ConnectionRow]:
    return [row for row in rows if row.kind != MODEL]


def _make(row: ConnectionRow, parts: Parts) -> Connector:
    make = KINDS.get(row.kind)
    if make is None:
        raise WorkspaceError(
            f"The connection {row.id} is of a kind this opsconsole does not know ({row.kind}). Install the version that"
            f" made it, or take it out: `opsconsole connect remove {row.id}`."
        )
    try:
        return make(row.id, row.config, parts)
    except ValidationError as error:
        raise _unreadable(row, error) from error


def _unreadable(row: ConnectionRow, error: ValidationError) -> WorkspaceError:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    return WorkspaceError(
        f"The configuration of the connection {row.id} cannot be read ({where}: {first['msg']}). Connect it again:"
        f" `opsconsole connect {row.kind}`."
    )
