"""Text for a terminal: nothing that came from outside may steer it."""

import contextlib
import json
import os
import re
import shlex
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from opsconsole.domain.errors import OutputError
from opsconsole.domain.redaction import redacted


def plain(text: str, width: int | None = None) -> str:
    """Return text without secrets, control, bidi or zero-width characters, on one line where a width is given."""
    text = redacted(text)
    if width is not None:
        text = " ".join(text.split())
    kept = "".join(c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co") else "·" for c in text)
    if width is not None and len(kept) > width:
        return kept[: max(1, width - 1)] + "…"
    return kept


_HINT = re.compile(r"`opsconsole( [^`]*)`")
_spoken_of: list[str] = []


def speak_of(folder: Path | None) -> None:
    """Say which workspace the hints are about: the one a person named with --workspace, or the default."""
    _spoken_of[:] = [] if folder is None else [shlex.quote(str(folder))]


def hinted(text: str) -> str:
    """Return a text whose commands in backticks can be pasted: with the program's path and the workspace."""
    where = "".join(f" -w {folder}" for folder in _spoken_of)
    return _HINT.sub(lambda match: f"`{_program()}{match[1]}{where}`", text)


def _program() -> str:
    """Return what to type for this program: its name where the person's own shell would find it, else its path.

    The set-up command puts our folder on the path of what it starts; the shell it was typed into has no such path.
    """
    beside = Path(sys.executable).with_name("opsconsole.exe" if sys.platform == "win32" else "opsconsole")
    places = os.environ.get("PATH", "").split(os.pathsep)
    others = os.pathsep.join(place for place in places if Path(place) != beside.parent)
    if shutil.which("opsconsole", path=others) or not beside.exists():
        return "opsconsole"
    with contextlib.suppress(ValueError):
        return str(beside.relative_to(Path.cwd()))
    return str(beside)


def put(text: str, *, is_beside: bool = False, ends: bool = True) -> None:
    """Print a text that is plain already: beside what a program reads, or without an end of its line.

    Raises:
        OutputError: where it should go takes nothing more; a reader that went away raises as it always does.
    """
    try:
        typer.echo(text, err=is_beside, nl=ends)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            f"What this command has to say could not be written: {error.strerror or error}. What it did stays done."
            " Make room or send the output elsewhere, and ask again."
        ) from error


def say(text: str = "") -> None:
    """Print a line for the person."""
    put(plain(hinted(text)))


def warn(text: str) -> None:
    """Print a line for the person beside what a program reads."""
    put(plain(hinted(text)), is_beside=True)


def say_json(value: Any) -> None:
    """Print one JSON line; what could steer a terminal stands in it as an escape."""
    text = redacted(json.dumps(value, ensure_ascii=False, default=_default))
    if not text.isprintable():
        text = "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)
    put(text)


def _default(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def table(rows: Iterable[Sequence[str]], widths: Sequence[int]) -> None:
    """Print rows in columns; the last one may run on."""
    for row in rows:
        cells = [plain(cell, width).ljust(width) for cell, width in zip(row, widths, strict=True)]
        say("  ".join(cells).rstrip())


def ago(at: datetime, now: datetime) -> str:
    """Return a time as people say it: `3 h ago`, `in 2 d`."""
    seconds = (now - at).total_seconds()
    size, unit = next(
        (size, unit) for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (0, "s")) if abs(seconds) >= size
    )
    count = int(abs(seconds) // (size or 1))
    return f"{count} {unit} ago" if seconds >= 0 else f"in {count} {unit}"


def count(number: int, text: str, many: str | None = None) -> str:
    """Return `1 run`, `2 runs`."""
    return f"{number} {text if number == 1 else many or text + 's'}"


def listed(counts: Mapping[str, int], words: Mapping[str, str] | None = None) -> str:
    """Return counts in a line: `done 3, waiting 1`."""
    return ", ".join(f"{(words or {}).get(name, name)} {number}" for name, number in counts.items() if number) or "none"


def utc(at: datetime) -> str:
    """Return a time to the minute."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
