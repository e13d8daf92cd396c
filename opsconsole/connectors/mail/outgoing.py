"""Mails that leave: written, sent once, and looked for where it is not known whether they were."""

import logging
from dataclasses import replace
from typing import Any, Literal

from opsconsole.connectors.mail.account import Account
from opsconsole.connectors.mail.filing import place_of
from opsconsole.connectors.mail.imap.client import Imap, IMAPClientAbortError, IMAPClientError
from opsconsole.connectors.mail.imap.folders import Named
from opsconsole.connectors.mail.imap.mailbox import fetch, mark_of, open_at, ours_by_id
from opsconsole.connectors.mail.smtp.compose import checked_address, message_id, reply_subject, written
from opsconsole.domain.action import Call, Result
from opsconsole.domain.errors import ConnectorError, PermanentError, TransientError

_log = logging.getLogger(__name__)
UNCOPIED = "uncopied"
"""Deeds whose mail was perhaps sent while our own copy was refused: not to find them says nothing."""
MOST_UNCOPIED = 500
VERBS = ("reply", "acknowledge", "send", "forward")
_REPLIES = ("reply", "acknowledge")
LARGEST_FORWARD = 20 * 1024 * 1024


async def send(account: Account, verb: str, call: Call) -> Result:
    """Send a mail.

    Raises:
        PermanentError, TransientError: certainly not sent.
        AmbiguousError: perhaps sent.
    """
    raw = await _write(account, verb, call)
    to = checked_address(str(call.args["to"]))
    is_copied = account.config.sent_copy == "self" and to.lower() != account.config.address.lower()
    was_uncopied = _is_uncopied(account, call)

    async def uncopied() -> None:
        if not was_uncopied:  # noted before it is on its way: whatever ends this call, the note is there
            await account.memory.put(UNCOPIED, [*_uncopied(account), call.key][-MOST_UNCOPIED:])

    try:
        refused = await account.sender.send(
            raw, to=[to], copies=[account.config.address] if is_copied else [], uncopied=uncopied
        )
    except (PermanentError, TransientError):
        if not was_uncopied:  # else what may have been sent is the call before
            await _forget(account, call)
        raise
    result = _sent(account, call)
    if not refused:
        return result
    lies_in = await _file_copy(account, raw)
    await _forget(account, call)
    told = [{"to": each.address, "said": each.said} for each in refused]
    return replace(result, data={**result.data, "copies_refused": told, "copy_in": lies_in})


def _uncopied(account: Account) -> list[str]:
    return account.memory.get(UNCOPIED) or []


def _is_uncopied(account: Account, call: Call) -> bool:
    return call.key in _uncopied(account)


async def _forget(account: Account, call: Call) -> None:
    if _is_uncopied(account, call):
        await account.memory.put(UNCOPIED, [key for key in _uncopied(account) if key != call.key])


async def _file_copy(account: Account, raw: bytes) -> str:
    """Lay the copy that did not come by mail into Sent; return the folder, empty where that cannot be done either."""
    try:
        sent = (await account.folders()).sent
        if sent:
            now = account.clock.now()
            await account.commands.write(lambda client: client.append(sent, raw, ("\\Seen",), now))
        return sent
    except ConnectorError as error:
        _log.warning("%s: a sent mail lies in no folder of ours: %s", account.id, error)
        return ""


async def find(account: Account, call: Call) -> Result | None:
    """Look for a mail that was perhaps sent; None: it certainly lies nowhere in the mailbox.

    Raises:
        TransientError, PermanentError: it could not be looked for.
    """
    wanted, folders = message_id(call.key, account.config), await account.folders(is_anew=True)
    core = (*account.config.watched_folders, folders.inbox)
    if await account.commands.read(lambda client: _lies_anywhere(client, wanted, core, folders)):
        return _sent(account, call)
    if _is_uncopied(account, call):
        raise PermanentError("Our own copy of it was refused, so that not to find it says nothing.")
    return None


def _lies_anywhere(client: Imap, wanted: str, core: tuple[str, ...], folders: Named) -> bool:
    """The inbox first: a copy moves from there to other folders while this looks, never back."""
    sure = {folder for folder in (*core, folders.sent) if folder}
    for folder in dict.fromkeys((*core, *folders.every, folders.sent)):
        if not folder:
            continue
        try:
            if ours_by_id(client, folder, wanted):
                return True
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            if folder in sure:
                raise
    return False


def _sent(account: Account, call: Call) -> Result:
    return Result(is_ok=True, data={"message_id": message_id(call.key, account.config), "to": str(call.args["to"])})


async def _write(account: Account, verb: str, call: Call) -> bytes:
    is_reply, is_forward = verb in _REPLIES, verb == "forward"
    if (is_reply or is_forward) and not call.fields.get("message_id"):
        raise PermanentError("The event is no mail of this mailbox, so it can be neither answered nor forwarded.")
    title = str(call.fields.get("title") or "")
    subject = str(call.args.get("subject") or "")
    forwarded = None
    if is_reply:
        subject = reply_subject(subject, title)
    elif is_forward:
        subject, forwarded = f"Fwd: {title}".strip(), await _original(account, call)
    auto: Literal["auto-replied", "auto-generated"] = "auto-replied" if is_reply else "auto-generated"
    raw = written(
        account.config,
        key=call.key,
        to=str(call.args["to"]),
        subject=subject,
        text=str(call.args.get("text") or ""),
        now=account.clock.now(),
        auto=auto,
        answers=call.fields if is_reply else None,
        forwarded=forwarded,
    )
    await account.seal.ready()
    return account.seal.sealed(raw, message_id(call.key, account.config))


async def _original(account: Account, call: Call) -> bytes:
    place = await place_of(account, call)

    def get(client: Imap) -> bytes:
        uid = open_at(client, place, mark_of(call.fields), readonly=True)
        sizes: Any = client.fetch([uid], ["RFC822.SIZE"])
        if int(sizes.get(uid, {}).get(b"RFC822.SIZE", 0)) > LARGEST_FORWARD:
            raise PermanentError("The mail is larger than 20 MB; forward it by hand.")
        return next((mail.raw for mail in fetch(client, [uid])), b"")

    if not (raw := await account.commands.read(get)):
        raise PermanentError("The mail is not in the mailbox any more; nothing was sent.")
    return raw
