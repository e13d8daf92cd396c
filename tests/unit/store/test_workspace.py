"""What the machine can put in the way: rights, locks, a full disk, a network share, another engine."""

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsconsole.domain.errors import DiskError, NotFoundError, WorkspaceBusyError, WorkspaceError
from opsconsole.store import database, filelock, lease, workspace
from opsconsole.store.lease import Lease
from tests.support.files import NOW, entries, make, note, raw, verify

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX rights")
NOBODY = 65534


@POSIX
def test_only_the_owner_may_look(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "workspace"
    place = workspace.create(folder, at=NOW, actor="person:test")
    place.database.write(lambda tx: note(tx, 1))
    with Lease(folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    place.close()
    assert set(modes) >= {"workspace.db", "workspace.db-wal", "engine.lock"}
    assert set(modes.values()) == {0o600}, modes


def test_making_one_twice_opens_it(tmp_path: Path) -> None:
    make(tmp_path)
    again = workspace.create(tmp_path, at=NOW, actor="person:test")
    assert entries(again.database).count("workspace.created") == 1
    again.close()


def test_no_workspace_and_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="opsconsole init"):
        workspace.open_(tmp_path)
    (tmp_path / workspace.DATABASE).touch()
    with pytest.raises(WorkspaceError, match="opsconsole init"):
        workspace.open_(tmp_path)
    workspace.create(tmp_path, at=NOW, actor="person:test").close()
    workspace.open_(tmp_path).close()


def test_a_file_in_the_way_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(DiskError, match="cannot be made a workspace"):
        workspace.create(tmp_path / "taken", at=NOW, actor="person:test")


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that another user can reach."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o700)
    shutil.rmtree(folder)


TRY = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from opsconsole.domain.errors import OpsError
from opsconsole.store import database, workspace
from opsconsole.store.lease import Lease
database.migrations()
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(int(sys.argv[3]))
    os.setuid(int(sys.argv[3]))
folder = Path(sys.argv[1])
now = datetime(2026, 11, 23, tzinfo=UTC)
def record():
    place = workspace.open_(folder)
    try:
        place.database.write(lambda tx: tx.audit("test", at=now, actor="person:test"))
    finally:
        place.close()
def create():
    workspace.create(folder, at=now, actor="person:test")
deeds = {"open": record, "create": create, "lease": lambda: Lease(folder)}
try:
    deeds[sys.argv[2]]()
    print("done")
except OpsError as error:
    print(type(error).__name__, error)
"""


def as_nobody(folder: Path, deed: str) -> str:
    """What somebody without rights is told."""
    done = subprocess.run(
        [sys.executable, "-c", TRY, str(folder), deed, str(NOBODY)], capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def give(folder: Path, mode: int) -> None:
    """Give all of it to a user without rights, with these rights."""
    for path in [*folder.rglob("*"), folder]:
        if os.getuid() == 0:
            os.chown(path, NOBODY, NOBODY)
        path.chmod(mode | (stat.S_IXUSR if path.is_dir() and mode else 0))


@POSIX
@pytest.mark.parametrize(
    ("deed", "mode"), [("open", 0o400), ("lease", 0o400), ("open", 0), ("create", 0), ("lease", 0)]
)
def test_without_the_right_to_write_nothing_is_lost_and_it_is_said(shared: Path, deed: str, mode: int) -> None:
    folder = shared / "workspace"
    path = make(folder)
    give(folder, mode)
    told = as_nobody(folder, deed)
    assert told.startswith(("DiskError", "WorkspaceError")) and str(folder) in told, told
    give(folder, 0o700)
    assert verify(path).is_ok and verify(path).entries == 5


@POSIX
def test_a_read_only_file_in_a_folder_that_is_not(shared: Path) -> None:
    folder = shared / "workspace"
    path = make(folder)
    give(folder, 0o700)
    path.chmod(0o400)
    assert as_nobody(folder, "open").startswith("DiskError")
    give(folder, 0o700)
    assert as_nobody(folder, "open") == "done"


def test_locked_by_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path)
    monkeypatch.setattr(database, "BUSY_MS", 20)
    place = workspace.open_(tmp_path)
    with raw(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(WorkspaceBusyError, match="locked by another program"):
            place.database.write(lambda tx: note(tx, 1))
        other.execute("ROLLBACK")
    place.database.write(lambda tx: note(tx, 2))
    place.close()
    assert verify(path).is_ok and verify(path).entries == 6


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    path = make(tmp_path)
    place = workspace.open_(tmp_path)
    conn = place.database.connection
    (pages,) = conn.execute("PRAGMA page_count").fetchone()
    conn.execute(f"PRAGMA max_page_count = {pages}")
    written = 0
    with pytest.raises(DiskError, match="disk is full"):
        for number in range(10_000):
            place.database.write(lambda tx, n=number: (tx.keep("x" * 500), note(tx, n)))
            written += 1
    assert not conn.in_transaction
    conn.execute(f"PRAGMA max_page_count = {pages + 1000}")
    place.database.write(lambda tx: note(tx, -1))
    place.close()
    assert verify(path).is_ok and verify(path).entries == 5 + written + 1


def test_an_older_file_on_a_full_disk_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path)
    known = database.migrations()
    big = "CREATE TABLE big (x);\nINSERT INTO big SELECT randomblob(4000) FROM audit a, audit b, audit c;\n"
    monkeypatch.setattr(database, "migrations", lambda: [*known, (known[-1][0] + 1, big)])
    connect = database.Database._connect  # pyright: ignore[reportPrivateUsage]

    def small(self: database.Database) -> sqlite3.Connection:
        conn = connect(self)
        (pages,) = conn.execute("PRAGMA page_count").fetchone()
        conn.execute(f"PRAGMA max_page_count = {pages + 5}")
        return conn

    monkeypatch.setattr(database.Database, "_connect", small)
    with pytest.raises(DiskError, match="disk is full"):
        workspace.open_(tmp_path)
    monkeypatch.undo()
    workspace.open_(tmp_path).close()
    assert verify(path).is_ok


MOUNTED = """\
proc /proc proc rw 0 0
/dev/sda1 / ext4 rw 0 0
{kind} {point} {kind} rw 0 0
"""


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_network_shares_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    mounts, share = tmp_path / "mounts", tmp_path / "my share"
    mounts.write_text(MOUNTED.format(kind=kind, point=str(share).replace(" ", "\\040")))
    monkeypatch.setattr(workspace, "MOUNTS", mounts)
    with pytest.raises(WorkspaceError, match=rf"network share \({kind}\)"):
        workspace.create(share / "team" / "ops", at=NOW, actor="person:test")
    assert not share.exists()
    make(tmp_path / "my share too")
    with mounts.open("a") as file:
        file.write(f"/dev/sdb1 {tmp_path}/my\\040share/local ext4 rw 0 0\n")
    make(share / "local")


def test_of_two_mounts_at_one_place_the_later_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"auto {tmp_path} autofs rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n")
    monkeypatch.setattr(workspace, "MOUNTS", mounts)
    with pytest.raises(WorkspaceError, match="nfs4"):
        make(tmp_path / "ops")


def test_a_second_engine_is_refused(tmp_path: Path) -> None:
    with Lease(tmp_path):
        assert lease.holder(tmp_path) == os.getpid()
        with pytest.raises(WorkspaceBusyError, match=str(os.getpid())):
            Lease(tmp_path)
    assert lease.holder(tmp_path) is None
    Lease(tmp_path).close()


@pytest.mark.skipif(sys.platform == "win32", reason="looks by a lock that can be shared")
def test_whoever_only_looks_keeps_no_engine_from_starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    Lease(tmp_path).close()
    looking = os.open(tmp_path / lease.NAME, os.O_RDWR)
    fcntl.flock(looking, fcntl.LOCK_SH)
    assert lease.holder(tmp_path) is None, "two that look do not take each other for an engine"
    waits: list[float] = []

    def looked(seconds: float) -> None:
        waits.append(seconds)
        fcntl.flock(looking, fcntl.LOCK_UN)

    monkeypatch.setattr(filelock.time, "sleep", looked)
    with Lease(tmp_path):
        assert waits == [filelock.PAUSE_S]
        with pytest.raises(WorkspaceBusyError):
            Lease(tmp_path)
    assert len(waits) == 1, "an engine is not waited for"
    os.close(looking)


HOLD = (
    "import sys; from pathlib import Path; from opsconsole.store.lease import Lease\n"
    "lease = Lease(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
)


@pytest.mark.crash
def test_death_releases_the_lease(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert holder.stdin is not None and holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    assert lease.holder(tmp_path) == holder.pid
    with pytest.raises(WorkspaceBusyError, match=str(holder.pid)):
        Lease(tmp_path)
    holder.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
    holder.wait()
    holder.stdin.close()
    holder.stdout.close()
    with Lease(tmp_path):
        assert lease.holder(tmp_path) == os.getpid()
