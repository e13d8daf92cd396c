"""Connections put in use and taken out of it: the configuration, how it is, and the audit entry in one transaction."""

from collections.abc import Mapping
from typing import Any

from opsconsole.domain.canonical import digest
from opsconsole.domain.redaction import redacted
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import connections as read
from opsconsole.store.queries.connections import HEALTH
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import connections as write


def connect(
    kernel: Kernel,
    tx: Transaction,
    name: str,
    *,
    kind: str,
    config: Mapping[str, Any],
    actor: str,
    health: tuple[str, str] | None = None,
) -> None:
    """Put a connection in use, over an earlier one of its name.

    Args:
        kernel: where the clock is.
        tx: the transaction.
        name: the connection's id.
        kind: mail, model, webhook, http.
        config: its configuration; names of secrets, never secrets.
        actor: who connects it.
        health: (state, words) where it was tried out.
    """
    now = kernel.clock.now()
    write.put(tx, name, kind=kind, config=config, now=now)
    write.settle(tx, name, now=now)
    if health is not None:
        state, text = health
        write.remember(tx, name, HEALTH, {"state": state, "text": text}, now=now)
    facts = {"connection": name, "connection_kind": kind, "digest": digest(dict(config))}
    tx.audit("connection.connected", at=now, actor=actor, **facts)


def note_tried(kernel: Kernel, tx: Transaction, name: str, *, state: str, text: str, actor: str) -> None:
    """Keep what a person's trial of a connection in use found. Where it worked before, that it works is nothing new."""
    earlier, text = read.health(tx.conn, name), redacted(text)
    if earlier is not None and (earlier[0] == state == "ok" or earlier[:2] == (state, text)):
        return
    now = kernel.clock.now()
    write.remember(tx, name, HEALTH, {"state": state, "text": text}, now=now)
    if earlier is None or earlier[0] != state:
        tx.audit(f"connection.{state}", at=now, actor=actor, connection=name)


def disconnect(kernel: Kernel, tx: Transaction, name: str, *, actor: str) -> bool:
    """Take a connection out of use; what came through it stays. False where there was none.

    Requests that need it stay too: their cards say so, and none of them can be approved until it is connected again.
    """
    requests, effects = read.waiting_for(tx.conn, name)
    if not write.turn_off(tx, name):
        return False
    facts = {"requests": requests or None, "effects": effects or None}
    tx.audit("connection.removed", at=kernel.clock.now(), actor=actor, connection=name, **facts)
    tx.touch("approvals")
    return True
