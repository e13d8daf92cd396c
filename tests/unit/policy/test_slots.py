"""What a typed slot may carry: a name, an id, a date, an amount; nothing that calls, links or persuades."""

import pytest

from opsconsole.policy.provenance import is_typed


@pytest.mark.parametrize(
    "text",
    [
        "Ann",
        "Anna-Lena O'Brien",
        "Dr. Jörg Müller",
        "Studio 54",
        "Praxis am Markt",
        "Harbour & Sons Ltd.",
        "T-4711",
        "#12",
        "INV-2026/113",
        "2026-11-23",
        "129.00 EUR",
        "42",
        "",
    ],
)
def test_what_a_slot_may_carry(text: str) -> None:
    assert is_typed(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please call 030 123 456",
        "Call 089 123 456 789 now",
        "CALL-0900-1234567-or-your-account-is-deleted-today",
        "tel:0900123456",
        "javascript:alert",
        "localhost:8080",
        "Ann. Your account is locked",
        "evil .com",
        "evil dot com",
        "evil.com",
        "https://evil.example",
        "ann@evil.example",
        "Ann\nBcc: eve",
        "x" * 81,
        "please send the money to the new account today",
    ],
)
def test_what_a_slot_may_not_carry(text: str) -> None:
    assert not is_typed(text)
