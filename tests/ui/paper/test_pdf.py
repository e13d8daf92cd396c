"""The PDF of a page: on sheets that nothing sticks out of, rows whole, heads repeated, the same bytes whenever."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from opsconsole.engine.oversight.page import Column, Fact, Facts, Line, Lines, Page, Table
from opsconsole.ui.paper.blocks import HEIGHT, INSIDE, MARGIN, ROOM, TOP, WIDTH
from opsconsole.ui.paper.pdf import pdf_of
from opsconsole.ui.paper.sheets import Sheet, paint_sheet, sheets_of
from opsconsole.ui.paper.stamp import stamped
from opsconsole.ui.paper.tables import table_blocks
from opsconsole.ui.paper.type import LaidText
from opsconsole.ui.theme import fonts
from tests.architecture.tree import ROOT
from tests.support.teampages.pages import ARABIC, AT, COLUMNS, ENDLESS, HEBREW, HIDDEN, LONG, page, table
from tests.ui.stage import FONTS

SCALE = 10
PAGES = {
    "one of each": page(),
    "nothing": page(Lines(("Nothing came in, and nothing was finished.",))),
    "many rows": page(table(400)),
    "long texts": page(
        Lines((LONG, LONG * 9, ENDLESS)), table(30, LONG), Facts((Fact(LONG[:60], LONG * 4),)), title=LONG
    ),
    "without a break": page(table(12, ENDLESS), Lines((ENDLESS,)), title=ENDLESS[:200]),
    "right to left": page(table(12, HEBREW), Lines((ARABIC, HEBREW)), title=f"{HEBREW} {ARABIC}", lead=HIDDEN),
    "a tall row": page(table(3, LONG * 12)),
}
_WORK = """
import sys
from pathlib import Path
from opsconsole.ui.paper import pdf
from tests.support.teampages.pages import ARABIC, HEBREW, page, table
if sys.argv[1] == "raw":
    pdf.stamped = lambda data, at: data
