"""Who changed a record, as agents look it up: every moment is a time, also one that a field was changed to."""

import pytest

from opsconsole.connectors.desk.lookups import _line  # pyright: ignore[reportPrivateUsage]

AT, KEPT = 1_796_069_325_014_390, "2026-11-30T20:08:45.014390+00:00"


@pytest.mark.parametrize(
    ("field", "now", "told"),
    [("last_activity_at", f"{AT}", KEPT), ("last_activity_at", None, None), ("phone", f"{AT}", f"{AT}")],
)
def test_a_moment_is_a_time(field: str, now: str | None, told: str | None) -> None:
    line = _line({"at": AT, "actor": "import", "field": field, "was": None, "now": now})
    assert (line["at"], line["was"], line["now"]) == (KEPT, None, told)
