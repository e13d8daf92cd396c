"""Rows of a CSV file: what a stranger wrote into a cell never becomes a row of its own."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.connectors.files import open_source
from opsconsole.connectors.files.cells.rows import MAX_LINE, MAX_ROW, Place, rows_of
from opsconsole.connectors.files.row import MAX_CELL

FORGED = "9,forged,x"


def written(*cells: str) -> str:
    """Write a row as systems do that export."""
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def read(text: str) -> list[tuple[int, list[str], str]]:
    return list(rows_of(io.StringIO(text, newline=""), ","))


@pytest.mark.parametrize(
    "cell",
    [
        "log line\n" * 2_001 + FORGED + "\nend",
        "log line\r\n" * 2_001 + FORGED + '\r\na "quoted" word",\r\n' + FORGED + '\r\n"',
        ("x" * 1_000 + "\n") * (MAX_ROW // 1_000) + FORGED + "\nend",
        '"' * MAX_LINE + "\n" + FORGED + "\nend",
        "x" * (MAX_LINE - 4) + '"\n' + FORGED + "\nend",
        "\0" * MAX_LINE + "\n" + FORGED + "\nend",
    ],
    ids=["many lines", "quotes", "long", "only quotes", "a quote where it is cut", "nothing"],
)
def test_a_cell_that_cannot_be_read_ends_where_its_quote_ends(cell: str) -> None:
    got = read(written("1", cell, "x") + written("2", "second", "y"))
    assert [cells for _, cells, problem in got if not problem] == [["2", "second", "y"]]
    (bad,) = [each for each in got if each[2]]
    lines = cell.count("\n") + 1
    assert bad[0] == 1 and got[-1][0] > lines and "could not be split" in bad[2]


def test_a_quote_that_nobody_closes_takes_the_rest(tmp_path: Path) -> None:
    got = read('1,"open\n' + "z\n" * 3_000 + FORGED)
    assert len(got) == 1 and "Lines 1 to 3002" in got[0][2]


def test_a_row_of_many_long_cells_is_not_kept_whole() -> None:
    cell = ("x" * 500_000 + "\n") * 8
    got = read(written(cell, cell, cell) + written("2", "second", "y"))
    assert [bool(problem) for _, _, problem in got] == [True, False] and len(got[0][1][0]) < MAX_ROW + MAX_LINE


def test_a_long_cell_is_read_and_cut(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text(
        "Ticket ID,Subject,Status,Requester email,Description\n" + written("1", "a", "open", "a@b.c", "x" * 500_000)
    )
    (got,) = open_source(path).records()
    assert got.problems == () and got.fields["description"] == "x" * MAX_CELL


@given(st.text(alphabet=',"\r\na'), st.sampled_from([-1, 1, 2, 3]))
def test_a_row_ends_where_the_csv_module_ends_it(text: str, size: int) -> None:
    text = text if size < 0 else text.replace("\r", "")
    stream = io.StringIO(text, newline="")
    reader = csv.reader(iter(stream.readline, ""))
    pieces = io.StringIO(text, newline="")
    for _ in reader:
        place = Place(",")
        while not place.is_over and (piece := pieces.readline(size)):
            place.pass_over(piece)
        assert pieces.tell() == stream.tell()
