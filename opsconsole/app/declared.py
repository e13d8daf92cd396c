"""What is tried out before a connection that a file declares is put in use: its name, its address, its port."""

import os
import socket
from typing import Any, Literal

from pydantic import ValidationError

from opsconsole.app.session import Session
from opsconsole.connectors.http import HttpConfig
from opsconsole.connectors.http.actions import secrets_of
from opsconsole.connectors.http.token import SignInRefusedError
from opsconsole.connectors.http.trial import try_out
from opsconsole.connectors.webhook import WebhookConfig
from opsconsole.domain.errors import ConnectorError, MachineError, UserError
from opsconsole.engine.ports.machine import Secrets
from opsconsole.net.server import why_not
from opsconsole.store import lease
from opsconsole.store.queries import connections
from opsconsole.store.queries.connections import ConnectionRow

UNPROVEN = (
    "It answers. Whether its key is right shows at the first call; name a path that needs it (`check: /me`) to have it"
    " tried at once."
)
NOT_STORED = " Nothing was stored."


def check_kind(session: Session, name: str, kind: str) -> None:
    """Make sure that no connection of another kind has this name.

    Raises:
        UserError: one has.
    """
    earlier = connections.connection(session.kernel.reader, name)
    if earlier is not None and earlier.kind != kind:
        raise UserError(f"There is a connection {name} of another kind ({earlier.kind}). Give this one another name.")


def check_free(session: Session, name: str, *, changes: str) -> None:
    """Make sure that adding a connection does not take the place of another: its secrets and settings would be lost.

    Args:
        session: the workspace.
        name: of the connection that is to be stored.
        changes: name of the one that a person set out to change; empty where one is added.

    Raises:
        UserError: the name is in use.
    """
    if name == changes:
        return
    if changes:  # two of them would share its secrets, and its port
        raise UserError(
            f"A connection keeps its name. To call {changes} {name}, remove it and connect it anew under that name."
        )
    earlier = connections.connection(session.kernel.reader, name)
    if earlier is not None and not earlier.is_off:
        raise UserError(
            f"There is a connection {name} already, and it stays as it is. Give this one another name; to change that"
            " one, open it with “Test or change…”."
        )


def stored(session: Session, name: str) -> dict[str, Any] | None:
    """Return the settings of a connection in use; None where there is none of that name."""
    row = connections.connection(session.kernel.reader, name)
    return None if row is None or row.is_off else dict(row.config)


def earlier(session: Session, name: str, kind: str) -> dict[str, Any]:
    """Return the settings of a connection so far; none where it is new.

    Raises:
        UserError: a connection of another kind has this name.
    """
    check_kind(session, name, kind)
    return stored(session, name) or {}


def listens_already(session: Session, config: WebhookConfig) -> bool:
    """Return whether our own running engine listens there for this workspace."""
    if lease.holder(session.workspace.folder) is None:
        return False
    rows = connections.connections(session.kernel.reader, kind="webhook")
    return any(_address(row) == config.address for row in rows)


def _address(row: ConnectionRow) -> object:
    try:
        return WebhookConfig.model_validate(row.config).address
    except ValidationError:  # another's settings, which its own card tells of
        return None


def check_port(config: WebhookConfig) -> None:
    """Make sure that its port can be listened at.

    Raises:
        EnvironmentError_: it cannot; says why.
    """
    address = config.address
    try:
        family, _, _, _, place = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name == "posix":  # on Windows it would take a port that somebody listens on
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
            probe.listen(1)
    except OSError as error:
        raise MachineError(why_not(address, error)) from error


async def reach(config: HttpConfig, secrets: Secrets) -> bool:
    """Ask a REST system once, with its key; tell whether the answer shows that it takes the key.

    Any answer but a refusal of the key will do: somebody is there, with a certificate that can be trusted.

    Raises:
        UserError: it answers, and does not take the key.
        EnvironmentError_: nobody is there, or the key cannot be read.
    """
    has_key = bool(secrets_of(config))
    try:
        trial = await try_out(config, secrets=secrets, health=_Unheard())
    except SignInRefusedError as error:
        raise UserError(f"{error}.{NOT_STORED}") from error
    except ConnectorError as error:
        raise MachineError(f"{error}{NOT_STORED}") from error
    if trial.refused:
        raise UserError(f"{_refused(trial.refused, has_key=has_key)}{NOT_STORED}")
    return trial.is_proof or not has_key


class _Unheard:
    """How a connection is that is only tried out: nobody is told."""

    async def note(self, state: Literal["ok", "trouble", "needs_you"], text: str) -> None:
        """Say nothing."""


def _refused(why: str, *, has_key: bool) -> str:
    if has_key:
        return f"The system answers, but does not take the key {why}. Check the key."
    return f"The system answers, but asks for a key {why}. The file names none: add it under `headers:`."
