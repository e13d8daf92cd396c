"""`shadow run` stopped and killed, as a real process: it goes on without a doubled or lost pair."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from opsconsole.app.session import opened
from opsconsole.store import audit
from opsconsole.store.crosscheck import crosscheck
from opsconsole.store.queries import pairs, past
from tests.support.mail.mailboxes import OWN, agent_file, mailbox, write_mailbox
from tests.support.shell import Run

MAILS = 400
LONG_S = 120.0
POINTS = [
    "shadow.history.before_commit:1",
    "shadow.history.before_commit:3",
    "shadow.history.after_commit:1",
    "shadow.history.after_commit:4",
]


@pytest.fixture
def desk(run: Run, folder: Path, tmp_path: Path) -> Run:
    """A workspace with the agent and a past."""
    assert run("init").code == 0
    assert run("agents", "apply", "--without-evidence=a test", agent_file(tmp_path / "sorter.json")).code == 0
    box = write_mailbox(tmp_path / "box", mailbox(MAILS))
    assert run("import", box, "--own", OWN).code == 0
    return run


def started(folder: Path, **more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "opsconsole", "shadow", "run", "sorter", "-w", str(folder)]
    return subprocess.Popen(
        command, env={**os.environ, **more}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def decided(folder: Path) -> list[tuple[Any, ...]]:
    """Every pair, with what was decided; the record and the rows must agree."""
    with opened(folder) as session:
        reader = session.kernel.reader
        assert audit.verify(reader).is_ok and not crosscheck(reader)
        acts = reader.execute("SELECT count(*), count(DISTINCT external_id) FROM human_act").fetchone()
        assert acts[0] == acts[1]
        return [
            (
                past.event(reader, pair.event_id).external_id,
                pair.category,
                pair.confidence,
                pair.agreement,
                pairs.body(reader, pair.id),
            )
            for pair in pairs.pairs(reader, newest_first=False)
        ]


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    """What is decided where nothing interrupts."""
    place = tmp_path_factory.mktemp("untouched")
    agent, box = agent_file(place / "sorter.json"), write_mailbox(place / "box", mailbox(MAILS))
    for words in (
        ["init"],
        ["agents", "apply", "--without-evidence=a test", agent],
        ["shadow", "run", "sorter", box, "--own", OWN],
    ):
        command = [sys.executable, "-m", "opsconsole", *map(str, words), "-w", str(place / "workspace")]
        subprocess.run(command, check=True, capture_output=True, timeout=LONG_S)
    found = decided(place / "workspace")
    assert len(found) == MAILS
    return found


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_commit_it_goes_on(desk: Run, folder: Path, untouched: list[tuple[Any, ...]], point: str) -> None:
    process = started(folder, OPSCONSOLE_FAULT=point)
    process.communicate(timeout=LONG_S)
    assert process.returncode == -signal.SIGKILL
    assert len(decided(folder)) < MAILS
    assert desk("shadow", "run", "sorter").code == 0
    assert decided(folder) == untouched


def count(folder: Path) -> int:
    with opened(folder) as session:
        return int(session.kernel.reader.execute("SELECT count(*) FROM pair").fetchone()[0])


def under_way(folder: Path, process: subprocess.Popen[str]) -> None:
    """Wait until it has kept pairs, and is not done."""
    until = time.monotonic() + LONG_S
    with opened(folder) as session:
        while session.kernel.reader.execute("SELECT 1 FROM pair").fetchone() is None:
            assert time.monotonic() < until and process.poll() is None, process.communicate()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopped_under_way_it_goes_on(
    desk: Run, folder: Path, untouched: list[tuple[Any, ...]], how: signal.Signals
) -> None:
    process = started(folder)
    under_way(folder, process)
    process.send_signal(how)
    out, err = process.communicate(timeout=LONG_S)
    if how is signal.SIGKILL:
        assert process.returncode == -how
    else:
        assert process.returncode == 0, err
        assert "It ended early: it was stopped" in out
    kept = count(folder)
    assert 0 < kept < MAILS
    assert f"{MAILS - kept} events to work, {kept} worked before" in desk("shadow", "run", "sorter").out
    assert decided(folder) == untouched
