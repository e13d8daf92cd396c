"""A copy that the disk has no room for: said of the right file, and nothing is left behind."""

import subprocess
import sys
from pathlib import Path

import pytest

from opsconsole.store import workspace
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
