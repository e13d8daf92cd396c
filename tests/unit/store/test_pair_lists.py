"""Pairs are chosen in SQL as they would be from all of them; only so many are read."""

import tempfile
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsconsole.domain.enums import Agreement, Severity
from opsconsole.policy.trials import AGREED
from opsconsole.store import workspace
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries.evidence import counting, sums, totals
from opsconsole.store.queries.pairlists import SAMPLED, Show, Wanted, listed, of_ids, spread, that_count
from opsconsole.store.queries.pairs import PairRow
from opsconsole.store.rows import Reader
from opsconsole.store.writes import pairs as write
from tests.support import pairdeeds
from tests.support.allpairs import cohort
from tests.support.pairdeeds import MIDNIGHT, PAIR, Deed

shows: Sequence[Show] = ("queue", "waiting", "judged", "all")
wanted = st.builds(
    Wanted,
    show=st.sampled_from(shows),
    agent=st.sampled_from([None, None, "mira", "rival", "nobody"]),
    category=st.sampled_from([None, None, "", "billing"]),
    agreement=st.sampled_from([None, None, Agreement.SAME, Agreement.MISSING]),
    severity=st.sampled_from([Severity.NONE, Severity.NONE, Severity.SEVERE]),
    ids=st.none() | st.frozensets(st.integers(1, 30), max_size=20),
    is_counting=st.booleans(),
)


def chosen(conn: Reader, wanted: Wanted) -> list[PairRow]:
    """All pairs that fit, in order."""
    every = read.pairs(conn)
    is_counting = wanted.is_counting or wanted.show == "queue"
    rows = [row for row in (cohort(conn, every) if is_counting else every) if _is_fitting(row, wanted)]
    if wanted.show == "queue":
        rows.sort(key=lambda row: (-row.severity, row.agreement in AGREED, -row.occurred_at.timestamp(), row.id))
    return rows


def _is_fitting(row: PairRow, wanted: Wanted) -> bool:
    is_asked = not row.excluded and (row.agreement not in AGREED or spread(row.id) < SAMPLED)
    return (
        wanted.agent in (None, row.agent)
        and wanted.category in (None, row.category)
        and wanted.agreement in (None, row.agreement)
        and row.severity >= wanted.severity
        and (wanted.ids is None or row.id in wanted.ids)
        and {"judged": row.said is not None, "all": True}.get(wanted.show, row.said is None)
        and (wanted.show != "queue" or is_asked)
    )


@settings(max_examples=60)
@given(pairdeeds.courses, st.lists(wanted, min_size=12, max_size=12), st.integers(1, 12))
def test_lists_are_what_all_pairs_would_give(
    course: Sequence[Sequence[Deed]], asked: Sequence[Wanted], most: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = workspace.create(Path(folder), at=MIDNIGHT, actor="person:test")
        made.database.write(pairdeeds.begin)
        for deeds in course:
            made.database.write(lambda tx, some=deeds: [pairdeeds.happen(tx, deed) for deed in some])
        conn = made.database.reader()
        for choice in asked:
            every = chosen(conn, choice)
            assert listed(conn, choice, counting(conn), 1_000) == every
            assert listed(conn, choice, counting(conn), most) == every[:most]
        _counted_ones(conn, most)
        rows = read.pairs(conn)
        kept = totals(conn)
        assert kept == {
            key: (len(some), sum(row.said is not None for row in some))
            for key in {(row.agent, row.category) for row in rows}
            if (some := [row for row in rows if (row.agent, row.category) == key])
        }
        assert list(kept) == sorted(kept)
        conn.close()
        made.close()


def _counted_ones(conn: Reader, most: int) -> None:
    """The newest that count, of all cells and of one."""
    cells = [(group, found.category) for group in counting(conn) for found in sums(conn, group)]
    for some in (cells, cells[:1]):
        names = {(group.agent, category) for group, category in some}
        rows = [
            row
            for row in cohort(conn, read.pairs(conn, newest_first=False))
            if (row.agent, row.category) in names and not row.excluded
        ]
        assert of_ids(conn, that_count(conn, some, most)) == rows[-most:]


@pytest.fixture
def seven(tmp_path: Path) -> Generator[Reader]:
    """Seven pairs of one day that agree, but for the first; number 5 is in the sample. The last is the newest."""
    made = workspace.create(tmp_path, at=MIDNIGHT, actor="person:test")
    made.database.write(pairdeeds.begin)
    for number in range(1, 8):
        verdict = Agreement.DIFFERS if number == 1 else Agreement.SAME
        at = MIDNIGHT + timedelta(hours=number)
        new = replace(PAIR, event=number, agreement=verdict, occurred_at=at)
        made.database.write(lambda tx, pair=new: write.add_pair(tx, pair, now=MIDNIGHT))
    with closing(made.database.reader()) as conn:
        yield conn
    made.close()


def test_differences_come_before_the_newer_agreements_of_the_sample(seven: Reader) -> None:
    assert [row.id for row in listed(seven, Wanted(show="queue"), counting(seven), 9)] == [1, 5]


def test_the_newest_of_a_day_are_those_that_are_taken(seven: Reader) -> None:
    (group,) = counting(seven)
    assert that_count(seven, [(group, PAIR.category)], 3) == [5, 6, 7]


def test_every_tenth_agreement_is_in_the_sample_whichever_numbers_they_have() -> None:
    for first in (1, 50_000, 3_000_000_000):
        assert sum(spread(number) < SAMPLED for number in range(first, first + 10_000)) in range(998, 1_003)
