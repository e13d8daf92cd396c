"""Connections as they are configured: from rows of the workspace to connectors."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from opsconsole.app.secretowners import check_owners
from opsconsole.brains.model import Endpoint, ModelConfig
from opsconsole.connectors.desk.connector import DeskConnector
from opsconsole.connectors.http import HttpConfig, HttpConnector
from opsconsole.connectors.mail.config import MailConfig
from opsconsole.connectors.mail.connector import MailConnector
from opsconsole.connectors.mail.signin.auth import SignIn
from opsconsole.connectors.mail.signin.oauth import OAuthSignIn
from opsconsole.connectors.texts.connector import KIND as TEXTS
from opsconsole.connectors.texts.connector import TextsConnector
from opsconsole.connectors.webhook import WebhookConfig, WebhookConnector
from opsconsole.domain.errors import OpsError, WorkspaceError
from opsconsole.engine.agents.yamltext.validationtext import in_words
from opsconsole.engine.connectionmemory import ConnectionMemory
from opsconsole.engine.kernel import Writes
from opsconsole.engine.ports.connector import Connector
from opsconsole.engine.ports.machine import Clock, Secrets
from opsconsole.engine.registry import Registry
from opsconsole.net.client import HttpClient
from opsconsole.store.queries.connections import ConnectionRow, connection, connections, settled_at
from opsconsole.store.queries.events import fields_of
from opsconsole.store.rows import Reader

MODEL = "model"
"""Kind of a connection that is a language model: it has no tools and no events, a brain thinks with it."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What connections are made of, joined once a process."""

    reader: Reader
    writes: Writes
    clock: Clock
    secrets: Secrets

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
    check_owners(parts.reader, read, made=connection(parts.reader, name))
    return HttpConnector(
        name,
        read,
        http=HttpClient(),
        secrets=parts.secrets,
        health=memory,
        clock=parts.clock,
        signed_in_at=settled_at(parts.reader, name),
    )


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


def _model(name: str, config: Mapping[str, Any], parts: Parts) -> Connector:
    read = ModelConfig.model_validate(config)
    http = HttpClient(ca_file=read.ca_file)
    return Endpoint(name, read, secrets=parts.secrets, http=http, health=parts.memory(name))


def _texts(name: str, config: Mapping[str, Any], parts: Parts) -> Connector:
    return TextsConnector(name)


KINDS: Mapping[str, Make] = {
    "desk": _desk,
    "mail": _mail,
    "webhook": _webhook,
    "http": _http,
    TEXTS: _texts,
    MODEL: _model,
}


def make_connectors(parts: Parts) -> list[Connector]:
    """Make a connector of every connection in use but models; what cannot be made is left out, and told by the engine.

    None holds anything in common with another, so that each can be closed for itself.
    """
    made: list[Connector] = []
    for row in connections(parts.reader):
        if row.kind == MODEL:
            continue
        try:
            made.append(connector_of(row, parts))
        except WorkspaceError as error:
            _log.warning("%s", error)
    return made


def endpoints(parts: Parts) -> dict[str, Endpoint]:
    """Make an endpoint of every connected model, by its name.

    Raises:
        WorkspaceError: a stored configuration cannot be read any more.
    """
    return dict(Models(Registry(connector_of(row, parts) for row in connections(parts.reader, kind=MODEL))))


class Models(Mapping[str, Endpoint]):
    """The models among the connections of a registry, as they are at the moment."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __getitem__(self, name: str) -> Endpoint:
        made = self._registry.connectors[name]
        if isinstance(made, Endpoint):
            return made
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name, made in self._registry.connectors.items() if isinstance(made, Endpoint))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def connector_of(row: ConnectionRow, parts: Parts) -> Connector:
    """Make what a connection is worked through; nothing is opened yet.

    Raises:
        WorkspaceError: its stored configuration cannot be used; says what to do.
    """
    make = KINDS.get(row.kind)
    if make is None:
        raise WorkspaceError(
            f"The connection {row.id} is of a kind this opsconsole does not know ({row.kind}). Install the version that"
            " made it, or remove the connection.",
            hint=f"To remove it: `opsconsole connect remove {row.id}`.",
        )
    try:
        return make(row.id, row.config, parts)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise _unreadable(row, f"{'.'.join(map(str, first['loc']))}: {in_words(first)}") from error
    except (OpsError, ValueError, TypeError, LookupError) as error:
        raise _unreadable(row, str(error)) from error


def _unreadable(row: ConnectionRow, why: str) -> WorkspaceError:
    return WorkspaceError(
        f"The settings of the connection {row.id} cannot be used ({why.rstrip('.')}). Connect it again.",
        hint=f"In a terminal: `opsconsole connect {row.kind}`.",
    )
