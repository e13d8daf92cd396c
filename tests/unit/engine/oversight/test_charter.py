"""A charter as data and as a page: since when each level holds, what is left to people, how one asks and stops."""

from pathlib import Path

import pytest

from opsconsole.app.commands.reports.text import lines_of
from opsconsole.domain.enums import ReviewDecision
from opsconsole.engine.commands import switches
from opsconsole.engine.ladder.climb import lower_stage, promote
from opsconsole.engine.ladder.fall import demote
from opsconsole.engine.oversight.charter import charter
from opsconsole.engine.oversight.charterpage import charter_page
from opsconsole.engine.oversight.page import Page, Table
from opsconsole.engine.oversight.review import review
from opsconsole.engine.oversight.signing import sign
from opsconsole.engine.oversight.span import month_of
from tests.support.shell import AGENT
from tests.support.teampages.past import hired

TWO = (
    AGENT
    + """\
    - id: refund
      name: Refund
      steps: [{do: desk.give_credit, with: {contact_email: a@b.example, amount: 5, currency: EUR}}]
"""
)


def tables(page: Page) -> dict[str, list[tuple[str, ...]]]:
    return {
        section.title: [line.cells for line in part.lines]
        for section in page.sections
        for part in section.parts
        if isinstance(part, Table)
    }


def test_each_level_and_stage_says_which_version_set_it(tmp_path: Path) -> None:
    lowered = TWO.replace("default: 3", "default: 2")
    mixed = lowered.replace(
        "default: 2}", "default: 2, actions: {desk.reply: 3}, categories: {refund: {desk.reply: 1}}}"
    )
    shadow = mixed.replace("{default: full}", "{default: full, categories: {refund: shadow}}")
    renamed = shadow.replace("name: Mira", "name: Mira the second")
    with hired(tmp_path / "w", TWO, lowered, mixed, shadow, renamed) as session:
        told = charter(session.kernel, "mira")
        found = {(level.tool, level.category): (int(level.level), level.set_by.number) for level in told.levels}
        assert found == {
            ("desk.create_ticket", ""): (2, 2), ("desk.give_credit", ""): (2, 2), ("desk.reply", ""): (3, 3),
            ("desk.reply", "Refund"): (1, 3),
        }  # fmt: skip
        assert [(each.name, each.stands.stage.value, each.set_by.number) for each in told.categories] == [
            ("A mail", "full", 1), ("Refund", "shadow", 4),
        ]  # fmt: skip
        rows = tables(charter_page(told))
        assert ("Refund", "Shadow", "30 Nov 2026", "Nr 4, version 4: reason 4", "–") in rows["What it handles"]
        assert ("Reply", "Refund", "1 only recommends", "31 Oct 2026", "Nr 3, version 3: reason 3") in rows[
            "What it may do"
        ]


def test_a_level_that_was_changed_and_changed_back_holds_since_then(tmp_path: Path) -> None:
    other = AGENT.replace("default: 3", "default: 1")
    with hired(tmp_path / "w", AGENT, other, AGENT) as session:
        assert {level.set_by.number for level in charter(session.kernel, "mira").levels} == {3}


def test_a_category_that_is_new_holds_since_it_is_there(tmp_path: Path) -> None:
    with hired(tmp_path / "w", AGENT, TWO) as session:
        told = charter(session.kernel, "mira")
        assert [each.set_by.number for each in told.categories] == [1, 2]
        assert {level.tool: level.set_by.number for level in told.levels}["desk.give_credit"] == 2


def test_actions_that_are_alike_share_a_row_and_what_still_asks_says_why(tmp_path: Path) -> None:
    with hired(tmp_path / "w", TWO) as session:
        rows = tables(charter_page(charter(session.kernel, "mira")))["What it may do"]
    assert [cells[:3] for cells in rows] == [
        ("Inside, can be undone",), ("Create ticket", "all it handles", "3 acts alone, without evidence"),
        ("To people outside",), ("Reply", "all it handles", "3 acts alone, but asks: it cannot be undone"),
        ("Final, money",), ("Give credit", "all it handles", "3 acts alone, but asks: it moves money"),
    ]  # fmt: skip


def test_what_is_left_to_people_and_what_it_never_does(tmp_path: Path) -> None:
    rails = (
        "guardrails:\n  - {name: a, when: 'true', then: refuse, because: never on a Sunday}\n"
        "  - {name: b, when: 'true', then: ask, because: lawyers are mentioned}\n"
    )
    text = TWO.replace("{default: full}", "{default: full, categories: {refund: shadow}}") + rails
    text = text.replace("purpose: Answers.", "purpose: Answers.\n  escalation: Ask Hilde about money.")
    with hired(tmp_path / "w", text) as session:
        lines = "\n".join(lines_of(charter_page(charter(session.kernel, "mira"))))
    handles, never = (lines.partition(head)[2].partition("\n\n")[0] for head in ("TEAM HANDLES", "NEVER DOES"))
    for words in ("All of Refund", "Lawyers are mentioned.", "Ask Hilde about money.", "not sure of"):
        assert words in handles
    assert "Never on a Sunday." in never and "Lawyers" not in never and "unknown tool" in never


