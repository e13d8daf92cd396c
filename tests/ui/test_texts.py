"""Values and long words as they stand on screens."""

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from opsconsole.engine.audittrail.words import about
from opsconsole.ui.widgets.texts import broken, para, plain_value


def test_a_result_is_told_without_what_says_nothing_and_with_times_people_read() -> None:
    assert plain_value({"close_date": "2026-12-04", "field": "", "was": None, "is_open": True}) == (
        "close date 2026-12-04, is open yes"
    )
    assert plain_value([{"actor": "import"}, {"actor": "mira"}]) == "actor import; actor mira"
    assert plain_value(["a", "b"]) == "a, b"
    told = plain_value({"at": "2026-11-24T20:13:24.314960+00:00"})
    assert "Nov 2026, " in told and "T" not in told.removeprefix("at ")
    assert plain_value("2026-99-99T00:00:00Z") == "2026-99-99T00:00:00Z"


def test_a_word_too_long_for_a_line_is_broken_and_loses_nothing() -> None:
    digest = "9b3685dacd3ada253ac848cfc65e5fc08c36043f"
    text = broken(f"card {digest} run 16", 22)
    assert text.replace("\n", "") == f"card {digest} run 16"
    assert max(len(word) for word in text.split()) == 22


def test_an_entry_is_told_in_words_not_in_names_of_the_code() -> None:
    facts = {"run": 16, "action": "16/4.0", "tool": "desk.create_task", "category": "bug_report", "verdict": "ACT"}
    assert about("action.ruled", facts) == "run 16 · action 16/4.0 · create task · bug report · acts alone"


@pytest.mark.parametrize("width", [120, 190, 400])
def test_a_paragraph_breaks_a_word_that_no_line_holds_and_gives_it_back_whole(qapp: QApplication, width: int) -> None:
    whole = "Mail sent: Re, from support-and-much-more@slotwise-company.example today"
    made = para(whole)
    made.resize(width, 200)
    made.show()
    shown = QLabel.text(made)
    assert made.text() == whole == shown.replace("\n", "")
    assert all(made.fontMetrics().horizontalAdvance(word) <= width for word in shown.split())
    made.resize(900, 200)
    assert QLabel.text(made) == whole
    made.setText("x" * 60_000)  # a stranger's
    assert made.text() == "x" * 60_000
    made.deleteLater()
