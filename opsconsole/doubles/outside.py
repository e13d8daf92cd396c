"""An outside system in a process and a file of its own, which survives the death of whoever calls it.

`python -m opsconsole.doubles.outside --file deeds.jsonl --mode honour` prints its port and serves JSON lines on
loopback. Modes: `honour` (a repeated key gives the first answer), `lookup` (a repeat makes another, but a key can be
looked up), `neither`. Every deed is one line in the file, written and synced before the answer.

With `--troubles`, a deed whose text ends in `!busy` is turned away the first time; one that ends in `!hang` is done
but not answered the first time, nor is the first look-up of it; one that ends in `!slow` is done a while after it was
asked for, whether the caller still lives or not. `{op: pending}` tells how many such are on their way.
"""

import argparse
import asyncio
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

SLOW_S = 0.15
"""How long a slow deed is under way, in seconds."""
TROUBLES = ("busy", "hang")


class OutsideSystem:
    """Takes deeds and writes each down."""

    def __init__(self, file: Path, mode: str, *, has_troubles: bool = False) -> None:
        self._mode = mode
        self._has_troubles = has_troubles
        self._troubled: set[tuple[str, str]] = set()
        self._by_key: dict[str, int] = {}
        self._count = 0
        self._pending = 0
        for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
            self._count += 1
            self._by_key.setdefault(json.loads(line)["key"], self._count)
        self._file = file.open("a", encoding="utf-8")

    def answer(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """Serve one request: `{op: do|find|pending, key, what}`. None: hang up instead of answering."""
        key, op = str(request.get("key", "")), str(request.get("op", ""))
        trouble = self._trouble(op, key, str(request.get("what")))
        if op == "pending":
            return {"pending": self._pending}
        if trouble == "busy":
            return {"busy": True}
        answer = self._look(key) if op == "find" else self._do(key, request.get("what"))
        return None if trouble == "hang" else answer

    def _trouble(self, op: str, key: str, what: str) -> str:
        """Return the trouble a request meets: each kind of request of a key meets it once."""
        found = next((trouble for trouble in TROUBLES if f"!{trouble}" in what), "") if self._has_troubles else ""
        if found != "hang" and op == "find":
            return ""
        if not found or (op, key) in self._troubled:
            return ""
        self._troubled.add((op, key))
        return found

    def _look(self, key: str) -> dict[str, Any]:
        return {"id": self._by_key.get(key) if self._mode == "lookup" else None}

    def _do(self, key: str, what: Any) -> dict[str, Any]:
        if self._mode == "honour" and key in self._by_key:
            return {"id": self._by_key[key]}
        self._count += 1
        self._file.write(json.dumps({"key": key, "what": what}) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._by_key.setdefault(key, self._count)
        return {"id": self._count}

    async def _in_its_time(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """Answer; what is slow is under way for a while first."""
        if self._has_troubles and request.get("op") == "do" and "!slow" in str(request.get("what")):
            self._pending += 1
            await asyncio.sleep(SLOW_S)
            self._pending -= 1
        return self.answer(request)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one caller until it hangs up."""
        try:
            while line := await reader.readline():
                answer = await self._in_its_time(json.loads(line))
                if answer is None:
                    break
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, json.JSONDecodeError):
            pass
        finally:
            writer.close()


def done(file: Path) -> Counter[str]:
    """Count the deeds in a file by what was done."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return Counter(json.dumps(json.loads(line)["what"], sort_keys=True) for line in lines)


async def _main(file: Path, mode: str, has_troubles: bool) -> None:
    system = OutsideSystem(file, mode, has_troubles=has_troubles)
    server = await asyncio.start_server(system.serve, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--mode", choices=("honour", "lookup", "neither"), required=True)
    parser.add_argument("--troubles", action="store_true")
    options = parser.parse_args()
    asyncio.run(_main(options.file, options.mode, options.troubles))
