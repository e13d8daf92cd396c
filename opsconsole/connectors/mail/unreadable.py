"""Mails that lie in a folder and cannot be had: told to people, and tried again apart from the others."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from opsconsole.engine.ports.machine import Clock, Memory

AGAIN_S = (60.0, 300.0, 1800.0, 7200.0, 86400.0)
"""So much later one is tried again, in seconds; after the last, daily."""
MOST_NAMED = 5
MOST = 1000
"""So many of a folder are remembered; the oldest go first."""


class Unreadable:
    """What of one folder could not be read, over restarts."""

    def __init__(self, memory: Memory, clock: Clock, folder: str) -> None:
        self._memory = memory
        self._clock = clock
        self._folder = folder
        self._numbering: int | None = None
        self._key = f"unreadable:{folder}"

    async def add(self, validity: int, uids: Sequence[int]) -> None:
        """Note mails that could not be read, once more or for the first time."""
        if not uids:
            return
        kept = self._of(validity)
        for uid in uids:
            tries = int(kept.get(str(uid), [0])[0]) + 1
            wait_s = AGAIN_S[min(tries, len(AGAIN_S)) - 1]
            kept[str(uid)] = [tries, (self._clock.now() + timedelta(seconds=wait_s)).isoformat()]
        newest = sorted(kept, key=int)[-MOST:]
        await self._memory.put(self._key, {"validity": validity, "mails": {uid: kept[uid] for uid in newest}})

    async def settle(self, validity: int, uid: int) -> None:
        """One was read, or is gone."""
        kept = self._of(validity)
        if kept.pop(str(uid), None) is not None:
            await self._memory.put(self._key, {"validity": validity, "mails": kept})

    def due(self, validity: int) -> list[int]:
        """Return which are to be tried again now."""
        now = self._clock.now()
        return sorted(int(uid) for uid, (_, at) in self._of(validity).items() if datetime.fromisoformat(at) <= now)

    @property
    def words(self) -> str:
        """What is told to people; empty where there is nothing."""
        kept: dict[str, Any] = self._memory.get(self._key) or {}
        if self._numbering is not None and kept.get("validity") != self._numbering:
            return ""  # numbered anew since: what was noted names other mails now, and all are read anew
        uids = sorted(map(int, kept.get("mails") or ()))
        if not uids:
            return ""
        named = ", ".join(map(str, uids[:MOST_NAMED])) + (" …" if len(uids) > MOST_NAMED else "")
        which = f"The mail with the number {named}" if len(uids) == 1 else f"{len(uids)} mails (numbers {named})"
        verb = "is" if len(uids) == 1 else "are"
        return (
            f"{which} in {self._folder} cannot be read: the server names {'it' if len(uids) == 1 else 'them'} and does"
            f" not hand {'it' if len(uids) == 1 else 'them'} out. Look for it in another mail program. All other mails"
            f" are read; {'this one' if len(uids) == 1 else 'these'} {verb} tried again."
        )

    def _of(self, validity: int) -> dict[str, Any]:
        """Return what is noted under this numbering; after another one everything is read anew."""
        self._numbering = validity
        kept: dict[str, Any] = self._memory.get(self._key) or {}
        return dict(kept.get("mails") or {}) if kept.get("validity") == validity else {}
