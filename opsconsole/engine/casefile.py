"""Files of recorded cases: one JSON object a line, plain or gzipped, read in bounded pieces."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from opsconsole.domain.errors import FileFormatError

LONGEST_LINE = 10_000_000
_M = TypeVar("_M", bound=BaseModel)


def read_lines(path: Path, model: type[_M], shape: str) -> Iterator[_M]:
    """Read each line as a model; `shape` says in errors what a line should be.

    Raises:
        FileFormatError: a line is no such thing, or the file cannot be read.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            # Read in bounded pieces: a small .gz can hold a line of gigabytes.
            for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), ""), start=1):
                if line.strip():
                    yield _read(line, model, shape, str(path), number)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise FileFormatError(f"cannot be read: {error}", path=str(path)) from error


def _read(line: str, model: type[_M], shape: str, path: str, number: int) -> _M:
    if len(line) > LONGEST_LINE:
        raise FileFormatError("a line of more than 10 MB is no case", path=path, line=number)
    try:
        return model.model_validate_json(line)
    except (ValidationError, RecursionError) as error:
        detail = error.errors(include_url=False)[0]["msg"] if isinstance(error, ValidationError) else "nested too deep"
        raise FileFormatError(f"not a case {shape}: {detail}", path=path, line=number) from error
