"""Files of recorded cases: one JSON object a line, plain or gzipped, read in bounded pieces."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from opsconsole.domain.errors import FileFormatError
from opsconsole.engine.agents.yamltext.validationtext import in_words, unreadable

LONGEST_LINE = 10_000_000
_M = TypeVar("_M", bound=BaseModel)


def read_lines(path: Path, model: type[_M], shape: str) -> Iterator[_M]:
    """Read each line as a model; `shape` says in errors what a line should be.

    Raises:
        FileFormatError: a line is no such thing, there is none, or the file cannot be read.
    """
    is_empty = True
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as file:
            # Read in bounded pieces: a small .gz can hold a line of gigabytes.
            for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), ""), start=1):
                if line.strip():
                    is_empty = False
                    yield _read(line, model, shape, str(path), number)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise FileFormatError(unreadable(error), path=str(path)) from error
    if is_empty:
        raise FileFormatError(f"it holds no case; expected one a line, {shape}", path=str(path))


def _read(line: str, model: type[_M], shape: str, path: str, number: int) -> _M:
    if len(line) > LONGEST_LINE:
        raise FileFormatError("a line of more than 10 MB is no case", path=path, line=number)
    try:
        return model.model_validate_json(line)
    except (ValidationError, RecursionError) as error:
        raise FileFormatError(f"not a case {shape}: {_detail(error)}", path=path, line=number) from error


def _detail(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return "nested too deep"
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the line'} {in_words(first)}"
