"""What is done inside the mailbox: drafts, moving, marking; and how each is taken back."""

from collections.abc import Mapping
from typing import Any

from opsconsole.connectors.mail.account import Account
from opsconsole.connectors.mail.imap.changes import delete, move
from opsconsole.connectors.mail.imap.client import Imap, ReadOnlyFolder
from opsconsole.connectors.mail.imap.folders import Named
from opsconsole.connectors.mail.imap.mailbox import (
    Mark,
    Place,
    fetch,
    flags_of,
    locate,
    mark_of,
    open_at,
    ours_by_id,
)
from opsconsole.connectors.mail.smtp.compose import message_id, reply_subject, written
from opsconsole.domain.action import Call, Result
from opsconsole.domain.errors import PermanentError

VERBS = ("draft", "move", "archive", "flag")
_SYSTEM_FLAGS = {"flagged": "\\Flagged", "seen": "\\Seen", "answered": "\\Answered"}


async def do(account: Account, verb: str, call: Call) -> Result:
    """Do it; a repeat does nothing new, but for drafts.

    Raises:
        PermanentError, TransientError: certainly not done.
        AmbiguousError: perhaps done.
    """
    if verb == "draft":
        return await _draft(account, call)
    if verb == "flag":
        return await _flag(account, call, is_on=bool(call.args.get("is_on", True)))
    return await _move(account, call, await target_of(account, verb, call))


async def find_draft(account: Account, call: Call) -> Result | None:
    """Look for a draft that was perhaps laid down; None: it certainly is not there."""
    wanted, folder = message_id(call.key, account.config), await account.folder_for("drafts")
    if await account.commands.read(lambda client: ours_by_id(client, folder, wanted)):
        return Result(is_ok=True, data={"message_id": wanted, "folder": folder})
    return None


async def undo(account: Account, verb: str, call: Call, result: Mapping[str, Any]) -> Result:
    """Take it back; a repeat does nothing new.

    Raises:
        PermanentError, TransientError: certainly not taken back.
        AmbiguousError: perhaps taken back.
    """
    if verb == "draft":
        return await _remove_draft(account, call)
    if verb == "flag":
        if not result.get("is_changed"):
            return Result(is_ok=True)
        return await _flag(account, call, is_on=not call.args.get("is_on", True))
    return await _move(account, call, back_to(account, call, result), first=str(result.get("folder") or ""))


def back_to(account: Account, call: Call, result: Mapping[str, Any]) -> str:
    """Return the folder to which a moved mail goes back."""
    return str(result.get("from_folder") or mark_of(call.fields).folder or account.config.folders.inbox)


async def target_of(account: Account, verb: str, call: Call) -> str:
    """Return the folder that a move or an archiving goes to."""
    if verb == "move":
        return (await account.folders()).full(str(call.args["folder"]))
    return await account.folder_for("archive")


async def place_of(account: Account, call: Call, *, first: str = "") -> Place:
    """Find the event's mail, wherever it lies by now.

    Raises:
        PermanentError: the event is no mail, or its mail is in no folder any more.
        TransientError: the server cannot be asked.
    """
    mark = mark_of(call.fields)
    if not mark.message_id:
        raise PermanentError("The event is no mail of this mailbox.")
    for is_anew in (False, True):  # the second time with folders that were made since
        folders = await account.folders(is_anew=is_anew)
        order = (first, *_order(mark, folders, account.config.watched_folders))
        place = await account.commands.read(lambda client, among=order: locate(client, mark, among))
        if place is not None:
            return place
    raise PermanentError("The mail is not in the mailbox any more: somebody deleted it, or moved it elsewhere.")


def _order(mark: Mark, folders: Named, watched: tuple[str, ...]) -> tuple[str, ...]:
    """Drafts never; sent mail last, where copies of what we answered may lie."""
    late = {folders.sent, folders.drafts}
    others = (folder for folder in folders.every if folder not in late)
    return (mark.folder, *watched, folders.inbox, folders.archive, *others, folders.sent)


async def _move(account: Account, call: Call, target: str, *, first: str = "") -> Result:
    place = await place_of(account, call, first=first)
    seen_in = mark_of(call.fields).folder or account.config.folders.inbox
    if place.folder == target:
        return Result(is_ok=True, data={"folder": target, "from_folder": seen_in, "is_changed": False})
    may_make = bool(first) or not (await account.folders()).is_there(target)
    await account.commands.write(lambda client: move(client, place, mark_of(call.fields), target, may_make=may_make))
    return Result(is_ok=True, data={"folder": target, "from_folder": place.folder, "is_changed": True})


async def _flag(account: Account, call: Call, *, is_on: bool) -> Result:
    flag = str(call.args["flag"])
    spelt = spelling(flag)
    place = await place_of(account, call)

    def mark(client: Imap) -> bool:
        uid = open_at(client, place, mark_of(call.fields))
        if (spelt.lower() in flags_of(client, [uid]).get(uid, ())) is is_on:
            return False
        change = client.add_flags if is_on else client.remove_flags
        change([uid], [spelt], silent=True)
        found = flags_of(client, [uid])
        if uid in found and (spelt.lower() in found[uid]) is not is_on:  # some say yes, and change nothing
            raise ReadOnlyFolder(f"the mark {flag} cannot be changed in the folder {place.folder} with this sign-in")
        return True

    is_changed = await account.commands.write(mark)
    return Result(is_ok=True, data={"flag": flag, "is_on": is_on, "is_changed": is_changed})


def spelling(flag: str) -> str:
    """Return a mark as servers spell it."""
    return _SYSTEM_FLAGS.get(flag, flag)


async def _draft(account: Account, call: Call) -> Result:
    fields, config = call.fields, account.config
    sender = fields.get("reply_to") or [fields.get("sender") or ""]
    own_id = message_id(call.key, config)
    raw = written(
        config,
        key=call.key,
        to=str(call.args.get("to") or sender[0]),
        subject=reply_subject(str(call.args.get("subject") or ""), str(fields.get("title") or "")),
        text=str(call.args["text"]),
        now=account.clock.now(),
        auto="",  # a person sends it
        answers=fields,
    )
    await account.seal.ready()
    sealed, folder = account.seal.sealed(raw, own_id), await account.folder_for("drafts")
    now = account.clock.now()
    await account.commands.write(lambda client: client.append(folder, sealed, ("\\Draft", "\\Seen"), now))
    return Result(is_ok=True, data={"message_id": own_id, "folder": folder})


async def _remove_draft(account: Account, call: Call) -> Result:
    wanted, folder = message_id(call.key, account.config), await account.folder_for("drafts")
    await account.seal.ready()

    def remove(client: Imap) -> str:
        mails = fetch(client, ours_by_id(client, folder, wanted, readonly=False))
        if any(not account.seal.is_ours(mail.raw) for mail in mails):
            return "somebody changed the draft since; it was left as it is"
        if mails:
            delete(client, [mail.uid for mail in mails])
        return ""

    if left := await account.commands.write(remove):
        raise PermanentError(left)
    return Result(is_ok=True)
