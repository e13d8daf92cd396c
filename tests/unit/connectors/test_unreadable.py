"""Mails that cannot be had are named by the numbers of today, never by those of before."""

from typing import Any

from opsconsole.connectors.mail.unreadable import Unreadable
from opsconsole.doubles.clock import FakeClock


class Notes:
    """A memory that lasts as long as the test."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def get(self, key: str) -> Any:
        return self.kept.get(key)

    async def put(self, key: str, value: Any) -> None:
        self.kept[key] = value


async def test_after_a_folder_was_numbered_anew_nothing_is_said_of_the_old_numbers() -> None:
    notes = Notes()
    lost = Unreadable(notes, FakeClock(), "INBOX")
    await lost.add(1, [7])
    assert "number 7" in lost.words and "number 7" in Unreadable(notes, FakeClock(), "INBOX").words
    assert lost.due(2) == [] and lost.words == ""
    await lost.add(2, [9])
    assert "number 9" in lost.words and "7" not in lost.words.partition("in INBOX")[0]
