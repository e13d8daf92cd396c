"""The desk as a connector: a real small system of record in the workspace file."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from opsconsole.connectors.desk.acts import acts
from opsconsole.connectors.desk.lookups import look_up
from opsconsole.connectors.desk.mailbox import keep_mail
from opsconsole.connectors.desk.plans import Plan, carry_out, laid_over, plan, take_back
from opsconsole.connectors.desk.tools import desk_tools
from opsconsole.connectors.mailtext.event import KINDS as MAIL_KINDS
from opsconsole.domain.action import ActionType, Call, Result
from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.kernel import Writes
from opsconsole.engine.ports.connector import Change, Notice, Overlay, Simulated, Take
from opsconsole.engine.ports.machine import Clock
from opsconsole.store.queries.desk import records as read
from opsconsole.store.queries.desk.past import Changes, Past
from opsconsole.store.queries.desk.records import Line
from opsconsole.store.queries.desk.view import Present
from opsconsole.store.rows import Reader
from opsconsole.store.times import from_micros, to_micros
from opsconsole.store.transaction import Transaction

WATCH_EVERY_S = 300.0
OBSERVE_EVERY_S = 5.0
LOOK_BACK = timedelta(days=9)
"""People's acts of so long ago are told again after a restart; no pair waits for older ones."""


class DeskConnector:
    """Reads with its own connection, writes through the engine's writer, honours idempotency keys."""

    def __init__(
        self, reader: Reader, writes: Writes, clock: Clock, *, name: str = "desk", stalled_after_days: float | None = 14
    ) -> None:
        self.id = name
        self._reader = reader
        self._writes = writes
        self._clock = clock
        self._stalled_after_days = stalled_after_days
        self._told = 0
        """Up to this line of the history people's acts were told."""
        self._changes = Changes()

    def event_kinds(self) -> Sequence[str]:
        """Return what imports bring and what it notices itself."""
        return (*MAIL_KINDS, "ticket.created", "deal.stalled")

    def action_types(self) -> Sequence[ActionType]:
        """Return the desk's tools."""
        return desk_tools(self.id)

    async def read(self, call: Call, overlay: Overlay, as_of: datetime | None) -> Result:
        """Look something up, as it is or as it was."""
        desk = Present(self._reader) if as_of is None else self._past(call, as_of)
        return look_up(desk, _verb(call), call, overlay, now=as_of or self._clock.now())

    async def execute(self, call: Call) -> Result:
        """Do it, once per key."""
        now = self._clock.now()
        data = await self._writes.write(lambda tx: carry_out(tx, _verb(call), call, now=now), name="desk.do")
        return Result(is_ok=True, data=data)

    async def find(self, call: Call) -> Result | None:
        """Look for what a key did."""
        data = read.done_by(self._reader, call.key)
        return None if data is None else Result(is_ok=True, data=data)

    async def simulate(self, call: Call, overlay: Overlay) -> Simulated:
        """Say what it would return; later look-ups of the run see the records."""
        return _simulated(
            call, plan(self._reader, _verb(call), call, overlay, now=self._clock.now()), self._clock.now()
        )

    async def simulate_past(self, call: Call, overlay: Overlay, as_of: datetime) -> Simulated:
        """Say what it would have returned then."""
        desk = self._past(call, as_of)
        return _simulated(call, plan(self._reader, _verb(call), call, overlay, now=as_of, desk=desk), as_of)

    def _past(self, call: Call, as_of: datetime) -> Past:
        own = {kind: call.fields.get(f"{kind}_id") for kind in ("mail", "ticket", "deal")}
        return Past(
            self._reader,
            self._changes,
            to_micros(as_of),
            {kind: number for kind, number in own.items() if type(number) is int},
        )

    async def preview(self, call: Call) -> Sequence[Change]:
        """Return now against after."""
        wanted = plan(self._reader, _verb(call), call, {}, now=self._clock.now())
        present = read.get(self._reader, wanted.kind, wanted.record) if isinstance(wanted.record, int) else None
        return [
            Change(name, str((present or {}).get(name) or ""), str(value))
            for name, value in wanted.fields.items()
            if (present or {}).get(name) != value and name in call.args
        ]

    async def undo(self, call: Call, result: Mapping[str, Any]) -> Result:
        """Take it back, once per undo key."""
        now = self._clock.now()
        left = await self._writes.write(lambda tx: take_back(tx, call, now=now), name="desk.undo")
        return Result(is_ok=True, error=f"left as it is, changed since: {', '.join(left)}" if left else "")

    def arrive(self, tx: Transaction, incoming: IncomingEvent, *, now: datetime) -> IncomingEvent:
        """Keep a mail in the mailbox; the event then knows its number there."""
        return keep_mail(tx, incoming, now=now) if incoming.kind.startswith("mail.") else incoming

    def zone_of(self, conn: Reader, address: str) -> str:
        """Return the zone of the contact with this address."""
        found = read.find(conn, "contact", email=address.lower(), limit=1)
        return str(found[0]["zone"]) if found else ""

    async def watch(self, take: Take) -> None:
        """Notice deals that went quiet; one event for each spell of silence."""
        while self._stalled_after_days is not None:
            for event in self.stalled():
                await take(event)
            await asyncio.sleep(WATCH_EVERY_S)

    def sees_inaction(self, subject: str) -> bool:
        """Say no: people do most of their work in the systems that the desk's mails and tables come from.

        They come here by imports and by hand, so that nobody did anything here decides nothing.
        """
        return False

    async def observe(self, notice: Notice) -> None:
        """Hand over what people changed here until cancelled."""
        while True:
            last = read.last_line(self._reader)
            for act in acts(self._reader, self.id, self._untold()):
                await notice(act)
            self._told = last
            await asyncio.sleep(OBSERVE_EVERY_S)

    def seen_until(self, subject: str) -> datetime | None:
        """Return the present where all that people did was handed over."""
        return None if self._untold() else self._clock.now()

    def _untold(self) -> list[Line]:
        since = to_micros(self._clock.now() - LOOK_BACK)
        return read.by_people(self._reader, after=self._told, since=since)

    async def close(self) -> None:
        """Nothing is open to the outside."""

    def stalled(self) -> list[IncomingEvent]:
        """Return an event for every open deal without activity for so many days."""
        now = self._clock.now()
        before = now - timedelta(days=self._stalled_after_days or 0)
        return [_stalled(deal, now) for deal in read.stalled(self._reader, before=to_micros(before))]


