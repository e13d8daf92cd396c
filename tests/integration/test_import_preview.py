"""`import --dry-run` says what was understood and writes nothing; `--mapping` corrects it, there and in the import."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from opsconsole.app.cli import app
from opsconsole.app.place import resources
from opsconsole.app.session import opened
from opsconsole.connectors.files.mapping import TableMapping, read_mapping
from opsconsole.store import workspace
from opsconsole.store.queries.desk import records as desk
from opsconsole.store.queries.views.feed import feed
from tests.support.files import NOW
from tests.support.imports.exports import FRESHDESK, GITLAB, HUBSPOT, JIRA, SERVICENOW, ZENDESK_VIEW
from tests.support.imports.looks import LOOKS, Look
from tests.support.imports.reported import BESIDE, beside
from tests.support.imports.stores import ANN, ME, box, mail


def run(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, f"{done.output} {done.exception}"
    return done.output


@pytest.mark.parametrize(
    "text",
    [JIRA, HUBSPOT, FRESHDESK, ZENDESK_VIEW, SERVICENOW, GITLAB],
    ids=["jira", "hubspot", "freshdesk", "zendesk view", "servicenow", "gitlab"],
)
def test_an_export_is_told_column_by_column_with_its_dates_zone_and_first_rows(tmp_path: Path, text: str) -> None:
    table = tmp_path / "export.csv"
    table.write_text(text)
    said = run("import", "--dry-run", str(table))
    assert "export.csv: 1 ticket, read like this. Nothing was written." in said
    assert "→ queue" in said and "→ created at" in said and "2026-02-03 20:05" in said and "! " not in said
    assert "Encoding:     UTF-8; columns are parted by a comma" in said and "→ priority" in said
    zone = "as the column says" if text is GITLAB else "because nothing says it"
    assert f"1 read as UTC, {zone}" in said and "`--mapping FILE.yaml`" in said


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_each_kind_is_told_as_it_is_and_what_is_missing_is_named(tmp_path: Path, look: Look) -> None:
    facts = json.loads(run("import", "--dry-run", "--json", str(look.path(tmp_path))))
    told = dict(facts["facts"])
    columns = told.pop("Columns", "").split(", ")
    assert facts["what"] == look.what and facts["has_answers"] and not facts["own_elsewhere"]
    assert [f"{name} → {field}" for name, field in look.columns.items() if f"{name} → {field}" not in columns] == []
    assert {of: told[of] for of in look.facts} == look.facts
    assert tuple(facts["rows"][0]) == look.first
    assert [note for note in look.notes if note not in facts["notes"]] == []
    assert bool(facts["notes"]) == bool(look.notes), facts["notes"]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_each_kind_is_readable_in_a_terminal(tmp_path: Path, look: Look) -> None:
    said = run("import", "--dry-run", str(look.path(tmp_path)))
    assert f"{look.what}, read like this. Nothing was written." in said
    assert all(f"  {of + ':':14}{text}\n" in said for of, text in look.facts.items())
    assert all(cell in said for cell in look.first) and all(f"! {note}" in said for note in look.notes)
    assert (said.count("! ") == 0) == (not look.notes)


@beside
@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "what", "first", "zone"),
    [
        ("tables/jira.csv", "2 tickets", ["2026-03-12 09:15", "VPN drops every hour", "Helpdesk"], "2 read as UTC"),
        ("tables/hubspot-tickets.csv", "1 ticket", ["Support Pipeline", "ann@buyer-one.example"], "1 read as UTC"),
        ("tables/freshdesk-tickets.csv", "1 ticket", ["Billing", "ann@buyer-one.example"], "1 read as UTC"),
        ("tables/tickets-sep.csv", "1 ticket", ["Abrechnung", "Karte geht nicht"], "1 read as UTC"),
        ("tables/tickets-zones.csv", "8 tickets", ["2026-03-12 08:15", "iso zone"], "each says its own"),
        ("stores/thunderbird", "2 mails", ["ann@shop-a.example", "Wrong invoice", "Inbox"], "Inbox 1, Sent 1"),
        (
            "stores/readpst",
            "3 mails",
            ["App crash", "Bugs", "Billing"],
            "Your answers: 1 mail of team@mill-road.example",
        ),
    ],
)
def test_the_reported_tables_and_stores_are_told_without_a_doubt(
    name: str, what: str, first: list[str], zone: str
) -> None:
    said = run("import", "--dry-run", str(BESIDE / name))
    assert f"{what}, read like this." in said and zone in said and all(cell in said for cell in first)
    assert "! " not in said and "not known" not in said


def test_what_is_not_understood_is_told_before(tmp_path: Path) -> None:
    table = tmp_path / "export.csv"
    table.write_text("Ticket ID,Subject,Status,Priority\n1,x,Open,Brennt\n")
    said = run("import", "--dry-run", str(table))
    assert "! No column tells when a ticket was created, so no agent can be tried on it." in said
    assert "! No column tells where people put it (a queue, group or team)." in said
    assert "Brennt → not known" in said and "! 1 row cannot be read whole" in said and "! Line 2: The priority" in said


def test_a_mapping_holds_for_the_look_and_for_the_import(tmp_path: Path) -> None:
    folder, table, mapping = tmp_path / "ws", tmp_path / "export.csv", tmp_path / "mapping.yaml"
    workspace.create(folder, at=NOW, actor="person:test").close()
    table.write_text("Ticket ID,Subject,Caller,Wohin,Priority,Created\n1,x,Rui,Lager,Brennt,03/04/2026 10:00\n")
    mapping.write_text("columns: {Wohin: queue}\ndates: day first\nzone: Europe/Berlin\npriorities: {Brennt: urgent}\n")
    said = run("import", "--dry-run", "--mapping", str(mapping), str(table))
    assert "Wohin → queue" in said and "day first; 03/04/2026 10:00 → 2026-04-03 08:00 UTC" in said
    assert "1 read as Europe/Berlin, as you said" in said and "Brennt → urgent" in said and "! " not in said
    run("import", "--mapping", str(mapping), str(table), "-w", str(folder))
    with opened(folder) as session:
        (row,) = feed(session.kernel.reader)
        ticket = desk.get(session.kernel.reader, "ticket", 1)
    assert row.at.isoformat() == "2026-04-03T08:00:00+00:00" and not row.is_broken
    assert ticket is not None and (ticket["queue"], ticket["priority"]) == ("Lager", "urgent")


def test_a_look_writes_nothing_and_needs_no_workspace(tmp_path: Path) -> None:
    folder, table = tmp_path / "ws", tmp_path / "export.csv"
    table.write_text(ZENDESK_VIEW)
    facts = json.loads(run("import", "--dry-run", "--json", str(table), "-w", str(folder)))
    assert facts["what"] == "1 ticket" and dict(facts["facts"])["Priorities"] == "Normal → normal"
    assert not folder.exists() and [path.name for path in tmp_path.iterdir()] == ["export.csv"]


def test_a_store_is_told_by_its_folders_and_whose_answers_were_found(tmp_path: Path) -> None:
    store = tmp_path / "store"
    box(store / "Inbox", mail(1, ANN, ME), mail(2, ANN, ME))
    box(store / "Clients", mail(3, ME, ANN), mail(4, ANN, ME))
    said = run("import", "--dry-run", str(store))
    assert "Folders:      Inbox 2, Clients 2" in said or "Folders:      Clients 2, Inbox 2" in said
    assert "No folder of sent mail was found" in said and "`--own` and `--sent`" in said
    said = run("import", "--dry-run", str(store), "--own", ME)
    assert "1 mail from you lies in Clients: sent? `--sent 'Clients'` takes them as your answers." in said
    said = run("import", "--dry-run", str(store), "--own", ME, "--sent", "Clients")
    assert f"Your answers: 1 mail of {ME}" in said and "sent?" not in said


def test_mails_in_no_folder_are_told_without_a_question_that_nobody_can_answer(tmp_path: Path) -> None:
    store = tmp_path / "mails"
    store.mkdir()
    (store / "1.eml").write_bytes(mail(1, ANN, ME))
    (store / "2.eml").write_bytes(mail(2, ME, ANN))
    said = run("import", "--dry-run", str(store), "--own", ME)
    assert "Folders:" not in said and "sent?" not in said
    assert "1 mail from you lies in no folder; as your answers count only those in a folder." in said


def test_the_mapping_of_the_examples_is_one_and_names_every_setting(tmp_path: Path) -> None:
    file = resources() / "examples" / "table-mapping.yaml"
    assert set(read_mapping(file).model_dump(exclude_defaults=True)) == set(TableMapping.model_fields)
    table = tmp_path / "export.csv"
    table.write_text("Summary text;Squad;Old number;Priority;Created;Kunde\nx;Stock;7;On fire;03/04/2026 10:00;R\n")
    said = run("import", "--dry-run", "--mapping", str(file), str(table))
    assert "Squad → queue" in said and "Kept beside:  Old number" in said and "2026-04-03 08:00 UTC" in said
    assert "On fire → urgent" in said and "! " not in said
