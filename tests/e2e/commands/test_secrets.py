"""The commands for secrets: asked for without showing, found by place, never printed."""

import io
import os
import pty
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from opsconsole.domain.redaction import forget_all
from opsconsole.engine.systemclock import SystemClock
from opsconsole.store import workspace as workspaces
from opsconsole.store.writes import connections
from tests.support.shell import Run

VALUE = "a-value-nobody-sees"


@pytest.fixture(autouse=True)
def no_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{VALUE}\n"))
    yield
    forget_all()


def configured(run: Run) -> dict[str, object]:
    return {secret["name"]: secret["found_in"] for secret in run("secrets", "list", "--json").json}


def test_without_a_keyring_the_two_ways_are_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("init")
    said = run("secrets", "set", "mail-support", "--stdin")
    assert said.code == 3
    assert "OPSCONSOLE_SECRET_MAIL_SUPPORT" in said.err
    assert "secrets file on" in said.err
    assert "Note: This machine has no keyring" in run("secrets", "list").err
    said = run("secrets", "file", "on")
    assert said.code == 3
    assert "OPSCONSOLE_SECRETS_PASSPHRASE" in said.err


def test_stored_listed_removed(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("init")
    monkeypatch.setenv("OPSCONSOLE_SECRETS_PASSPHRASE", "a long passphrase")
    assert run("secrets", "file", "on").code == 0
    assert "encrypted file" in run("secrets", "set", "mail-support", "--stdin").out
    monkeypatch.setenv("OPSCONSOLE_SECRET_WEB_TOKEN", "another value")
    assert configured(run) == {"mail-support": "encrypted file", "web-token": "environment"}
    said = run("secrets", "list")
    assert "a-value" not in said.out + said.err
    assert "They would be lost" in run("secrets", "file", "off").err
    assert run("secrets", "remove", "mail-support").out.startswith("Removed")
    assert configured(run) == {"web-token": "environment"}
    assert run("secrets", "file", "off").code == 0
    assert not (folder / "secrets.sealed").exists()
    assert run("audit", "verify").code == 0


def test_what_connections_name_is_listed(run: Run, folder: Path) -> None:
    run("init")
    place = workspaces.open_(folder)
    config = {
        "host": "x",
        "password_secret": "mail-support",
        "more": [{"headers": {"X": "{{ secret('web-token') }} {{ basic('me', 'web-word') }}"}}],
    }
    # A desk, since its settings are not read: any kind of connection will do.
    place.database.write(
        lambda tx: connections.put(tx, "support", kind="desk", config=config, now=SystemClock().now()), name="put"
    )
    place.close()
    assert configured(run) == {"mail-support": None, "web-token": None, "web-word": None}
    assert "3 secrets to store" in run("secrets", "list").out


def test_a_name_that_is_none_and_an_empty_value(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("init")
    assert run("secrets", "set", "a mail", "--stdin").code == 2
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    assert "was empty" in run("secrets", "set", "mail", "--stdin").err
    assert "in a terminal" in run("secrets", "set", "mail").err


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_asked_for_in_a_terminal_and_not_shown(run: Run, folder: Path, tmp_path: Path) -> None:
    run("init")
    ours, theirs = pty.openpty()
    env = {**os.environ, "OPSCONSOLE_SECRETS_PASSPHRASE": "a long passphrase", "OPSCONSOLE_WORKSPACE": str(folder)}
    program = [sys.executable, "-m", "opsconsole", "secrets"]
    subprocess.run([*program, "file", "on"], env=env, check=True, capture_output=True)
    with subprocess.Popen(
        [*program, "set", "mail"], env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        seen = b""
        while b"not shown" not in seen:
            seen += os.read(ours, 1000)
        os.write(ours, f"{VALUE}\n".encode())
        while b"Stored mail" not in seen:
            seen += os.read(ours, 1000)
        assert process.wait(30) == 0
    os.close(ours)
    assert VALUE.encode() not in seen
