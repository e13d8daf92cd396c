"""The table of day counts says what all pairs say, whatever happens to them and in whichever order."""

import asyncio
import tempfile
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings

from opsconsole.domain.enums import Adjudication
from opsconsole.domain.errors import DecisionError
from opsconsole.engine.ladder.standing import progress_of
from opsconsole.store import evidencedays, workspace
from opsconsole.store.database import Database
from opsconsole.store.transaction import Transaction
from opsconsole.store.workspace import Workspace
from opsconsole.store.writer import Writer
from opsconsole.store.writes import pairs as write
from tests.support import pairdeeds
from tests.support.allpairs import cells_of_all
from tests.support.files import raw
from tests.support.pairdeeds import MIDNIGHT, PAIR, Deed

NOW = MIDNIGHT + timedelta(days=3)


@pytest.fixture
def made(tmp_path: Path) -> Generator[Workspace]:
    """A workspace with versions and events, and no pair."""
    found = workspace.create(tmp_path, at=MIDNIGHT, actor="person:test")
    found.database.write(pairdeeds.begin)
    yield found
    found.close()


@settings(max_examples=60)
@given(pairdeeds.courses)
def test_the_sums_of_days_are_what_all_pairs_say(course: Sequence[Sequence[Deed]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = workspace.create(Path(folder), at=MIDNIGHT, actor="person:test")
        made.database.write(pairdeeds.begin)
        conn = made.database.reader()
        for deeds in course:
            made.database.write(lambda tx, some=deeds: [pairdeeds.happen(tx, deed) for deed in some])
            assert progress_of(conn, now=NOW) == cells_of_all(conn, now=NOW)
            for agent in ("mira", "otto", "rival", "nobody"):
                assert progress_of(conn, now=NOW, agent=agent) == cells_of_all(conn, now=NOW, agent=agent)
            assert list(evidencedays.differences(conn)) == []
        conn.close()
        made.close()
        _forget_and_migrate(Path(folder) / workspace.DATABASE)


def test_the_forecast_counts_on_the_last_four_weeks_and_not_on_a_day_more(made: Workspace) -> None:
    for number, days in enumerate((0, 27, 28), 1):
        at = MIDNIGHT - timedelta(days=days)
        new = replace(PAIR, event=number, about=f"{number}", subject=number, occurred_at=at)
        made.database.write(lambda tx, pair=new: write.add_pair(tx, pair, now=MIDNIGHT))
    with closing(made.database.reader()) as conn:
        (cell,) = progress_of(conn, now=NOW)
        assert [cell] == cells_of_all(conn, now=NOW) and cell.standing.expected
        assert cell.days == cell.standing.expected / (2 / (28 * 5 / 7))


def test_many_pairs_of_a_day_are_counted_once_a_transaction(made: Workspace) -> None:
    counted: list[str] = []

    def add(tx: Transaction) -> None:
        for number in range(1, 6):
            write.add_pair(tx, replace(PAIR, event=number, source="history"), now=MIDNIGHT)
            write.add_adjudication(
                tx, number, Adjudication.AGENT, is_repeat=False, actor="person:test", content=None, now=MIDNIGHT
            )
        tx.conn.set_trace_callback(counted.append)

    made.database.write(add)
    made.database.connection.set_trace_callback(None)
    assert len([statement for statement in counted if "INTO evidence_day" in statement]) == 1
    assert len([statement for statement in counted if "FROM pair p WHERE" in statement]) == 1
    with closing(made.database.reader()) as conn:
        assert [cell.judged for cell in progress_of(conn, now=NOW)] == [5]


def test_a_job_that_is_rolled_back_alone_leaves_no_count(made: Workspace) -> None:
    async def scene() -> None:
        writer = Writer(made.database)

        def fails(tx: Transaction) -> None:
            write.add_pair(tx, replace(PAIR, event=2, category="other"), now=MIDNIGHT)
            raise DecisionError("no")

        good = writer.write(lambda tx: write.add_pair(tx, PAIR, now=MIDNIGHT), name="good")
        found = await asyncio.gather(good, writer.write(fails, name="fails"), return_exceptions=True)
        assert isinstance(found[1], DecisionError)
        await writer.close()

    asyncio.run(scene())
    with closing(made.database.reader()) as conn:
        assert [(cell.category, cell.pairs) for cell in progress_of(conn, now=NOW)] == [("billing", 1)]
        assert list(evidencedays.differences(conn)) == []


def _forget_and_migrate(path: Path) -> None:
    """What a migration counts at once is what the writes counted bit by bit."""
    tables = ("evidence_day", "evidence_span")
    with raw(path) as conn:
        before = [conn.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
        pairdeeds.go_back_to_9(conn)
    Database(path).close()
    with raw(path) as conn:
        assert [conn.execute(f"SELECT * FROM {table}").fetchall() for table in tables] == before
