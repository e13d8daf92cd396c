"""The checks behind `test` and `check`: every one runs, then one table says which failed.

pytest's own summary is the last line, because some CI reads it.
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import locks, report, settings, surroundings

LIMIT_S = 40 * 60
"""A check that hangs is ended after this long."""
FULL_LIMIT_S = 6 * 3600
"""The tests where every storm has its full length (`OPSCONSOLE_CRASH=full`)."""

_SUMMARY = re.compile(r"\d+ (passed|failed|errors?|skipped|deselected)\b.* in [\d.]+s|no tests (ran|collected)")
_ESCAPES = re.compile(r"\x1b\[[\d;]*m")


@dataclass(frozen=True, slots=True)
class _Result:
    name: str
    is_ok: bool
    took_s: float
    again: str


def run(*, fast: bool, pytest_options: Sequence[str] = ()) -> int:
    """Run the checks, all of them or the fast ones, and return the exit code."""
    results = [_lock_result()]
    for name, command in _tools(fast=fast):
        results.append(_run_tool(name, command))
    chosen = [*(["-m", "not slow"] if fast else []), *pytest_options]
    tests = [_python_tool("pytest"), *_spread(), *chosen]
    result, last_line = _run_pytest(tests)
    results.append(result)
    _print_table(results, last_line)
    return 0 if all(result.is_ok for result in results) else 1


def fix() -> int:
    """Let ruff repair and lay out what it can."""
    ruff = _python_tool("ruff")
    codes = [_call([ruff, "check", "--fix"]), _call([ruff, "format"])]
    return max(codes)


def _tools(*, fast: bool) -> list[tuple[str, list[str]]]:
    ruff = _python_tool("ruff")
    tools = [
        ("ruff check", [ruff, "check", "--output-format", "concise"]),
        ("ruff format", [ruff, "format", "--check", "--output-format", "concise"]),
    ]
    if not fast:
        tools.append(("basedpyright", [_python_tool("basedpyright")]))
    tools.append(("unused code", [_python_tool("vulture")]))
    return [*tools, ("import contracts", [_python_tool("lint-imports"), "--no-cache"])]


def _spread() -> list[str]:
    return ["-n", "2", "--dist", "loadgroup", "--color", "yes" if sys.stdout.isatty() else "no"]


def _python_tool(name: str) -> str:
    return str(settings.program(name))


def _lock_result() -> _Result:
    began = time.monotonic()
    is_ok = locks.is_current()
    if not is_ok:
        print("The lock files were not made from what pyproject.toml asks for now.", flush=True)
    return _Result("lock files", is_ok, time.monotonic() - began, "python3 packaging/dev.py lock")


def _run_tool(name: str, command: list[str]) -> _Result:
    print(f"\n== {name}", flush=True)
    began = time.monotonic()
    code = _call(command)
    return _Result(name, code == 0, time.monotonic() - began, _shown(command))


def _run_pytest(command: list[str]) -> tuple[_Result, str]:
    print("\n== pytest", flush=True)
    began = time.monotonic()
    last_line = ""
    with subprocess.Popen(
        command,
        cwd=settings.ROOT,
        env=surroundings.for_programs(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        is_full = os.environ.get("OPSCONSOLE_CRASH") == "full"
        alarm = threading.Timer(FULL_LIMIT_S if is_full else LIMIT_S, process.kill)
        alarm.daemon = True
        alarm.start()
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            if _SUMMARY.search(_ESCAPES.sub("", line)):
                last_line = line.rstrip("\n")
        code = process.wait()
        alarm.cancel()
    if not last_line:
        last_line = f"pytest ended with code {code} and no summary"
    return _Result("pytest", code == 0, time.monotonic() - began, _shown(command)), last_line


def _call(command: list[str]) -> int:
    try:
        return subprocess.run(
            command, cwd=settings.ROOT, env=surroundings.for_programs(), timeout=LIMIT_S, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        print(f"ended: it ran for more than {LIMIT_S // 60} minutes", flush=True)
        return 124


def _shown(command: Sequence[str]) -> str:
    program = Path(command[0])
    return " ".join([str(program.relative_to(settings.ROOT)), *command[1:]])


def _print_table(results: Sequence[_Result], last_line: str) -> None:
    report.say()
    sys.stderr.flush()
    print("\n== summary")
    for result in results:
        mark = "ok    " if result.is_ok else "FAILED"
        print(f"  {mark}  {result.name:<18} {result.took_s:6.1f} s")
    failed = [result for result in results if not result.is_ok]
    for result in failed:
        print(f"  {result.name} again: {result.again}")
    print("Everything passed." if not failed else f"{len(failed)} of {len(results)} checks failed; details above.")
    print(last_line, flush=True)
