"""The case store: search from any text, within a scope, as of a time."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.store.cases import READ_BUDGET, add_case, iter_cases, nearest, retire_case
from opsconsole.store.database import migrations


@pytest.fixture
def conn() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as opened:
        opened.executescript(dict(migrations())[3])
        yield opened


def add(conn: sqlite3.Connection, text: str, *, scope: str = "desk", at: int = 0) -> int:
    return add_case(conn, scope=scope, category="c", text=text, source="person", occurred_at=at, created_at=at)


def test_nearest_first(conn: sqlite3.Connection) -> None:
    add(conn, "the invoice is late")
    best = add(conn, "the parcel is lost")
    hits = nearest(conn, "lost parcels", scope="desk", limit=5)
    assert [hit.case_id for hit in hits] == [best]
    assert hits[0].text == "the parcel is lost"


def test_equal_ones_by_id(conn: sqlite3.Connection) -> None:
    ids = [add(conn, "lost parcel") for _ in range(5)]
    assert [hit.case_id for hit in nearest(conn, "parcel", scope="desk", limit=5)] == ids


def test_scopes_are_apart(conn: sqlite3.Connection) -> None:
    add(conn, "lost parcel", scope="desk-2")
    assert nearest(conn, "lost parcel", scope="desk", limit=5) == []
    assert list(iter_cases(conn, "desk")) == []


def test_as_of_sees_what_was_known_then(conn: sqlite3.Connection) -> None:
    old, new = add(conn, "lost parcel", at=10), add(conn, "lost parcel", at=20)
    assert retire_case(conn, old, retired_at=30)
    assert not retire_case(conn, old, retired_at=31)

    def seen(as_of: int | None) -> list[int]:
        hits = [hit.case_id for hit in nearest(conn, "parcel", scope="desk", limit=5, as_of=as_of)]
        assert hits == [case.case_id for case in iter_cases(conn, "desk", as_of=as_of)]
        return hits

    assert [seen(10), seen(11), seen(25), seen(31), seen(None)] == [[], [old], [old, new], [new], [new]]


def test_the_index_follows_changes(conn: sqlite3.Connection) -> None:
    case_id = add(conn, "lost parcel")
    conn.execute("UPDATE cases SET text = 'late invoice' WHERE id = ?", (case_id,))
    assert nearest(conn, "parcel", scope="desk", limit=5) == []
    assert len(nearest(conn, "invoice", scope="desk", limit=5)) == 1
    conn.execute("DELETE FROM cases")
    assert nearest(conn, "invoice", scope="desk", limit=5) == []
    conn.execute("INSERT INTO cases_text (cases_text) VALUES ('integrity-check')")


def test_common_words_give_way_to_rare_ones(conn: sqlite3.Connection) -> None:
    for _ in range(READ_BUDGET + 1):
        add(conn, "the card")
    rare = add(conn, "the zebra")
    assert [hit.case_id for hit in nearest(conn, "the zebra card", scope="desk", limit=3)] == [rare]
    assert len(nearest(conn, "the card", scope="desk", limit=3)) == 3


def test_a_megabyte_is_no_trouble(conn: sqlite3.Connection) -> None:
    add(conn, "lost parcel")
    assert nearest(conn, "parcel " * 150_000, scope="desk", limit=5)


@given(text=st.text())
def test_any_text_is_a_query(text: str) -> None:
    with closing(sqlite3.connect(":memory:")) as conn:
        conn.executescript(dict(migrations())[3])
        add(conn, "lost parcel")
        assert len(nearest(conn, text + ' "parcel', scope="desk", limit=5)) <= 1
