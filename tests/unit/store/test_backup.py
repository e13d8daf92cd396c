"""A copy that the disk has no room for, or that is made beside somebody's work: whole and of one moment, or none."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from opsconsole.store import workspace
from opsconsole.store.backup import backup
from tests.support.files import NOW

_COPY = """
import resource, signal, sys
from pathlib import Path
from opsconsole.domain.errors import DiskError
from opsconsole.store.backup import backup
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    backup(Path(sys.argv[1]), Path(sys.argv[2]), progress=lambda done, total: None)
except DiskError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of a file's size there")
def test_a_copy_without_room_names_the_copy_and_leaves_nothing(tmp_path: Path) -> None:
    workspace.create(tmp_path / "ws", at=NOW, actor="person:test").close()
    (tmp_path / "away").mkdir()
    command = [sys.executable, "-c", _COPY, str(tmp_path / "ws" / "workspace.db"), str(tmp_path / "away" / "copy.db")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert f"{tmp_path / 'away' / 'copy.db'} could not be written whole" in said
    assert not list((tmp_path / "away").iterdir())


def test_a_copy_beside_one_who_commits_is_of_one_moment_and_never_starts_anew(tmp_path: Path) -> None:
    """Each commit of another connection would begin a copying anew that holds no snapshot."""
    place = workspace.create(tmp_path / "ws", at=NOW, actor="person:test")
    source, target = tmp_path / "ws" / "workspace.db", tmp_path / "copy.db"
    with closing(sqlite3.connect(source)) as other:
        other.execute("CREATE TABLE ballast (number INTEGER, body BLOB)")
        other.executemany("INSERT INTO ballast VALUES (?, zeroblob(4000))", [(number,) for number in range(3_000)])
        other.commit()
        far: list[int] = []

        def progress(done: int, _: int) -> None:
            assert not far or done > far[-1], "it began anew"
            far.append(done)
            other.execute("INSERT INTO ballast VALUES (-1, x'00')")
            other.execute("UPDATE ballast SET body = zeroblob(4001) WHERE number % 7 = 0")
            other.commit()

        backup(source, target, progress=progress)
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("SELECT count(*), max(length(body)) FROM ballast").fetchone() == (3_000, 4_000)
    assert len(far) > 3
    place.close()
