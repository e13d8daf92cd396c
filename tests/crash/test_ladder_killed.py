"""A process that is killed at any point of a step up or down leaves the whole step or none of it, and loses nothing."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.shell import AGENT, write_mail

TICKETS = AGENT.partition("        - do: desk.reply")[0]
POINTS = ("before_commit", "after_commit")


def shell(folder: Path, *words: object, fault: str = "") -> int:
    """Type a command in a process of its own; return how it ended."""
    env = {**os.environ, "OPSCONSOLE_WORKSPACE": str(folder / "w"), "OPSCONSOLE_FAULT": fault}
    command = [sys.executable, "-m", "opsconsole", *map(str, words)]
    return subprocess.run(command, env=env, check=False, capture_output=True, timeout=120).returncode


def numbers(folder: Path, *queries: str) -> list[int]:
    """Return what a query counts, one after another."""
    with closing(sqlite3.connect(folder / "w" / "workspace.db")) as conn:
        return [int(conn.execute(query).fetchone()[0]) for query in queries]


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """A workspace in which one ticket is prepared by an agent that acts alone, and held by a pause of the desk."""
    (tmp_path / "mira.yaml").write_text(TICKETS)
    assert shell(tmp_path, "init") == 0
    assert shell(tmp_path, "agents", "apply", "--without-evidence=a test", tmp_path / "mira.yaml") == 0
    assert shell(tmp_path, "pause", "connection:desk") == 0
    assert shell(tmp_path, "import", "--work", write_mail(tmp_path)) == 0
    assert shell(tmp_path, "engine", "--once") == 0
    assert numbers(tmp_path, "SELECT count(*) FROM effect WHERE state = 'prepared'") == [1]
    return tmp_path


DOWN = (
    "SELECT count(*) FROM demotion",
    "SELECT count(*) FROM audit WHERE kind = 'ladder.demoted'",
)
UP = (
    "SELECT count(*) FROM promotion",
    "SELECT count(*) FROM audit WHERE kind = 'ladder.promoted'",
    "SELECT count(*) FROM demotion WHERE lifted_at IS NOT NULL",
)
OUTCOME = (
    "SELECT count(*) FROM approval WHERE state = 'waiting'",
    "SELECT count(*) FROM desk_ticket",
    "SELECT count(*) FROM effect WHERE state = 'prepared'",
)


@pytest.mark.parametrize("point", POINTS)
def test_a_step_down_that_is_killed(held: Path, point: str) -> None:
    step = ("ladder", "demote", "mira", "mail_received", "desk.create_ticket")
    assert shell(held, *step, fault=f"ladder.demote.{point}") == -signal.SIGKILL
    is_there = int(point == "after_commit")
    assert numbers(held, *DOWN) == [is_there, is_there]
    if not is_there:
        assert shell(held, *step) == 0
    assert shell(held, "resume", "connection:desk") == 0
    assert shell(held, "engine", "--once") == 0
    assert numbers(held, *OUTCOME) == [1, 0, 0], "what was prepared is a card, and nothing was done or lost"
    assert shell(held, "audit", "verify") == 0


@pytest.mark.parametrize("point", POINTS)
def test_a_step_up_that_is_killed(held: Path, point: str) -> None:
    cell = ("mira", "mail_received", "desk.create_ticket")
    assert shell(held, "ladder", "demote", *cell) == 0
    step = ("ladder", "promote", *cell, "--without-evidence", "the lead wants it back")
    assert shell(held, *step, fault=f"ladder.promote.{point}") == -signal.SIGKILL
    is_there = int(point == "after_commit")
    assert numbers(held, *UP) == [is_there] * 3
    assert shell(held, "resume", "connection:desk") == 0
    assert shell(held, "engine", "--once") == 0
    assert numbers(held, *OUTCOME) == ([0, 1, 0] if is_there else [1, 0, 0])
    assert shell(held, "audit", "verify") == 0


def test_an_engine_that_is_killed_while_a_step_down_waits_for_it(held: Path) -> None:
    assert shell(held, "ladder", "demote", "mira", "mail_received", "desk.create_ticket") == 0
    assert shell(held, "resume", "connection:desk") == 0
    for point in ("effect.begin.before_commit", "effect.begin.after_commit"):
        assert shell(held, "engine", "--once", fault=point) in (-signal.SIGKILL, 0)
    assert shell(held, "engine", "--once") == 0
    assert numbers(held, *OUTCOME) == [1, 0, 0]
    assert shell(held, "audit", "verify") == 0
