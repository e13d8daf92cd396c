"""What the numbers say of a ticket table: which field keeps both sides apart, and whose tickets are one trial."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from opsconsole.app.cli import app

AGENT = """\
agent: sorter
name: Sorter
subscribes: [{{connection: desk, kinds: [ticket.created]}}]
stage: {{default: shadow}}
playbook:
  purpose: Sorts tickets.
  rules: [{{when: "true", category: stock}}]
  categories:
    - id: stock
      name: Stock
      steps:
        - do: desk.update_ticket
          with: {{id: "{{{{ event.fields.ticket_id }}}}", {sets}}}
"""
HEAD = "Ticket ID,Subject,Status,Group,Priority,Created at"


def said(folder: Path, *words: str) -> str:
    done = CliRunner().invoke(app, [*words, "-w", str(folder)])
    assert done.exit_code == 0, f"{done.output} {done.exception}"
    return done.output


def report(folder: Path, table: str, sets: str) -> tuple[str, dict[str, Any]]:
    place, file, agent = folder / "ws", folder / "tickets.csv", folder / "agent.yaml"
    file.write_text(table)
    agent.write_text(AGENT.format(sets=sets))
    said(place, "init")
    said(place, "agents", "apply", "--without-evidence=a test", str(agent))
    said(place, "shadow", "run", "sorter", str(file))
    return said(place, "shadow", "report"), json.loads(said(place, "shadow", "report", "--json"))


def rows(*ends: str, head: str = HEAD) -> str:
    lines = [f"{n},Shelf {n} is empty,Open,Stock,{end}" for n, end in enumerate(ends, start=1)]
    return "\n".join([head, *lines]) + "\n"


@pytest.mark.parametrize(
    ("sets", "sentence"),
    [
        ("queue: Stock", "priority is set by people and never by the agent (desk.update_ticket, 4 of 4)."),
        (
            "queue: Stock, priority: low",
            "priority differs everywhere (desk.update_ticket, 4 of 4): most often people say 'normal' where the agent"
            " says 'low'.",
        ),
    ],
)
def test_the_field_that_differs_everywhere_is_named(tmp_path: Path, sets: str, sentence: str) -> None:
    text, facts = report(tmp_path, rows(*[f"Medium,2026-02-0{n} 10:00" for n in range(1, 5)]), sets)
    assert sentence in " ".join(text.split()) and "queue" not in text
    (field,) = [field for field in facts["fields"] if field["field"] == "priority"]
    assert (field["given"], field["differs"]) == (4, 4)


def test_where_both_say_the_same_in_other_words_nothing_is_named(tmp_path: Path) -> None:
    text, facts = report(
        tmp_path, rows(*[f"Medium,2026-02-0{n} 10:00" for n in range(1, 5)]), "queue: Stock, priority: Mittel"
    )
    assert "Agreed in 4 of the 4" in text and facts["numbers"]["agreed"] == 4 and "everywhere" not in text


def test_the_past_is_brought_in_with_a_mapping(tmp_path: Path) -> None:
    place, file, agent, mapping = (tmp_path / name for name in ("ws", "t.csv", "a.yaml", "m.yaml"))
    file.write_text("Ticket ID,Subject,Status,Wohin,Created\n1,Shelf is empty,Open,Stock,2026-02-03 10:00\n")
    agent.write_text(AGENT.format(sets="queue: Stock"))
    mapping.write_text("columns: {Wohin: queue}\n")
    said(place, "init")
    said(place, "agents", "apply", "--without-evidence=a test", str(agent))
    text = said(place, "shadow", "run", "sorter", str(file), "--mapping", str(mapping))
    assert "It agreed with people in 1 of the 1 that count" in text


@pytest.mark.parametrize(
    ("column", "whose", "trials"),
    [
        ("", ["", "", "", ""], 4),
        (",Requester", ["Kim Ode", "kim  ode", "Bo Lane", ""], 3),
        (",Requester id", ["7", "7", "7", "8"], 2),
        (",Requester email", ["kim@quay.example", "KIM+a@quay.example", "bo@lane.example", ""], 3),
    ],
    ids=["nobody named", "by name", "by number", "by address"],
)
def test_tickets_of_one_customer_are_one_piece_of_evidence_a_day_and_those_of_nobody_are_not(
    tmp_path: Path, column: str, whose: list[str], trials: int
) -> None:
    table = rows(*[f"Medium,2026-02-03 10:00{',' * bool(column)}{name}" for name in whose], head=HEAD + column)
    _, facts = report(tmp_path, table, "queue: Stock, priority: normal")
    assert [cell["trials"] for cell in facts["cells"]] == [trials]
