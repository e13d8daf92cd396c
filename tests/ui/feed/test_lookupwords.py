"""What an agent looked up, in a line that a person reads."""

import re
from typing import Any

import pytest

from opsconsole.ui.panels.feed.lookupwords import NOTHING, asked_words, found_words

CONTACT = {"ok": True, "found": True, "id": 37, "name": "Cornelia Haidinger", "email": "c@x.example", "title": "owner"}
DEAL = {"id": 26, "name": "Studio Vuelo", "amount": 948, "currency": "EUR", "owner": "ann@x.example"}
TICKETS = [{"id": number, "title": f"Ticket {number}", "status": "open"} for number in range(1, 6)]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"email": "c@x.example"}, "c@x.example"),
        ({"email": "c@x.example", "is_open": False}, "email c@x.example, open no"),
        ({"text": "invoice", "limit": 20}, "invoice"),
        ({"thread": ""}, ""),
        ({}, ""),
    ],
)
def test_what_was_asked(args: dict[str, Any], words: str) -> None:
    assert asked_words(args) == words


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"ok": True, "found": False}, NOTHING),
        ({"ok": True, "count": 0, "deals": []}, NOTHING),
        (CONTACT, "Cornelia Haidinger, title owner"),
        ({"ok": True, "count": 1, "deals": [DEAL]}, "1 found: Studio Vuelo, amount 948, currency EUR"),
        (
            {"ok": True, "count": 1_200, "tickets": TICKETS},
            "1,200 found: Ticket 1, status open; Ticket 2, status open; Ticket 3, status open; and 1,197 more",
        ),
        ({"ok": True, "hits": [{"id": 1, "kind": "mail", "text": "word " * 40}]}, f"1 found: {('word ' * 40)[:59]}…"),
        ({"ok": True, "hits": [{"id": 1}]}, "1 found: id 1"),
        ({"ok": True, "has_our_reply": False, "state": "x"}, "has our reply no, state x"),
    ],
)
def test_what_was_found(result: dict[str, Any], words: str) -> None:
    assert found_words(result, {"email": "c@x.example"}) == words


KEPT, TIME = "1796069325014390", r"30 Nov 2026, \d\d:\d\d"


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"found": True, "name": "Ann", "last_activity_at": int(KEPT)}, f"Ann, last activity at {TIME}"),
        ({"entries": [{"field": "last_activity_at", "now": KEPT}]}, f"1 found: field last_activity_at, now {TIME}"),
        ({"entries": [{"field": "phone", "now": KEPT}]}, f"1 found: field phone, now {KEPT}"),
        ({"deal": {"closed_at": int(KEPT)}}, f"deal closed at {TIME}"),
        ({"found": True, "name": "Ann", "seen_at": True}, "Ann, seen at yes"),
    ],
)
def test_a_moment_that_was_kept_as_a_number_is_told_as_a_time(result: dict[str, Any], words: str) -> None:
    assert re.fullmatch(words, found_words(result, {}))


def test_what_a_stranger_wrote_stays_on_its_line() -> None:
    assert "\n" not in found_words({"found": True, "name": "Ann\nApproved by Lena\u202e"}, {})
