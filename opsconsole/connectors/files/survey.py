"""A first look over a store of mail: its folders, who wrote what lies in them, and which of them hold sent mail."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from email import policy
from email.parser import BytesHeaderParser

from opsconsole.connectors.files.places import can_be_sent, is_left
from opsconsole.connectors.mailtext.event import is_for_sent
from opsconsole.connectors.mailtext.headers import Headers
from opsconsole.domain.errors import UserError

HEAD = 64 * 1024
MOST = 0.8
"""From this share of its mails on, a folder is one person's."""


@dataclass(slots=True)
class FolderLook:
    """What lies in one folder."""

    mails: int = 0
    senders: Counter[str] = field(default_factory=Counter[str])
    delivered: int = 0
    """Mails that a server received: a copy that a mail program keeps of what it sent was not."""
    recipients: Counter[str] = field(default_factory=Counter[str])
    forms: Counter[str] = field(default_factory=Counter[str])
    """Of the senders: mails to themselves for somebody else, as web forms write."""


@dataclass(slots=True)
class Survey:
    """What lies in a store."""

    folders: dict[str, FolderLook] = field(default_factory=dict[str, FolderLook])

    def add(self, folder: str, raw: bytes) -> None:
        """Take a mail in."""
        look = self.folders.setdefault(folder, FolderLook())
        headers = Headers(_head(raw), [])
        look.mails += 1
        senders = [address for _, address in headers.addresses("from")[:1]]
        to = {address for name in ("to", "cc") for _, address in headers.addresses(name)}
        asking = {address for _, address in headers.addresses("reply-to")}.difference(senders)
        look.senders.update(senders)
        look.delivered += "received" in headers
        look.recipients.update(to)
        look.forms.update(senders if asking and not to.difference(senders, asking) else ())

    def senders_in(self, folders: Collection[str]) -> Counter[str]:
        """Count who wrote what lies in some folders."""
        return sum((self.folders[name].senders for name in folders), Counter[str]())


@dataclass(frozen=True, slots=True)
class Answers:
    """Where one's own mail lies."""

    own: frozenset[str]
    """One's own addresses, in lower case."""
    folders: frozenset[str]
    """Folders of sent mail."""
    found: Mapping[str, str]
    """Of these, those told by who wrote most of them, and who that is."""
    written: Mapping[str, int]
    """How many mails of each own address lie in folders of sent mail."""
    elsewhere: Mapping[str, int]
    """Other folders in which mails from one's own addresses lie, and how many."""


def answers_of(survey: Survey, *, own: Collection[str], sent: Collection[str]) -> Answers:
    """Tell which folders hold sent mail, and whose.

    Args:
        survey: what lies in the store.
        own: one's own addresses as a person named them; empty: found by who wrote most of what was sent.
        sent: folders of sent mail as a person named them.

    Raises:
        UserError: a named folder is not there, or holds mail of many.
    """
    called, said = {folder for folder in survey.folders if is_for_sent(folder)}, _named(survey, sent)
    named = called | said
    mine = set(own) or _writer(survey.senders_in(called)) or _writer(survey.senders_in(named))
    if said and not mine:
        raise UserError(
            f"Nobody wrote most of what lies in {', '.join(sorted(said))}, so who you are is not clear. Name your own"
            " addresses: `--own me@example.com`. Nothing was imported."
        )
    by_look = _by_look(survey, mine, named) if mine or not named else {}
    mine |= {*by_look.values()}
    folders = named | {*by_look}
    elsewhere = {
        folder: count
        for folder, look in survey.folders.items()
        if folder not in folders
        and not is_left(folder)
        and (count := sum(look.senders[name] - look.forms[name] for name in mine))
    }
    senders = survey.senders_in(folders)
    written = {name: senders[name] for name in sorted(mine, key=lambda name: -senders[name]) if senders[name]}
    return Answers(frozenset(mine), frozenset(folders), by_look, written, elsewhere)


def _writer(senders: Counter[str]) -> set[str]:
    return {name for name, count in senders.items() if count > senders.total() / 2}


def _named(survey: Survey, sent: Collection[str]) -> set[str]:
    found: set[str] = set()
    for name in sent:
        plain = name.strip().strip("/").casefold()
        fitting = [folder for folder in survey.folders if folder.casefold() == plain]
        fitting = fitting or [folder for folder in survey.folders if folder.casefold().endswith(f"/{plain}")]
        if not fitting:
            there = ", ".join(sorted(folder or "(no folder)" for folder in survey.folders)[:20])
            raise UserError(f"There is no folder {name!r} in it. There are: {there}. Nothing was imported.")
        found.update(fitting)
    return found


def _by_look(survey: Survey, own: Collection[str], named: Collection[str]) -> dict[str, str]:
    """Return folders that look like sent mail, and whose: one person wrote them, and everybody else writes to that one.

    Where the store keeps how mails were delivered, those of the folder were not.
    """
    is_told = any(look.delivered for look in survey.folders.values())
    writers = survey.senders_in(survey.folders)
    found: dict[str, str] = {}
    for folder, look in survey.folders.items():
        if folder in named or not folder or not can_be_sent(folder) or not look.senders:
            continue
        (sender, count) = look.senders.most_common(1)[0]
        others = sum((more.recipients for name, more in survey.folders.items() if name != folder), Counter[str]())
        # Who is answered as often as they are written to may be a customer with a folder of their own.
        rivals = [name for name in writers if name != sender and others[name] >= others[sender]]
        is_most = others[sender] == max(others.values(), default=0)
        is_owner = sender in own if own else others[sender] and is_most and not rivals
        if is_owner and count >= MOST * look.mails and not (is_told and look.delivered > look.mails / 2):
            found[folder] = sender
    return found


def _head(raw: bytes) -> list[tuple[str, str]]:
    try:
        message = BytesHeaderParser(policy=policy.compat32).parsebytes(raw[:HEAD].lstrip(b"\r\n"))
        return [(str(name), str(value)) for name, value in message.raw_items()]
    except Exception:  # crafted headers raise many things; such a mail says nothing here
        return []
