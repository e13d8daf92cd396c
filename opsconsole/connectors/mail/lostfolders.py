"""Folders that were there once and are not any more: what people renamed or deleted under an agent that names it."""

from collections.abc import Callable
from typing import Any

from opsconsole.connectors.mail.config import Folders
from opsconsole.connectors.mail.imap.folders import Named
from opsconsole.engine.ports.machine import Memory
from opsconsole.store.queries.connections import recall
from opsconsole.store.rows import Reader

_SEEN, _LOST = "folders", "folders.lost"
MOST_LOST = 500
"""So many lost ones are kept, the newest."""


async def note(memory: Memory, account: str, found: Named) -> None:
    """Keep which folders there are, and which of those that there were are lost; written only where that changes.

    Args:
        memory: of the connection.
        account: whose folders they are; those of another one are no loss.
        found: the folders there are now.
    """
    if not found.every:
        return  # a mailbox has at least one: this server tells nothing
    seen: dict[str, Any] = memory.get(_SEEN) or {}
    lost: dict[str, Any] = memory.get(_LOST) or {}
    there = frozenset(found.every)
    names: list[str] = []
    if seen.get("account") == account:
        before = [*lost.get("names", []), *seen.get("names", [])]
        names = [name for name in dict.fromkeys(before) if name not in there][-MOST_LOST:]
    now_lost = {"names": names, "separator": found.separator, "prefix": found.prefix}
    if now_lost != lost and (names or lost):
        await memory.put(_LOST, now_lost)  # first: after a crash between the two it is found again
    now_seen = {"account": account, "names": sorted(there)}
    if now_seen != seen:
        await memory.put(_SEEN, now_seen)


def lost_in(conn: Reader, connection: str) -> Callable[[str], bool] | None:
    """Return what tells whether a name, as agents' files have it, is that of a lost folder; None where none is."""
    kept: dict[str, Any] = recall(conn, connection, _LOST) or {}
    if not kept.get("names"):
        return None
    spelt = Named(
        inbox=Folders().inbox, sent="", drafts="", archive="", every=tuple(kept["names"]),
        separator=str(kept["separator"]), prefix=str(kept["prefix"]),
    )  # fmt: skip

    def is_lost(name: str) -> bool:
        return spelt.is_there(spelt.full(name))

    return is_lost
