"""Tables brought in at the terminal: what cannot be read is found again, and is named."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from opsconsole.app.cli import app
from opsconsole.store import workspace
from tests.support.files import NOW


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "workspace"
    workspace.create(place, at=NOW, actor="person:test").close()
    return place


def run(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done.output


def test_rows_that_cannot_be_read_are_shown(folder: Path, tmp_path: Path) -> None:
    tickets = tmp_path / "tickets.csv"
    tickets.write_text(
        "Ticket ID,Subject,Status,Created at\n1,No date,Open,soon\n2,Odd zone,Open,2026-02-03 20:05 CST\n"
        "3,Fine,Open,2026-02-03 20:05\n"
    )
    contacts = tmp_path / "contacts.csv"
    contacts.write_text("Name,Email\nRui,no address\nAnn,ann@tile.example\n")
    for path in (tickets, contacts):
        run("import", str(path), "-w", str(folder))
    shown = run("feed", "--broken", "-w", str(folder))
    assert "No date" in shown and "'soon' is not a date; created at was left empty" in shown
    assert "Odd zone" in shown and "Line 2 of contacts.csv: Rui" in shown and "is not an e-mail address" in shown
    assert "Fine" not in shown and "Ann" not in shown and shown.count("! ") == 3
    for path in (tickets, contacts):
        run("import", str(path), "-w", str(folder))
    assert run("feed", "--broken", "-w", str(folder)) == shown, "twice doubles nothing"