@pytest.mark.parametrize(
    ("level", "told"),
    [
        (3, "Yes. What it sends to people outside alone ends with: “An AI system"),
        (2, "read by a person first"),
        (1, "only recommends, and a"),
    ],
)
def test_whether_people_are_told_that_it_is_an_ai(tmp_path: Path, level: int, told: str) -> None:
    with hired(tmp_path / "w", AGENT.replace("default: 3", f"default: {level}")) as session:
        assert told in "\n".join(lines_of(charter_page(charter(session.kernel, "mira"))))


def test_an_agent_that_wants_no_line_says_no(tmp_path: Path) -> None:
    with hired(tmp_path / "w", AGENT + 'disclosure: ""\n') as session:
        assert "No: its file wants no line" in "\n".join(lines_of(charter_page(charter(session.kernel, "mira"))))


def test_what_a_step_stands_on_is_said_and_what_stands_on_nothing_too(tmp_path: Path) -> None:
    shadow = AGENT.replace("{default: full}", "{default: shadow}").replace("default: 3", "default: 2")
    with hired(tmp_path / "w", shadow) as session:
        kernel = session.kernel
        session.write(
            lambda tx: promote(
                kernel, tx, "mira", "mail_received", actor="person:Vera", reason="we need it now", without_evidence=True
            ),
            name="up",
        )
        rows = tables(charter_page(charter(kernel, "mira")))
        assert rows["What it handles"] == [
            ("A mail", "Limited", "1 Oct 2026", "Vera, version 2: without evidence: we need it now",
             "Live without evidence"),
        ]  # fmt: skip
        assert rows["What it may do"][1][2] == "2 asks first"


def test_what_was_taken_down_says_why_whatever_its_file_says(tmp_path: Path) -> None:
    cell = "mira", "mail_received", "desk.create_ticket"
    with hired(tmp_path / "w", AGENT) as session:
        kernel = session.kernel
        session.write(lambda tx: demote(kernel, tx, *cell, actor="person:Vera", reason="a doubt"), name="down")
        told = charter(kernel, "mira")
    (fallen,) = [level for level in told.levels if level.category == "A mail"]
    assert (int(fallen.level), fallen.set_by.by, fallen.set_by.number) == (2, "person:Vera", 0)
    rows = tables(charter_page(told))["What it may do"]
    assert [cells[2:] for cells in rows if cells[1:2] == ("A mail",)] == [
        ("2 asks first", "1 Oct 2026", "Vera: a doubt")
    ]


def test_the_last_and_the_next_review_are_said(tmp_path: Path) -> None:
    with hired(tmp_path / "w", AGENT, AGENT, AGENT) as session:  # at full since 1 September; it is 30 November
        kernel = session.kernel

        def said() -> tuple[str, str]:
            text = "\n".join(lines_of(charter_page(charter(kernel, "mira"))))
            last, after = (
                line for line in text.splitlines() if line.strip().startswith(("Last review", "Next review"))
            )
            return last.split("review", 1)[1].strip(), after.split("review", 1)[1].strip()

        assert said() == ("None yet", "Due on 1 October 2026")
        seen = review(kernel, "mira", month_of("2026-10"))
        session.write(
            lambda tx: sign(kernel, tx, "mira", seen.span, ReviewDecision.KEEP, actor="person:Vera", seen=seen.digest),
            name="review.sign",
        )
        assert said() == ("30 November 2026, by Vera: keep", "Due on 30 December 2026")
        session.write(
            lambda tx: lower_stage(kernel, tx, "mira", "mail_received", actor="person:Vera", reason=""), name="lower"
        )
        assert said()[1] == "No review owed: nothing of it is at full."


def test_an_agent_that_reaches_nobody_says_so_and_a_pause_is_said_first(tmp_path: Path) -> None:
    inside = AGENT[: AGENT.index("        - do: desk.reply")]
    with hired(tmp_path / "w", inside) as session:
        kernel = session.kernel
        session.write(
            lambda tx: switches.pause(kernel, tx, "category:mira/mail_received", actor="person:test", reason=""),
            name="a",
        )
        session.write(
            lambda tx: switches.pause(kernel, tx, "agent:mira", actor="person:test", reason="audit"), name="b"
        )
        page = charter_page(charter(kernel, "mira"))
    lines = "\n".join(lines_of(page))
    assert "It writes to nobody outside." in lines and page.lead == "It is paused: audit. Answers."
    assert tables(page)["What it handles"][0][1] == "Paused"


def test_forty_categories_and_a_long_history_are_one_charter(tmp_path: Path) -> None:
    many = AGENT + "".join(f"    - {{id: kind_{number}, name: Kind {number}}}\n" for number in range(40))
    with hired(tmp_path / "w", many, many.replace("Kind 7", "Kind seven")) as session:
        told = charter(session.kernel, "mira")
        assert len(told.categories) == 41 and told.in_use.number == 2
        assert len(tables(charter_page(told))["What it handles"]) == 41
        assert told.to_json()["categories"][40]["name"] == "Kind 39"
