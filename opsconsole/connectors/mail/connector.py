"""A mailbox as a connector: new mails are events; replies, drafts and filing are its deeds."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from opsconsole.connectors.mail import filing, lookups, lostfolders, outgoing
from opsconsole.connectors.mail.account import Account
from opsconsole.connectors.mail.config import MailConfig
from opsconsole.connectors.mail.imap.mailbox import mark_of
from opsconsole.connectors.mail.people.acts import Acts
from opsconsole.connectors.mail.people.ledger import Ledger
from opsconsole.connectors.mail.seal import Seal
from opsconsole.connectors.mail.signin.auth import AGAIN, PasswordSignIn, SignIn, parted
from opsconsole.connectors.mail.smtp.compose import reply_subject
from opsconsole.connectors.mail.tools import mail_tools
from opsconsole.connectors.mail.watch import FolderWatch, together
from opsconsole.connectors.mailtext.event import KINDS
from opsconsole.domain.action import ActionType, Call, Result
from opsconsole.domain.errors import PermanentError, UserError
from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.ports.connector import AccountIdentity, Change, Notice, Overlay, Simulated, Take
from opsconsole.engine.ports.machine import Clock, Health, Memory, Secrets
from opsconsole.store.queries.desk import records as desk
from opsconsole.store.rows import Reader


class MailConnector:
    """One account. Connections are made when they are needed, kept, and made anew when they break."""

    def __init__(
        self,
        name: str,
        config: MailConfig,
        *,
        secrets: Secrets,
        memory: Memory,
        health: Health,
        clock: Clock,
        sign_in: SignIn | None = None,
    ) -> None:
        self.id = name
        self._memory = memory
        self._health = health
        self._account = Account(
            name, config, parted(config, sign_in or _sign_in(config, secrets), secrets), clock, Seal(memory), memory
        )
        self._ledger = Ledger(memory)
        self._acts = Acts(self._account, self._ledger, memory)

    @property
    def account(self) -> AccountIdentity:
        """Return whose mailbox it is, and where."""
        return AccountIdentity(self._account.config.account)

    def event_kinds(self) -> Sequence[str]:
        """Return what a mail can be."""
        return KINDS

    def action_types(self) -> Sequence[ActionType]:
        """Return the mailbox's tools."""
        return mail_tools(self.id, arrival_s=self._account.config.arrival_s)

    async def read(self, call: Call, overlay: Overlay, as_of: datetime | None) -> Result:
        """Look something up."""
        return await lookups.look_up(self._account, _verb(call), call, overlay, as_of)

    async def execute(self, call: Call) -> Result:
        """Do it."""
        verb = _verb(call)
        if verb in outgoing.VERBS:
            return await outgoing.send(self._account, verb, call)
        if verb in filing.VERBS:
            return await self._filed(verb, call)
        raise PermanentError(f"A mailbox cannot do {verb}.")

    async def find(self, call: Call) -> Result | None:
        """Look for a mail that was perhaps sent or laid down."""
        verb = _verb(call)
        if verb in outgoing.VERBS:
            return await outgoing.find(self._account, call)
        if verb == "draft":
            return await filing.find_draft(self._account, call)
        raise PermanentError(f"What {verb} did cannot be looked for.")

    async def simulate(self, call: Call, overlay: Overlay) -> Simulated:
        """Say what it would return; later look-ups of the run see the mail, or where it would lie."""
        verb = _verb(call)
        if verb in outgoing.VERBS or verb == "draft":
            identity = f"sim:{call.action_id}"
            result = Result(is_ok=True, data={"message_id": identity})
            return Simulated(result, {f"{lookups.RECORD}:{identity}": self._simulated_mail(verb, call, identity)})
        if verb not in filing.VERBS:
            raise PermanentError(f"A mailbox cannot do {verb}.")
        mark = mark_of(call.fields)
        if not mark.message_id:
            raise PermanentError("The event is no mail of this mailbox.")
        if verb == "flag":
            flag, is_on = call.args["flag"], call.args.get("is_on", True)
            return Simulated(Result(is_ok=True, data={"flag": flag, "is_on": is_on}))
        target = await filing.target_of(self._account, verb, call)
        data = {"folder": target, "from_folder": mark.folder, "is_changed": mark.folder != target}
        return Simulated(Result(is_ok=True, data=data), {f"{lookups.RECORD}:{mark.message_id}": {"folder": target}})

    def _simulated_mail(self, verb: str, call: Call, identity: str) -> dict[str, Any]:
        to = str(call.args.get("to") or "")
        return {
            "connection": self.id,
            "message_id": identity,
            "thread": call.subject if verb not in ("send", "forward") else "",
            "from": self._account.config.address.lower(),
            "to": [to] if to else [],
            "subject": self._subject(verb, call),
            "text": str(call.args.get("text") or "")[: lookups.TEXT],
            "direction": "draft" if verb == "draft" else "out",
            "sent_at": self._account.clock.now().isoformat(),
        }

    async def preview(self, call: Call) -> Sequence[Change]:
        """Return now against after."""
        verb, args = _verb(call), call.args
        if verb in ("move", "archive"):
            place = await filing.place_of(self._account, call)
            return [Change("folder", place.folder, await filing.target_of(self._account, verb, call))]
        if verb == "flag":
            return [Change(str(args["flag"]), "", "on" if args.get("is_on", True) else "off")]
        given = {
            "to": str(args.get("to") or ""),
            "subject": self._subject(verb, call),
            "text": str(args.get("text", "")),
        }
        return [Change(name, "", value) for name, value in given.items() if value]

    async def undo(self, call: Call, result: Mapping[str, Any]) -> Result:
        """Take it back."""
        verb = _verb(call)
        if verb not in filing.VERBS:
            return Result(is_ok=False, error="a mail that was sent cannot be called back")
        return await self._filed_back(verb, call, result)

    async def _filed(self, verb: str, call: Call) -> Result:
        """Moving and marking is noted as our own first."""
        of = self._ledger.of(call.fields)

        async def work() -> Result:
            return await filing.do(self._account, verb, call)

        if verb == "flag":
            flag, is_on = filing.spelling(call.args["flag"]), bool(call.args.get("is_on", True))
            return await self._ledger.marking(of, flag, is_on, work)
        if verb == "draft" or of is None:
            return await work()
        return await self._ledger.moving(of, await filing.target_of(self._account, verb, call), work)

    async def _filed_back(self, verb: str, call: Call, result: Mapping[str, Any]) -> Result:
        of = self._ledger.of(call.fields)

        async def work() -> Result:
            return await filing.undo(self._account, verb, call, result)

        if verb == "flag":
            flag, is_on = filing.spelling(call.args["flag"]), not call.args.get("is_on", True)
            return await self._ledger.marking(of, flag, is_on, work)
        if verb == "draft" or of is None:
            return await work()
        return await self._ledger.moving(of, filing.back_to(self._account, call, result), work)

    def zone_of(self, conn: Reader, address: str) -> str:
        """Return the zone of the desk's contact with this address; a mailbox itself does not know where people live."""
        found = desk.find(conn, "contact", email=address.lower(), limit=1)
        return str(found[0]["zone"]) if found else ""

    def lost_places(self, conn: Reader) -> Callable[[str], bool] | None:
        """Return what tells whether a name is that of a folder which people took away; None where they took none."""
        return lostfolders.lost_in(conn, self.id)

    async def watch(self, take: Take) -> None:
        """Hand over new mails until cancelled."""

        async def taken(incoming: IncomingEvent) -> bool:
            is_new = await take(incoming)
            # Before the folder counts as read up to here: after a crash it is read, and watched, again.
            await self._ledger.add([incoming], now=self._account.clock.now())
            return is_new

        watches = [
            FolderWatch(self._account, folder, memory=self._memory, health=self._health, take=taken)
            for folder in self._account.config.watched_folders
        ]
        await together([asyncio.create_task(watch.run()) for watch in watches])

    def sees_inaction(self, subject: str) -> bool:
        """What nobody did with a mail in the time is left alone; one lost from sight may have been moved."""
        return self._acts.sees(subject)

    async def observe(self, notice: Notice) -> None:
        """Hand over what people do with the mails that are events, until cancelled."""
        await self._acts.run(notice)

    def seen_until(self, subject: str) -> datetime | None:
        """Return the time until which everything done on a subject has been handed over."""
        return self._acts.seen_until(subject)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._account.close()

    def _subject(self, verb: str, call: Call) -> str:
        given, title = str(call.args.get("subject") or ""), str(call.fields.get("title") or "")
        if verb == "forward":
            return f"Fwd: {title}".strip()
        return given if verb == "send" else reply_subject(given, title)


def _verb(call: Call) -> str:
    return call.tool.rpartition(".")[2]


def _sign_in(config: MailConfig, secrets: Secrets) -> SignIn:
    if config.login is not None:
        return PasswordSignIn(config.login, secrets)
    raise UserError(f"Nothing here can sign in to {config.address} in the browser. Connect it again.", hint=AGAIN)
