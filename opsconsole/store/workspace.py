"""The workspace: one private folder with `workspace.db`, the engine's lock and the noted heads."""

import os
import secrets
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from opsconsole.domain.errors import DiskError, NotFoundError, WorkspaceError
from opsconsole.store.database import Database
from opsconsole.store.transaction import Transaction

DATABASE = "workspace.db"
MOUNTS = Path("/proc/self/mounts")
_NETWORK = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "fuse.sshfs",
    "afs",
    "ncpfs",
    "davfs",
    "fuse.davfs2",
    "ceph",
    "fuse.glusterfs",
}


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder, its open database, and its identity."""

    folder: Path
    database: Database
    id: str

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def create(folder: Path, *, at: datetime, actor: str) -> Workspace:
    """Make a workspace in `folder` (made when missing), or open the one that is there.

    Raises:
        WorkspaceError: the folder is on a network share, or cannot be made.
    """
    _refuse_network(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if sys.platform != "win32":
            folder.chmod(0o700)
        path = folder / DATABASE
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise DiskError(f"{folder} cannot be made a workspace: {error.strerror}. Choose another folder.") from error
    database = Database(path)

    def begin(transaction: Transaction) -> str:
        conn = transaction.conn
        row = conn.execute("SELECT value FROM meta WHERE key = 'workspace'").fetchone()
        if row:
            return str(row[0])
        name = secrets.token_hex(16)
        conn.execute("INSERT INTO meta (key, value) VALUES ('workspace', ?), ('currency', 'EUR')", (name,))
        conn.execute(
            "INSERT INTO connection (id, kind, config, is_replay, created_at) VALUES ('desk', 'desk', '{}', 0, ?)",
            (int(at.timestamp() * 1e6),),
        )
        transaction.audit("workspace.created", at=at, actor=actor, workspace=name)
        return name

    try:
        return Workspace(folder, database, database.write(begin, name="workspace.create"))
    except BaseException:
        database.close()
        raise


def open_(folder: Path) -> Workspace:
    """Open the workspace in `folder`.

    Raises:
        NotFoundError: there is none.
        WorkspaceError: it cannot be used; the subclass says why.
    """
    path = folder / DATABASE
    try:
        size = path.stat().st_size
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFoundError(
            f"There is no workspace in {folder}. Make one with `opsconsole init`, or try `opsconsole demo`."
        ) from error
    except OSError as error:
        raise DiskError(f"{path} cannot be read: {error.strerror}. Choose a folder that you may read.") from error
    if size == 0:
        raise WorkspaceError(f"{path} is empty: its making was cut short. Run `opsconsole init` to finish it.")
    _refuse_network(folder)
    database = Database(path)
    conn = database.reader()
    try:
        row = conn.execute("SELECT value FROM meta WHERE key = 'workspace'").fetchone()
    finally:
        conn.close()
    if row is None:
        database.close()
        raise WorkspaceError(f"{path} was never finished. Run `opsconsole init` to finish it.")
    return Workspace(folder, database, str(row[0]))


def _refuse_network(folder: Path) -> None:
    kind = _filesystem(folder)
    if kind in _NETWORK:
        raise WorkspaceError(
            f"{folder} lies on a network share ({kind}), where file locks cannot be trusted and two engines could"
            " work at once. Choose a folder on this machine's own disk."
        )


def _filesystem(folder: Path) -> str:
    """Return the file system's type; empty where the system does not tell."""
    if sys.platform == "win32":
        return "cifs" if str(folder.resolve()).startswith("\\\\") else ""
    if not MOUNTS.exists():
        return ""
    target, best, kind = str(folder.resolve()), "", ""
    for line in MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
        parts = line.split()
        if len(parts) < 3:
            continue
        point = parts[1].replace("\\040", " ")
        if (target == point or target.startswith(point.rstrip("/") + "/")) and len(point) >= len(best):
            # Of two mounts at one place the later one covers the earlier (autofs, then nfs).
            best, kind = point, parts[2]
    return kind
