"""Readers that cannot be made to unpack without end."""

from pathlib import Path
from typing import IO

from opsconsole.connectors.files.mbox import Reader
from opsconsole.connectors.files.source import Limits
from opsconsole.domain.errors import FileFormatError

MAX_READ = 1024 * 1024
MAX_ONE_READ = 16 * 1024 * 1024
"""Archive headers may ask for any number of bytes at once; honest ones ask for far less than this."""


class BoundedReader:
    """Reads forward through an archive's unpacked bytes and counts them against the limits.

    Raises:
        FileFormatError: the archive unpacks to more than it may; the text names the limit.
    """

    def __init__(self, stream: IO[bytes], path: Path, limits: Limits, seen: list[int]) -> None:
        self._stream = stream
        self._path = path
        self._limits = limits
        self._seen = seen
        self._packed = max(path.stat().st_size, 1)
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes."""
        if size < 0 or size > MAX_ONE_READ:
            raise FileFormatError(
                f"the archive asks for {size} bytes in one piece, which no mail export does; it is not read "
                "any further",
                path=str(self._path),
            )
        data = self._stream.read(size)
        self._at += len(data)
        self._seen[0] += len(data)
        self._check()
        return data

    def seek(self, place: int, whence: int = 0) -> int:
        """Go forward to `place`, counting what is passed over."""
        if whence != 0:
            raise OSError("only places from the start are supported")
        if place < self._at:
            self._stream.seek(place)
            self._at = place
        while self._at < place and self.read(min(place - self._at, MAX_READ)):
            pass
        return self._at

    def tell(self) -> int:
        """Return the place in the unpacked bytes."""
        return self._at

    def _check(self) -> None:
        seen, limits = self._seen[0], self._limits
        if seen > limits.total:
            raise FileFormatError(
                f"the archive unpacks to more than {limits.total} bytes; split it and import the pieces",
                path=str(self._path),
            )
        if seen > limits.ratio_from and seen > self._packed * limits.ratio:
            raise FileFormatError(
                f"the archive unpacks to more than {limits.ratio} times its size, as one made to fill memory does; "
                "it is not read any further. Unpack it yourself and import the folder if you trust it",
                path=str(self._path),
            )


class Peeked:
    """A reader whose first bytes were read already."""

    def __init__(self, start: bytes, stream: Reader) -> None:
        self._start = start
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes."""
        if self._start:
            data, self._start = self._start[:size], self._start[size:]
            return data
        return self._stream.read(size)
