"""What a mailbox answers when it is asked, with a run's simulated writes laid over."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from opsconsole.connectors.mail.account import Account
from opsconsole.connectors.mail.imap.client import Imap, IMAPClientAbortError, IMAPClientError
from opsconsole.connectors.mail.imap.mailbox import Stored, fetch, search
from opsconsole.connectors.mailtext import clean
from opsconsole.connectors.mailtext.read import read_mail
from opsconsole.domain.action import Call, Result
from opsconsole.domain.errors import PermanentError
from opsconsole.engine.ports.connector import Overlay

RECORD = "message"
"""Kind of the records that simulated writes lay over look-ups: `message:sim:<action>`, `message:<message id>`."""
MOST_OF_A_THREAD = 50
BEGINNING = 256 * 1024
"""So many bytes of each mail are read for a look-up."""
TEXT = 4000
VERBS = ("thread", "history", "search")


async def look_up(account: Account, verb: str, call: Call, overlay: Overlay, as_of: datetime | None) -> Result:
    """Answer one look-up.

    Never as of an earlier time: what was moved away or deleted since is missing in a search, so that the answer would
    tell what people did later, and with the event's own mail most of all.

    Raises:
        PermanentError: there is no such look-up, it is asked as of an earlier time, or the server says no.
        TransientError: the server cannot be asked.
    """
    if as_of is not None:
        raise PermanentError(
            f"{account.id} cannot be asked how things were at an earlier time: a mailbox shows its mails where they lie"
            " now. Bring in an export of it; the desk can tell what it held then."
        )
    if verb == "thread":
        return await _thread(account, call, overlay)
    if verb == "history":
        address = str(call.args["address"])
        found = await _find(account, ["OR", "FROM", address, "TO", address], int(call.args.get("limit", 10)))
        wanted = address.lower()
        found = [mail for mail in found if wanted in (mail["from"], *mail["to"])]
    elif verb == "search":
        text = clean.line(str(call.args["text"]), 200)
        found = await _find(account, ["TEXT", text], int(call.args.get("limit", 10)))
    else:
        raise PermanentError(f"A mailbox has no look-up called {verb}.")
    found = [_laid_over(mail, overlay) for mail in found]
    return Result(is_ok=True, data={"count": len(found), "mails": [_shown(mail) for mail in found]})


async def _thread(account: Account, call: Call, overlay: Overlay) -> Result:
    subject = str(call.args.get("thread") or call.subject)
    root = subject.removeprefix("thread:")
    if not root or not subject.startswith("thread:"):
        raise PermanentError("The event is about no mail thread; name one as `thread:<message id>`.")
    by = [["HEADER", name, root] for name in ("Message-ID", "References", "In-Reply-To")]
    found = await _find(account, ["OR", *by[0], "OR", *by[1], *by[2]], MOST_OF_A_THREAD)
    found = [_laid_over(mail, overlay) for mail in found if root in (mail["message_id"], *mail["chain"])]
    found.sort(key=lambda mail: (mail["sent_at"], len(set(mail["chain"]))))  # servers tell whole seconds
    found += [dict(mail) for mail in _simulated(account, overlay) if mail.get("thread") == subject]
    return Result(
        is_ok=True,
        data={
            "count": len(found),
            "mails": [_shown(mail) for mail in found],
            "last_from": found[-1]["from"] if found else "",
            "has_our_reply": any(mail["direction"] == "out" for mail in found),
        },
    )


def _simulated(account: Account, overlay: Overlay) -> list[Mapping[str, Any]]:
    prefix = f"{RECORD}:sim:"
    return [mail for key, mail in overlay.items() if key.startswith(prefix) and mail.get("connection") == account.id]


def _laid_over(mail: Mapping[str, Any], overlay: Overlay) -> dict[str, Any]:
    return {**mail, **overlay.get(f"{RECORD}:{mail['message_id']}", {})}


def _shown(mail: Mapping[str, Any]) -> dict[str, Any]:
    names = ("message_id", "from", "to", "subject", "text", "direction", "sent_at", "folder")
    return {name: mail.get(name, "") for name in names}


async def _find(account: Account, criteria: Sequence[Any], limit: int) -> list[dict[str, Any]]:
    """Search where mail of this account lies; the newest first, each mail once."""
    folders = await account.folders()
    places = dict.fromkeys((folders.sent, *account.config.watched_folders, folders.inbox, folders.archive))
    await account.seal.ready()
    found: dict[str, dict[str, Any]] = {}
    for folder in places:
        if folder:
            for mail in await account.commands.read(
                lambda client, command=folder: _in_folder(client, command, criteria, limit)
            ):
                read = _read(account, mail, folder, is_sent_folder=folder == folders.sent)
                found.setdefault(read["message_id"], read)
    return sorted(found.values(), key=lambda mail: mail["sent_at"], reverse=True)[:limit]


def _in_folder(client: Imap, folder: str, criteria: Sequence[Any], limit: int) -> list[Stored]:
    try:
        client.select_folder(folder, readonly=True)
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        return []  # a folder that is not there holds nothing
    uids = sorted(search(client, criteria))
    found: list[Stored] = []
    while uids and len(found) < limit:
        group, uids = uids[-limit:], uids[:-limit]
        found += fetch(client, group, most=BEGINNING)
    return found


def _read(account: Account, mail: Stored, folder: str, *, is_sent_folder: bool) -> dict[str, Any]:
    read = read_mail(mail.raw, received_at=mail.arrived_at, vouching=account.config.vouching)
    is_ours = read.sender in account.config.own and (is_sent_folder or account.seal.is_ours(mail.raw))
    return {
        "message_id": read.message_id,
        "from": read.sender,
        "to": list(dict.fromkeys((*read.to, *read.cc))),
        "subject": read.subject,
        "text": read.text[:TEXT],
        "direction": "out" if is_ours else "in",
        "sent_at": mail.arrived_at.isoformat(),
        "folder": folder,
        "chain": [reference for reference in (*read.references, read.in_reply_to) if reference],
    }
