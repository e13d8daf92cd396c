"""What lies in the folders of a real mail server, read past every proxy."""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Generator

from opsconsole.connectors.mail.imap.client import Imap


class Folders(ABC):
    """The mailboxes of a server on loopback that one can sign in to."""

    @abstractmethod
    def client(self, user: str) -> Imap:
        """Sign in as a user."""

    @contextlib.contextmanager
    def selected(self, user: str, folder: str = "INBOX") -> Generator[Imap]:
        """Sign in as a user and open a folder."""
        client = self.client(user)
        try:
            client.select_folder(folder)
            yield client
        finally:
            client.logout()

    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Return every mail in a folder, in order; none where there is no such folder yet."""
        with self.selected(user) as client:
            if not client.folder_exists(folder):
                return []
            client.select_folder(folder, readonly=True)
            uids = sorted(client.search("ALL"))
            found = client.fetch(uids, ["BODY.PEEK[]"]) if uids else {}
            return [raw for uid in uids if (raw := found.get(uid, {}).get(b"BODY[]")) is not None]  # None: just moved