made = page(table(3, HEBREW), table(3), title=ARABIC)
sys.stdout.buffer.write(pdf.pdf_alone(made, fonts_folder=Path("resources/fonts")))
"""


@pytest.fixture(autouse=True)
def _fonts(qapp: QApplication) -> None:  # pyright: ignore[reportUnusedFunction] - pytest uses it
    fonts.load(FONTS)


def painted(made: Page, sheets: list[Sheet], number: int) -> QImage:
    """A sheet as a picture."""
    image = QImage(int(WIDTH / SCALE), int(HEIGHT / SCALE), QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.scale(1 / SCALE, 1 / SCALE)
    paint_sheet(painter, made, sheets, number)
    painter.end()
    return image


def inked(image: QImage) -> tuple[int, int, int, int]:
    """The left, upper, right and lower edge of what is painted."""
    rows = [y for y in range(image.height()) if any(image.pixel(x, y) != 0xFFFFFFFF for x in range(image.width()))]
    columns = [x for x in range(image.width()) if any(image.pixel(x, y) != 0xFFFFFFFF for y in range(image.height()))]
    return columns[0], rows[0], columns[-1], rows[-1]


@pytest.mark.parametrize("name", list(PAGES))
def test_everything_stands_within_its_sheet(name: str) -> None:
    made = PAGES[name]
    sheets = sheets_of(made)
    for sheet in sheets:
        assert sheet and sheet[0].y == TOP
        below = TOP
        for placed in sheet:
            assert placed.y >= below - 0.01, "blocks do not overlap"
            below = placed.y + placed.block.height
        assert below <= TOP + ROOM + 0.01
    for number in range(len(sheets)):
        left, up, right, low = inked(painted(made, sheets, number))
        assert left >= MARGIN / SCALE - 1 and right <= (MARGIN + INSIDE) / SCALE + 1
        assert up >= TOP / SCALE - 1 and low < HEIGHT / SCALE - 20


def test_every_sheet_of_a_table_begins_with_its_head_and_no_heading_ends_one() -> None:
    made = page(table(1_200))
    sheets, rows = sheets_of(made), list(table_blocks(table(1_200)))
    assert len(sheets) > 20
    for sheet in sheets[1:]:
        assert sheet[0].block.head is None and sheet[1].block.head is not None
        assert sheet[0].block.height == rows[0].height
    assert rows[1].height not in (rows[0].height, rows[2].height), "a heading is known by its height"
    assert all(sheet[-1].block.height != rows[1].height for sheet in sheets), "none is the last of a sheet"
    heads = sum(
        placed.block.height == rows[0].height and placed.block.head is None for sheet in sheets for placed in sheet
    )
    assert sum(map(len, sheets)) - (len(sheets) - 1) == len(rows) + 4 + 1 and heads >= len(sheets)


@pytest.mark.parametrize("rows", range(24, 42))
def test_a_sentence_that_leads_to_a_table_stays_with_it(rows: int) -> None:
    made = page(table(rows))
    (first,) = made.sections
    section = replace(first, parts=(*first.parts, Lines(("In the rest:",), is_muted=True), table(9)))
    sheets = sheets_of(replace(made, sections=(section,)))
    head = next(iter(table_blocks(table(9)))).height
    lead = LaidText("In the rest:", "body", INSIDE).height
    for sheet in sheets:
        heights = [0.0 if sheet is sheets[0] and at < 5 else placed.block.height for at, placed in enumerate(sheet)]
        if lead in heights:
            assert heights[heights.index(lead) + 1 :][:1] == [head], "its table's head follows on the same sheet"
            return
    raise AssertionError("the sentence is on no sheet")


def test_a_row_that_is_taller_than_half_a_sheet_is_parted_between_its_lines_and_nothing_is_lost() -> None:
    rows = list(table_blocks(Table(COLUMNS, (Line((LONG * 3, "a", "b", "1")),))))[1:]
    laid = LaidText(LONG * 3, "body", (INSIDE - 300) * 0.4)
    assert len(rows) > 1 and all(row.height <= ROOM / 2 + 100 for row in rows)
    assert sum(row.height for row in rows) >= laid.height


def test_a_text_keeps_to_its_column_and_figures_stand_under_each_other() -> None:
    for text in (LONG, ENDLESS, HEBREW * 20, f"{ARABIC} " * 50):
        laid = LaidText(text, "body", 1000)
        assert laid.lines > 1 and laid.width <= 1000.5
    ones, eights = (LaidText(text, "body", 1000, is_right=True) for text in ("1,111", "8,888"))
    assert ones.width == pytest.approx(eights.width)


def test_inter_sets_it_and_right_to_left_begins_on_the_right() -> None:
    def halves(text: str) -> tuple[int, int]:
        image = painted(made := page(Lines((text,)), title="x", lead="x"), sheets_of(made), 0)
        row = sheets_of(made)[0][-1]
        ys = range(int(row.y / SCALE), int((row.y + row.block.height) / SCALE))
        dark = [x for y in ys for x in range(image.width()) if image.pixel(x, y) != 0xFFFFFFFF]
        middle = WIDTH / SCALE / 2
        return sum(x < middle for x in dark), sum(x > middle for x in dark)

    left, right = halves("Customers")
    assert left and not right
    left, right = halves(HEBREW)
    assert right and not left
    assert "Inter" in fonts.font().families()[0] and b"Inter" in pdf_of(page())


def test_the_same_page_gives_the_same_bytes_whatever_the_clock_and_its_zone() -> None:
    def made(how: str, zone: str) -> bytes:
        env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "TZ": zone}
        command = [sys.executable, "-c", _WORK, how]
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=True).stdout

    ahead, behind = made("raw", "Pacific/Kiritimati"), made("raw", "UTC")
    assert ahead != behind and len(ahead) != len(behind), "the clocks do differ, and how they are written"
    zones = ("Pacific/Kiritimati", "UTC", "UTC", "UTC", "Asia/Kathmandu")  # fonts lie in another order at each start
    once, *others = [made("as it is", zone) for zone in zones]
    assert all(other == once for other in others)
    assert b"/CreationDate (D:20261130000000Z)" in once and b'xmp:CreateDate="2026-11-30T00:00:00+00:00"' in once


def test_another_moment_or_text_is_another_file() -> None:
    files = {pdf_of(page()), pdf_of(page(title="Other")), pdf_of(page(at=datetime(2026, 11, 29, tzinfo=UTC)))}
    assert len(files) == 3 and pdf_of(page()) in files


def test_the_places_and_lengths_of_its_parts_are_told_anew() -> None:
    data = pdf_of(page(title=HEBREW))
    start = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    entries = re.findall(rb"(\d{10}) \d{5} n", data[start:])
    assert data[start:].startswith(b"xref\n0 %d\n" % (len(entries) + 1)) and len(entries) > 15
    for number, entry in enumerate(entries, 1):
        assert data[int(entry) :].startswith(b"%d 0 obj" % number)
    (told,) = re.findall(rb"/Length (\d+)\s>>\sstream\s(<\?xpacket.*?)\sendstream", data, re.DOTALL)
    assert int(told[0]) == len(told[1])


def test_what_is_no_pdf_of_qts_is_refused() -> None:
    with pytest.raises(ValueError, match="no table of its parts"):
        stamped(b"%PDF-1.4 nothing", AT)


def test_forty_categories_and_a_wide_table_are_set(tmp_path: Path) -> None:
    columns = (Column("Agent", 22), *(Column("Under way", 9, is_number=True) for _ in range(9)))
    lines = tuple(Line((f"Agent {number}", *["1,234,567"] * 9)) for number in range(40))
    made = page(Table(columns, lines))
    assert len(sheets_of(made)) == 2
    assert pdf_of(made).startswith(b"%PDF-")
