"""A folder into which other programs put files."""

import os
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from opsconsole.domain.errors import NotFoundError

_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".download", ".filepart", "~")


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that has come to rest."""

    path: Path
    key: str
    """Name, size and time: give it back in `known` once the file is imported. A changed file has another key."""


class WatchedFolder:
    """Polls a folder. A file is given once two scans saw it alike, so that none is taken half-written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._last: dict[str, tuple[int, int]] = {}

    def scan(self, known: Container[str]) -> Iterator[FoundFile]:
        """Yield the files at rest whose keys are not in `known`, in order of name.

        Raises:
            NotFoundError: the folder is not there (any more).
        """
        if not self.folder.is_dir():
            raise NotFoundError(f"The watched folder {self.folder} is not there. Make it, or choose another one.")
        now: dict[str, tuple[int, int]] = {}
        found: list[FoundFile] = []
        for name, path in self._files():
            try:
                state = path.stat()
            except OSError:
                continue
            look = (state.st_size, state.st_mtime_ns)
            now[name] = look
            key = f"{name}|{look[0]}|{look[1]}"
            if self._last.get(name) == look and key not in known:
                found.append(FoundFile(path, key))
        self._last = now
        yield from found

    def _files(self) -> Iterator[tuple[str, Path]]:
        for root, folders, files in os.walk(self.folder, followlinks=False):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(files):
                path = Path(root) / name
                if not name.startswith(".") and not name.lower().endswith(_UNFINISHED) and not path.is_symlink():
                    yield str(path.relative_to(self.folder)), path
