"""What is tried out before a connection that a file declares is put in use: its name, its address, its port."""

import os
import socket

from opsconsole.app.session import Session
from opsconsole.connectors.webhook import WebhookConfig
from opsconsole.domain.errors import ConnectorError, MachineError, UserError
from opsconsole.net.client import HttpClient, Request
from opsconsole.net.server import why_not
from opsconsole.store import lease
from opsconsole.store.queries import connections

_REACH_S = 10.0
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
    earlier = connections.connection(session.kernel.reader, name)
    if earlier is not None and not earlier.is_off and name != changes:
        raise UserError(
            f"There is a connection {name} already, and it stays as it is. Give this one another name; to change that"
            " one, open it with “Test or change…”."
        )


def listens_already(session: Session, config: WebhookConfig) -> bool:
    """Return whether our own running engine listens there for this workspace."""
    if lease.holder(session.workspace.folder) is None:
        return False
    rows = connections.connections(session.kernel.reader, kind="webhook")
    return any(WebhookConfig.model_validate(row.config).address == config.address for row in rows)


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


async def reach(base: str) -> None:
    """Any answer will do: what counts is that somebody is there, with a certificate that can be trusted.

    Raises:
        EnvironmentError_: nobody is.
    """
    client = HttpClient()
    try:
        await client.send(Request("GET", f"{base}/"), timeout_s=_REACH_S, largest=65_536, may_cut=True)
    except ConnectorError as error:
        raise MachineError(f"{error}{NOT_STORED}") from error
    finally:
        await client.close()
