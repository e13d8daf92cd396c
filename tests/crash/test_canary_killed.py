"""A process that is killed at any point of a canary leaves a whole step or none, and each thread with its version."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from opsconsole.policy.canary import falls_to_canary
from tests.support.shell import AGENT, write_mail

TICKETS = AGENT.partition("        - do: desk.reply")[0]
NEW = TICKETS.replace("Answers.", "Answers gently.")
WHY = "--without-evidence=the team is watching"
POINTS = ("before_commit", "after_commit")
RUNS = "SELECT version_id FROM run ORDER BY id"
TRIED = "SELECT share FROM canary WHERE ended_at IS NULL"


def shell(folder: Path, *words: object, fault: str = "") -> int:
    """Type a command in a process of its own; return how it ended."""
    env = {**os.environ, "OPSCONSOLE_WORKSPACE": str(folder / "w"), "OPSCONSOLE_FAULT": fault}
    command = [sys.executable, "-m", "opsconsole", *map(str, words)]
    return subprocess.run(command, env=env, check=False, capture_output=True, timeout=120).returncode


def numbers(folder: Path, query: str) -> list[int]:
    """Return what a query gives, a row each."""
    with closing(sqlite3.connect(folder / "w" / "workspace.db")) as conn:
        return [int(row[0]) for row in conn.execute(query)]


@pytest.fixture
def tried(tmp_path: Path) -> Path:
    """A workspace in which another version is tried beside one that acts alone."""
    (tmp_path / "mira.yaml").write_text(TICKETS)
    assert shell(tmp_path, "init") == 0
    assert shell(tmp_path, "agents", "apply", WHY, tmp_path / "mira.yaml") == 0
    (tmp_path / "mira.yaml").write_text(NEW)
    assert shell(tmp_path, "agents", "apply", "--canary", tmp_path / "mira.yaml") == 0
    return tmp_path


def mails(folder: Path) -> dict[bool, int]:
    """Return the number of a mail whose thread the canary gets at 25 %, and of one whose thread it does not."""
    with closing(sqlite3.connect(folder / "w" / "workspace.db")) as conn:
        (workspace,) = conn.execute("SELECT value FROM meta WHERE key = 'workspace'").fetchone()
    found: dict[bool, int] = {}
    for number in range(1, 400):
        found.setdefault(falls_to_canary(workspace, "mira", 2, f"thread:<{number}@x>", 25), number)
    return found


@pytest.mark.parametrize("point", ["turn.record.before_commit", "turn.record.after_commit", "run.begin.after_commit"])
def test_killed_between_intake_and_run_a_thread_keeps_its_version(tried: Path, point: str) -> None:
    assert shell(tried, "canary", "widen", "mira", WHY) == 0
    chosen = mails(tried)
    for number in (chosen[True], chosen[False]):
        assert shell(tried, "import", "--work", write_mail(tried, number)) == 0
    assert numbers(tried, RUNS) == [2, 1]
    assert shell(tried, "engine", "--once", fault=point) == -signal.SIGKILL
    assert shell(tried, "canary", "widen", "mira", WHY) == 0
    assert shell(tried, "engine", "--once") == 0
    assert numbers(tried, RUNS) == [2, 1], "also though every new thread goes to the canary by now"
    assert numbers(tried, "SELECT count(*) FROM approval WHERE state = 'waiting'") == [1], "the canary asks"
    assert numbers(tried, "SELECT count(*) FROM desk_ticket") == [1], "the version in use acted alone"
    assert shell(tried, "audit", "verify") == 0


@pytest.mark.parametrize("point", POINTS)
def test_a_step_that_is_killed_is_taken_whole_or_not_at_all(tried: Path, point: str) -> None:
    step = ("canary", "widen", "mira", WHY)
    assert shell(tried, *step, fault=f"canary.widen.{point}") == -signal.SIGKILL
    is_there = point == "after_commit"
    assert numbers(tried, TRIED) == [25 if is_there else 5]
    assert numbers(tried, "SELECT count(*) FROM audit WHERE kind = 'canary.widened'") == [int(is_there)]
    assert shell(tried, "audit", "verify") == 0


@pytest.mark.parametrize("point", POINTS)
def test_an_end_that_is_killed_hands_over_all_or_nothing(tried: Path, point: str) -> None:
    for _ in range(2):
        assert shell(tried, "canary", "widen", "mira", WHY) == 0
    assert shell(tried, "import", "--work", write_mail(tried, 1)) == 0
    assert numbers(tried, RUNS) == [2]
    assert shell(tried, "canary", "stop", "mira", fault=f"canary.stop.{point}") == -signal.SIGKILL
    is_there = point == "after_commit"
    assert numbers(tried, RUNS) == [1 if is_there else 2]
    assert numbers(tried, TRIED) == ([] if is_there else [100])
    assert shell(tried, "engine", "--once") == 0
    assert numbers(tried, "SELECT count(*) FROM desk_ticket") == [int(is_there)]
    assert shell(tried, "audit", "verify") == 0


@pytest.mark.parametrize("point", POINTS)
def test_put_in_use_and_killed(tried: Path, point: str) -> None:
    for _ in range(2):
        assert shell(tried, "canary", "widen", "mira", WHY) == 0
    assert shell(tried, "canary", "use", "mira", WHY, fault=f"canary.use.{point}") == -signal.SIGKILL
    is_there = point == "after_commit"
    assert numbers(tried, "SELECT version_id FROM agent") == [3 if is_there else 1]
    assert numbers(tried, TRIED) == ([] if is_there else [100])
    assert shell(tried, "audit", "verify") == 0
