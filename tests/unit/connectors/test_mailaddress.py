"""An address is written one way: rules read the same one that a mail goes to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.connectors.desk.tools import desk_tools
from opsconsole.connectors.mail.smtp.compose import checked_address
from opsconsole.connectors.mail.tools import mail_tools
from opsconsole.domain.action import ActionType
from opsconsole.domain.mailaddress import canonical_address
from opsconsole.engine.gate.arguments import ArgumentError, validate

REPLIES = [tool for tool in (*desk_tools(), *mail_tools("mail", arrival_s=60.0)) if tool.name.endswith(".reply")]


@pytest.mark.parametrize("kind", REPLIES, ids=lambda kind: kind.name)
@pytest.mark.parametrize("written", ["ann@RIVAL.example", "Ann@rival.example.", "ANN@Rival.Example"])
def test_case_and_the_roots_dot_hide_nobody(kind: ActionType, written: str) -> None:
    assert validate(kind, {"to": written, "text": "x"})["to"] == "ann@rival.example"


@pytest.mark.parametrize("kind", REPLIES, ids=lambda kind: kind.name)
@pytest.mark.parametrize(
    "written", ["ann@ｒival.example", "ann@ri\u200bval.example", "ann@rival。example", "a@straße.example"]
)
def test_letters_that_stand_for_others_are_refused(kind: ActionType, written: str) -> None:
    with pytest.raises(ArgumentError, match="stand for others"):
        validate(kind, {"to": written, "text": "x"})


def test_a_domain_in_its_own_letters_is_taken() -> None:
    assert canonical_address("Ann@Bücher.example") == "ann@bücher.example"


@given(st.text(max_size=12), st.text(max_size=12))
def test_what_is_taken_goes_where_it_says(left: str, right: str) -> None:
    try:
        sent = checked_address(canonical_address(f"ann@{left}rival{right}.example"))
    except Exception:
        return
    taken = canonical_address(f"ann@{left}rival{right}.example")
    assert taken == sent or (not taken.isascii() and "xn--" in sent)