def _simulated(call: Call, wanted: Plan, now: datetime) -> Simulated:
    fields = laid_over(wanted, now=now)
    if wanted.record is None:
        identity = f"sim:{call.action_id}"
        return Simulated(Result(is_ok=True, data={"id": identity}), {f"{wanted.kind}:{identity}": fields})
    result = Result(is_ok=True, data={"id": wanted.record, "changed": len(wanted.fields)})
    return Simulated(result, {f"{wanted.kind}:{wanted.record}": fields})


def _stalled(deal: Mapping[str, Any], now: Any) -> IncomingEvent:
    is_touched = deal["last_activity_at"] is not None
    last = from_micros(int(deal["last_activity_at"] if is_touched else deal["created_at"]))
    days = (now - last).days
    told = f"has had no activity for {days} days" if is_touched else f"is {days} days old, and nothing was ever done"
    return IncomingEvent(
        external_id=f"deal-{deal['id']}:stalled:{last:%Y-%m-%dT%H:%M:%S}",
        kind="deal.stalled",
        subject=f"deal:{deal['id']}",
        occurred_at=now,
        title=f"{deal['name']} went quiet",
        text=f"{deal['name']} ({deal['stage']}) {told}.",
        is_untrusted=True,  # names and notes of a deal may come from a stranger's mail
        fields={
            "deal_id": deal["id"],
            "deal_name": deal["name"],
            "idle_days": days,
            "stage": deal["stage"],
            "owner": deal["owner"],
            "amount": deal["amount"],
            "contact_email": deal["contact_email"],
        },
    )


def _verb(call: Call) -> str:
    return call.tool.partition(".")[2]
