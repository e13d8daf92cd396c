"""An account's folders: what each is for, and how the server spells them.

Servers part names differently (`Work/Open`, `Work.Open`) and some keep every folder under a prefix (`INBOX.Sent`). Here
a folder has its name as the server spells it, and a plain one, with `/` and without the prefix, which agents' files and
people's acts use, so that the same file fits every server.
"""

from dataclasses import dataclass
from typing import Any

from opsconsole.connectors.mail.config import Folders
from opsconsole.connectors.mail.imap.client import Imap, IMAPClientAbortError, IMAPClientError

MOST_FOLDERS = 5_000
"""So many folders are known; a name beyond them would count as missing, so nobody should have more."""
_USES = {
    "sent": (b"\\Sent",),
    "drafts": (b"\\Drafts",),
    "archive": (b"\\Archive", b"\\All"),
    "trash": (b"\\Trash",),
}
_NAMES = {
    "sent": ("sent", "sent items", "sent messages", "gesendet", "gesendete objekte", "sent mail"),
    "drafts": ("drafts", "entwürfe"),
    "archive": ("archive", "archiv", "archives"),
    "trash": ("trash", "deleted items", "deleted messages", "papierkorb", "bin", "corbeille"),
}
_INBOX = "inbox"


@dataclass(frozen=True, slots=True)
class Named:
    """The account's folders by use, as the server spells them; empty where there is none."""

    inbox: str
    sent: str
    drafts: str
    archive: str
    every: tuple[str, ...]
    """All that can hold mail."""
    trash: str = ""
    separator: str = "/"
    """What parts names here; empty: folders lie in no other."""
    prefix: str = ""
    """What the names of all own folders begin with, like `INBOX.`; empty: nothing."""

    def is_there(self, folder: str) -> bool:
        """Return whether there is a folder of exactly this name."""
        return folder in self.every

    def full(self, folder: str) -> str:
        """Return the server's name for a folder; also of one that is not there yet."""
        if not folder or self.is_there(folder):
            return folder
        if folder.lower() == _INBOX:
            return "INBOX"
        parted = folder.replace("/", self.separator) if self.separator else folder
        if self.prefix and not parted.lower().startswith(self.prefix.lower()):
            parted = f"{self.prefix}{parted}"
        return next((name for name in self.every if name.lower() == parted.lower()), parted)

    def plain(self, folder: str) -> str:
        """Return the name as agents' files have it."""
        bare = folder
        if self.prefix and bare.lower().startswith(self.prefix.lower()):
            bare = bare[len(self.prefix) :]
        return bare.replace(self.separator, "/") if self.separator else bare

    def is_for_sent(self, folder: str) -> bool:
        """Tell whether sent mail is filed there, by its use or its name; some programs make a folder of their own."""
        return folder == self.sent or _last(self.plain(folder)) in _NAMES["sent"]


def named(client: Imap, given: Folders) -> Named:
    """Find the folders: as configured, else by special use, else by the usual names, the outermost first."""
    listed: Any = client.list_folders()
    rows = [(set(flags), mark, str(name)) for flags, mark, name in listed if b"\\Noselect" not in flags][:MOST_FOLDERS]
    every = tuple(name for _, _, name in rows)
    prefix, separator = _spelling(client, [(mark, str(name)) for _, mark, name in listed])
    spelt = Named(inbox=given.inbox, sent="", drafts="", archive="", every=every, separator=separator, prefix=prefix)
    outer_first = sorted(every, key=lambda name: spelt.plain(name).count("/"))
    found: dict[str, str] = {}
    for use, flags in _USES.items():
        by_flag = next((name for flag in flags for has, _, name in rows if flag in has), "")
        by_name = next((name for name in outer_first if _last(spelt.plain(name)) in _NAMES[use]), "")
        found[use] = spelt.full(str(getattr(given, use))) or by_flag or by_name
    return Named(inbox=given.inbox, **found, every=every, separator=separator, prefix=prefix)


def _last(plain: str) -> str:
    return plain.rpartition("/")[2].lower()


def _spelling(client: Imap, listed: list[tuple[bytes | None, str]]) -> tuple[str, str]:
    """Return prefix and separator: as NAMESPACE tells, else as the list shows them."""
    marks = [mark.decode("ascii", "replace") for mark, _ in listed if mark]
    separator = marks[0] if marks else ""
    if client.has_capability("NAMESPACE"):
        try:
            own = client.namespace().personal
        except IMAPClientAbortError:
            raise
        except (IMAPClientError, ValueError, TypeError):
            own = None  # it says that it tells, and does not
        if own:
            return str(own[0][0] or ""), str(own[0][1] or "") or separator
    others = [name for _, name in listed if name.lower() != _INBOX]
    inside = f"{_INBOX}{separator}"
    is_inside = bool(others) and bool(separator) and all(name.lower().startswith(inside) for name in others)
    return (others[0][: len(inside)] if is_inside else ""), separator


def make_sure(client: Imap, folder: str) -> None:
    """Create a folder where it is missing, so that other programs show it too.

    Raises:
        IMAPClientError: the server does not let us.
    """
    if client.folder_exists(folder):
        return
    client.create_folder(folder)
    try:
        client.subscribe_folder(folder)
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        pass  # it is there all the same
