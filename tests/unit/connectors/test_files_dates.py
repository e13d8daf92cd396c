"""Dates as exports write them: none is dropped or shifted without a word."""

import pytest

from opsconsole.connectors.files.cells.dates import DateLook, day_habit, moment_of
from opsconsole.connectors.files.cells.zones import header_zone, zone_of


@pytest.mark.parametrize(
    ("cell", "iso"),
    [
        ("2026-01-05", "2026-01-05T00:00:00+00:00"),
        ("2026-01-05 10:00:00 +0100", "2026-01-05T09:00:00+00:00"),
        ("2026-01-05T10:00:00Z", "2026-01-05T10:00:00+00:00"),
        ("2026-01-05T10:00:00.123456+01:00", "2026-01-05T09:00:00+00:00"),
        ("2026-01-05 10:00:00 UTC", "2026-01-05T10:00:00+00:00"),
        ("2026-01-05 10:00:00 PST", "2026-01-05T18:00:00+00:00"),
        ("2026-07-05 10:00 Europe/Berlin", "2026-07-05T08:00:00+00:00"),
        ("2026/01/05 10:00:00 -0800", "2026-01-05T18:00:00+00:00"),
        ("01/25/2026 10:00 -0800", "2026-01-25T18:00:00+00:00"),
        ("05.01.2026 14:30", "2026-01-05T14:30:00+00:00"),
        ("05.01.26 14.30", "2026-01-05T14:30:00+00:00"),
        ("05/Jan/26 2:30 PM", "2026-01-05T14:30:00+00:00"),
        ("05/Jan/26 12:05 AM", "2026-01-05T00:05:00+00:00"),
        ("5. Jänner 2026 um 14:30 Uhr", "2026-01-05T14:30:00+00:00"),
        ("5 janv. 2026 14:30", "2026-01-05T14:30:00+00:00"),
        ("Jan 5, 2026", "2026-01-05T00:00:00+00:00"),
        ("Jan 5, 2026, 2:30 p.m.", "2026-01-05T14:30:00+00:00"),
        ("January 5th, 2026 at 2:30 pm", "2026-01-05T14:30:00+00:00"),
        ("5 January 2026 10:00", "2026-01-05T10:00:00+00:00"),
        ("05-Jan-2026", "2026-01-05T00:00:00+00:00"),
        ("1767607200000", "2026-01-05T10:00:00+00:00"),
        ("20260105T100000Z", "2026-01-05T10:00:00+00:00"),
        ("Mon, 5 Jan 2026 10:00:00 +0000", "2026-01-05T10:00:00+00:00"),
        ("Mon Jan 05 2026 10:00:00 GMT+0100 (CET)", "2026-01-05T09:00:00+00:00"),
        ("Mon Jan  5 10:00:00 CET 2026", "2026-01-05T09:00:00+00:00"),
    ],
)
def test_a_date_is_read_as_its_program_meant_it(cell: str, iso: str) -> None:
    found = moment_of(cell, DateLook())
    assert found is not None and (found.at.isoformat(), found.is_guess, found.unread) == (iso, False, "")


@pytest.mark.parametrize("zone", ["CST", "IST", "Local Time", "+100"])
def test_a_zone_that_means_several_is_told_and_not_dropped(zone: str) -> None:
    found = moment_of(f"2026-01-05 10:00 {zone}", DateLook())
    assert found is not None and found.unread == zone and found.at.hour == 10


@pytest.mark.parametrize("cell", ["", "soon", "2026-13-01", "31.02.2026", "2026-01-05 later", "13:70", "13/Foo/26"])
def test_what_is_no_date_is_none(cell: str) -> None:
    assert moment_of(cell, DateLook()) is None


def test_a_time_without_a_zone_has_that_of_its_table_and_a_day_stays_the_day() -> None:
    zone = zone_of("America/New_York")
    assert zone is not None
    look = DateLook(zone=zone)
    told, day, own = (moment_of(cell, look) for cell in ("2026-07-05 10:00", "2026-07-05", "2026-07-05 10:00 UTC"))
    assert told is not None and told.at.hour == 14 and not told.is_zoned
    assert day is not None and day.at.isoformat() == "2026-07-05T00:00:00+00:00"
    assert own is not None and own.at.hour == 10 and own.is_zoned


@pytest.mark.parametrize(
    ("cells", "habit"),
    [
        (["03/04/2026", "25/12/2026"], True),
        (["03/04/2026", "12/25/2026"], False),
        (["03/04/2026"], None),
        (["03.04.2026"], None),
        (["26-03-12", "13.02.2026"], None),
        (["25/03/2026", "03/25/2026"], None),
        (["2026-03-04"], None),
    ],
)
def test_a_file_shows_which_of_day_and_month_comes_first(cells: list[str], habit: bool | None) -> None:
    assert day_habit(cells) is habit


@pytest.mark.parametrize("cell", ["03/04/2026", "26-03-12"])
def test_a_date_that_can_be_read_two_ways_is_a_guess_until_somebody_says(cell: str) -> None:
    found, told = moment_of(cell, DateLook()), moment_of(cell, DateLook(is_day_first=True))
    assert found is not None and found.is_guess and told is not None and not told.is_guess


def test_a_pattern_holds_for_every_cell() -> None:
    look = DateLook(pattern="%Y.%d.%m %H:%M")
    found = moment_of("2026.05.01 10:00", look)
    assert found is not None and found.at.isoformat() == "2026-01-05T10:00:00+00:00"
    assert moment_of("2026-01-05", look) is None


def test_the_name_of_a_column_can_tell_the_zone() -> None:
    assert header_zone("Created At (UTC)") == "UTC" and header_zone("Opened [GMT+01:00]") == "GMT+01:00"
    assert header_zone("First response (in hrs)") == "" and header_zone("Created") == ""
