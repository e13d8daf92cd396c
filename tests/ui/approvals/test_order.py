"""Grouping and ordering what waits, and a queue of thousands: all of it is counted, listed and reached."""

import asyncio
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QPushButton

from opsconsole.app.session import opened
from opsconsole.domain.enums import ApprovalKind
from opsconsole.ui.panels.approvals.list.order import GROUPINGS, ORDERS, arrange
from opsconsole.ui.panels.approvals.list.queue import FIRST, MORE
from opsconsole.ui.panels.approvals.rows import Waiting
from tests.ui.approvals.asked import Person, Sitting, fill, ids, person_at, state_of

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MANY = FIRST + 2 * MORE + 17


def row(number: int, **changes: object) -> Waiting:
    made = Waiting(
        id=number, kind=ApprovalKind.ACTION, title=f"Request {number}", because="", about="", risk="low",
        agent_id="mira", agent="Mira",
        action=f"{number}/0.0", tool="desk.reply", category="case", args={}, amount="", asked_at=NOW, digest="",
        until=None, ends_at=NOW + timedelta(hours=number), deed="Reply",
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


ROWS = [
    row(30, risk="low", agent="Zoe", deed="Reply"),
    row(2, risk="high", agent="Ann", deed="Send a mail"),
    row(80, risk="ask", agent="Mira", deed="Question"),
    row(1, risk="medium", agent="Ann", deed="Reply", ends_at=None),
]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("oldest", [30, 2, 80, 1]), ("newest", [1, 80, 2, 30]), ("risk", [2, 1, 30, 80]), ("deadline", [2, 30, 80, 1]),
        ("kind", [80, 30, 1, 2]), ("agent", [2, 1, 80, 30]),
    ],
)  # fmt: skip
def test_each_order_is_kept_within_what_waits(order: object, expected: list[int]) -> None:
    found = arrange(ROWS, grouping="", only="", order=order, now=NOW)  # type: ignore[arg-type]
    assert [row.id for row in found.rows] == expected and found.groups == ()


@pytest.mark.parametrize(
    ("grouping", "groups", "expected"),
    [
        ("kind", [("Question", 1), ("Reply", 2), ("Send a mail", 1)], [80, 30, 1, 2]),
        ("agent", [("Ann", 2), ("Mira", 1), ("Zoe", 1)], [2, 1, 80, 30]),
        ("risk", [("High", 1), ("Medium", 1), ("Low", 1), ("Question", 1)], [2, 1, 30, 80]),
        ("deadline", [("Within a day", 1), ("Within three days", 1), ("Later", 1), ("No deadline", 1)], [2, 30, 80, 1]),
    ],
)
def test_each_grouping_counts_all_and_lists_them_together(
    grouping: object, groups: list[tuple[str, int]], expected: list[int]
) -> None:
    found = arrange(ROWS, grouping=grouping, only="", order="oldest", now=NOW)  # type: ignore[arg-type]
    assert list(found.groups) == groups and [row.id for row in found.rows] == expected
    alone = arrange(ROWS, grouping=grouping, only=groups[0][0], order="oldest", now=NOW)  # type: ignore[arg-type]
    assert alone.groups == found.groups and len(alone.rows) == groups[0][1]


def test_a_group_is_listed_alone_and_the_choice_is_remembered(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        pane, queue = seat.panel.list, seat.panel.queue
        for _ in range(list(GROUPINGS).index("risk")):
            seat.press("G")
        assert pane.grouping.currentText() == "By risk" and len(queue.rows) == 5
        (question,) = [chip for chip in pane.findChildren(QPushButton) if chip.text() == "Question  1"]
        question.click()
        assert [row.risk for row in queue.rows] == ["ask"]
        await seat.until(lambda: seat.panel.shown is not None and seat.panel.shown.is_question)
        (again,) = [
            chip for chip in pane.findChildren(QPushButton) if chip.text() == "Question  1" and not chip.isHidden()
        ]
        assert again.isChecked()
        again.click()
        assert len(queue.rows) == 5
        seat.press("O")
        assert queue.order == list(ORDERS)[1]
        memory = seat.panel.context.memory
        assert (memory.value("approvals/grouping"), memory.value("approvals/order")) == ("risk", "newest")

    person(job)


@pytest.fixture(scope="module")
def thousands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which thousands wait, all copies of one of five."""
    folder = tmp_path_factory.mktemp("thousands") / "workspace"
    asyncio.run(fill(folder))
    with opened(folder) as session:
        columns = "kind, action_id, agent_id, digest, state, subject_mark, because, expires_at"
        session.write(
            lambda tx: tx.conn.execute(
                "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)"
                f" INSERT INTO approval ({columns}, created_at) SELECT {columns}, created_at + n FROM approval, number"
                " WHERE id = 1",
                (MANY - 5,),
            ),
            name="many",
        )
    return folder


def test_thousands_are_counted_listed_and_reached(thousands: Path, tmp_path: Path, qapp: QApplication) -> None:
    folder = tmp_path / "workspace"
    shutil.copytree(thousands, folder)

    async def job(seat: Sitting) -> None:
        assert seat.panel.list.count.text() == f"{MANY:,} waiting"
        assert seat.panel.detail.place.text() == f"1 of {MANY:,}"
        await seat.until(lambda: len(ids(seat)) == MANY)
        assert len(set(ids(seat))) == MANY and seat.panel.list.model.rowCount() == MANY
        last = ids(seat)[-1]
        seat.panel.go({"approval": last})
        await seat.until(lambda: seat.panel.shown is not None and seat.panel.shown.view.id == last)
        assert seat.panel.detail.place.text() == f"{MANY:,} of {MANY:,}"
        seat.press("I")
        await seat.until(lambda: seat.panel.list.count.text() == f"{MANY - 1:,} waiting" and last not in ids(seat))
        assert (await seat.read(state_of(last))).value == "decided"

    person_at(folder, qapp)(job)


def test_a_link_by_an_agents_id_finds_it_whatever_its_name_and_batches_go_by_the_id() -> None:
    """Two agents may have one name, and neither need be like its id."""
    here = row(1, agent_id="desk-one", agent="Mira")
    there = row(2, agent_id="desk-two", agent="Mira")
    assert here.matches("desk one") and not there.matches("desk one")
    assert here.batch != there.batch
