"""Stores brought in at the terminal: whose answers were found is said, and where more of them may lie."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from opsconsole.app.cli import app
from opsconsole.app.session import opened
from opsconsole.store import workspace
from opsconsole.store.queries.views.feed import feed
from tests.support.files import NOW
from tests.support.imports.stores import ANN, ME, box, mail


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "workspace"
    workspace.create(place, at=NOW, actor="person:test").close()
    return place


def run(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == code, done.output
    return done.output


def kinds(folder: Path) -> list[str]:
    with opened(folder) as session:
        return sorted(row.kind for row in feed(session.kernel.reader))


def test_mails_from_oneself_outside_of_sent_are_asked_about_and_taken_when_named(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    box(store / "Inbox", mail(1, ANN, ME))
    box(store / "Sent", mail(2, ME, ANN))
    box(store / "Clients", mail(3, ME, ANN), mail(4, ANN, ME), mail(5, ANN, ME))
    said = run("import", str(store), "-w", str(folder))
    assert "1 mail in Sent from desk@tile.example: taken as your own answers." in said
    assert "1 mail from you lies in Clients: sent? `--sent 'Clients'` takes them as your answers." in said
    assert kinds(folder) == ["mail.claimed", *["mail.received"] * 3, "mail.sent"]
    said = run("import", str(store), "--sent", "Clients", "-w", str(folder))
    assert "1 new, 4 copies or known before" in said and "sent?" not in said
    assert kinds(folder).count("mail.sent") == 2
    assert "0 new, 5 copies" in run("import", str(store), "--sent", "Clients", "-w", str(folder))


def test_a_folder_of_sent_mail_in_another_language_is_named_with_why(folder: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    box(store / "Inbox", mail(1, ANN, ME), mail(2, ANN, ME))
    box(store / "Skickat", mail(3, ME, ANN))
    said = run("import", str(store), "-w", str(folder))
    assert "Skickat is taken for your sent mail: nearly all of it is from desk@tile.example." in said
    assert kinds(folder).count("mail.sent") == 1


def test_a_folder_that_is_not_there_stops_the_import(folder: Path, tmp_path: Path) -> None:
    box(tmp_path / "store" / "Inbox", mail(1, ANN, ME))
    run("import", str(tmp_path / "store"), "--sent", "Gone", "-w", str(folder), code=1)
    assert kinds(folder) == []
