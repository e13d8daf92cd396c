"""Intake: an event once, its subject, and the agents that work it, in one transaction."""

from dataclasses import dataclass
from datetime import datetime

from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.ids import EventId, RunId
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.canary.threads import version_for
from opsconsole.engine.ports.connector import EventKeeper
from opsconsole.store.queries import events
from opsconsole.store.rows import present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events as write_events
from opsconsole.store.writes import work as write_work


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an incoming event."""

    event: EventId
    is_new: bool
    runs: tuple[RunId, ...]


def take(
    kernel: Kernel, tx: Transaction, connection: str, incoming: IncomingEvent, *, is_history: bool = False
) -> Taken:
    """Store an event unless it is known, and queue it for the agents that subscribe to it.

    Args:
        kernel: where agents and clock are.
        tx: the transaction.
        connection: the connection's id.
        incoming: what the connector brought.
        is_history: keep it for look-ups, but let no agent work it.
    """
    known = write_events.find(tx, connection, incoming.external_id)
    if known is not None:
        return Taken(known, False, ())
    now = kernel.clock.now()
    keeper = kernel.registry.connectors.get(connection)
    if isinstance(keeper, EventKeeper):
        incoming = keeper.arrive(tx, incoming, now=now)
    identity, subject = write_events.add(tx, connection, incoming, now=now)
    runs: list[RunId] = []
    if not is_history:
        event = present(events.event(tx.conn, identity), f"event {identity}")
        for used in kernel.roster.current(tx.conn):
            if (version := version_for(kernel, tx, used, event)) is not None:
                run = write_work.add_run(
                    tx, event=identity, agent=version.agent_id, version=version.id, subject=subject, now=now
                )
                if run is not None:
                    runs.append(run)
    _note_correspondents(tx, connection, incoming, now)
    return Taken(identity, True, tuple(runs))


def _note_correspondents(tx: Transaction, connection: str, incoming: IncomingEvent, now: datetime) -> None:
    """Whoever was written to, or has verifiably written to this account, is no first contact any more."""
    if incoming.kind == "mail.sent":
        write_events.correspond(tx, connection, incoming.recipients, at=now, is_by_person=True)
    elif incoming.sender and incoming.is_verified:
        write_events.correspond(tx, connection, [incoming.sender], at=now, is_by_person=False)
