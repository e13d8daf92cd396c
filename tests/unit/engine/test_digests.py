"""What binds an action, a card and an effect: each part of what they stand for gives another digest."""

from typing import Any

import pytest

from opsconsole.engine.gate.digests import action_digest, card_digest, idempotency_key

KEY: dict[str, Any] = {"workspace": "w", "action_id": "1/0.0", "action": "a" * 64}
ACTION: dict[str, Any] = {"tool": "t", "fingerprint": "f", "subject": "s", "args": {"to": "ann"}, "salt": b"salt"}
CARD: dict[str, Any] = {"action": "a" * 64, "ruling_id": 1, "subject_mark": 1}


@pytest.mark.parametrize("part", KEY)
def test_another_workspace_action_or_digest_is_another_key(part: str) -> None:
    assert idempotency_key(**KEY) == idempotency_key(**KEY), "every try of one effect has the same key"
    assert idempotency_key(**KEY | {part: KEY[part] + "1"}) != idempotency_key(**KEY)


@pytest.mark.parametrize(
    ("part", "other"),
    [("tool", "u"), ("fingerprint", "g"), ("subject", "r"), ("args", {"to": "eve"}), ("args", {}), ("salt", b"other")],
)
def test_an_action_is_bound_by_every_part_of_it(part: str, other: Any) -> None:
    assert action_digest(**ACTION) == action_digest(**ACTION)
    assert action_digest(**ACTION | {part: other}) != action_digest(**ACTION)


@pytest.mark.parametrize(("part", "other"), [("action", "b" * 64), ("ruling_id", 2), ("subject_mark", 2)])
def test_a_card_is_bound_to_its_action_its_ruling_and_the_state_of_its_subject(part: str, other: Any) -> None:
    assert card_digest(**CARD) == card_digest(**CARD)
    assert card_digest(**CARD | {part: other}) != card_digest(**CARD)


def test_digests_are_those_of_every_version_before_since_they_are_kept_and_compared_for_years() -> None:
    assert action_digest(**ACTION) == "decbfeb01d6282bae0d8f12f7552009868a6d19f6c5f598ddbf55bff8155dd89"
    assert card_digest(**CARD) == "47cfbfa8322de4cfb03150f536b91bfbc1f4791765e893c8f202baa1381d0993"
    assert idempotency_key(**KEY) == "ed86317a421ecedb00ef8957baff40ec6cad3feeff8f61d044a4f6a096b1a623"
