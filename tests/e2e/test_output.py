"""Where the output goes may be full, closed or gone: that is said in one line, and what was done is whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.shell import AGENT, Run

FULL = Path("/dev/full")
pytestmark = pytest.mark.skipif(not FULL.exists(), reason="only Linux has a file that is always full")


def command(folder: Path, *words: object, out: Path | int, beside: Path | int = subprocess.PIPE) -> tuple[int, str]:
    """Run a program of its own; give (its exit code, what stands on stderr)."""
    files = [place.open("w") if isinstance(place, Path) else place for place in (out, beside)]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "opsconsole", *map(str, words)],
            stdout=files[0], stderr=files[1], text=True, check=False, timeout=60,
            env={**os.environ, "OPSCONSOLE_WORKSPACE": str(folder)},
        )  # fmt: skip
    finally:
        for file in files:
            if not isinstance(file, int):
                file.close()
    return done.returncode, done.stderr or ""


@pytest.mark.parametrize("words", [("status",), ("agents", "list"), ("policy", "coverage", "--json"), ("--help",)])
def test_a_full_disk_is_said_in_one_line(run: Run, folder: Path, words: tuple[str, ...]) -> None:
    run("init")
    code, said = command(folder, *words, out=FULL)
    assert code == 3 and said.count("\n") == 1 and "No space left on device" in said, said


def test_where_nothing_can_be_said_the_exit_code_still_tells(run: Run, folder: Path) -> None:
    run("init")
    assert command(folder, "agents", "show", "nobody", out=subprocess.DEVNULL, beside=FULL)[0] == 2


def test_a_reader_who_has_enough_is_no_fault(run: Run, folder: Path) -> None:
    run("init")
    reads, writes = os.pipe()
    os.close(reads)
    code, said = command(folder, "status", out=writes)
    os.close(writes)
    assert (code, said) == (0, "")


def test_all_files_are_in_use_though_none_could_be_told(run: Run, folder: Path, tmp_path: Path) -> None:
    run("init")
    files = [tmp_path / f"{name}.yaml" for name in ("mira", "nora")]
    for file in files:
        file.write_text(AGENT.replace("mira", file.stem), encoding="utf-8")
    code, said = command(folder, "agents", "apply", "--without-evidence=a test", *files, out=FULL)
    assert code == 3 and "What it did stays done" in said
    assert [row["agent"] for row in run("agents", "list", "--json").json] == ["mira", "nora"]
