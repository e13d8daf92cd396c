"""Looks for secrets where none may be: in files, in what was said, in the arguments of every process."""

import base64
import json
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from urllib.parse import quote, quote_plus


def forms(value: str) -> set[bytes]:
    """Return the ways a secret may be written; of base64 the part that does not depend on its neighbours."""
    raw = value.encode()
    found = {raw, raw.hex().encode(), value.encode("utf-16-le")}
    for form in (quote(value, safe=""), quote(value), quote_plus(value)):
        found |= {form.encode(), re.sub("%..", lambda code: code[0].lower(), form).encode()}
    for form in (json.dumps(value)[1:-1], repr(value)[1:-1], value.replace('"', '""'), value.replace("'", "''")):
        found.add(form.encode())
    for data in (raw, quote_plus(value).encode()):
        for before in range(3):
            whole = base64.b64encode(b"\0" * before + data)
            core = whole[(before * 8 + 5) // 6 : (before + len(data)) * 8 // 6]
            found |= {core, core.replace(b"+", b"-").replace(b"/", b"_"), quote(core.decode(), safe="").encode()}
    return found


def traces(secrets: Mapping[str, str], places: Mapping[str, bytes]) -> list[str]:
    """Return where which secret stands, in words."""
    return [
        f"{name} in {place}: …{data[max(0, at - 60) : at + 20]!r}…"
        for name, value in secrets.items()
        for form in forms(value)
        for place, data in places.items()
        if (at := data.find(form)) >= 0
    ]


def files_below(*folders: Path) -> dict[str, bytes]:
    """Read every file."""
    return {str(path): path.read_bytes() for folder in folders for path in _files(folder)}


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield path


class ArgumentWatch:
    """Reads the arguments of every process, over and over, while the block lasts."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._is_ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="argument-watch")

    def __enter__(self) -> "ArgumentWatch":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_ending.set()
        self._thread.join()

    @property
    def places(self) -> dict[str, bytes]:
        """Return what was seen."""
        return {"the arguments of processes": b"\n".join(sorted(self.seen))}

    def _run(self) -> None:
        rounds = 0
        while not self._is_ending.wait(0.1):
            if (rounds := rounds + 1) % 10 == 1:
                listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, check=False)
                self.seen.update(listed.stdout.splitlines())
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(path.read_bytes())
                except OSError:
                    continue  # it has ended meanwhile
