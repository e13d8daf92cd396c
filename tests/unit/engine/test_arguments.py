"""Arguments as the schema reads them, and the sentence that says what is wrong with them."""

from datetime import datetime
from typing import Self

import pytest
from pydantic import BaseModel, ConfigDict, model_validator

from opsconsole.engine.gate.arguments import ArgumentError, validate
from tests.support.contexts import action_type


class Line(BaseModel):
    """An item of an order."""

    model_config = ConfigDict(extra="forbid")
    count: int
    note: str = "none"


class Order(BaseModel):
    """What is ordered."""

    lines: tuple[Line, ...] = ()
    to: str = ""
    at: datetime | None = None

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Self:
        if self.to == "nowhere":
            raise ValueError("it goes nowhere")
        return self


ORDER = action_type(name="shop.order", arguments=Order)


def test_arguments_are_kept_as_the_schema_reads_them_without_what_was_not_given() -> None:
    given = {"lines": [{"count": "2"}], "at": "2026-11-02T09:00:00Z"}
    assert validate(ORDER, given) == {"lines": [{"count": 2}], "at": "2026-11-02T09:00:00Z"}


def test_what_does_not_fit_is_said_with_its_place_and_what_is_wrong() -> None:
    with pytest.raises(ArgumentError) as raised:
        validate(ORDER, {"lines": [{"count": "two"}], "to": 1})
    assert str(raised.value) == (
        "shop.order cannot take these arguments: lines.0.count: Input should be a valid integer, unable to parse string"
        " as an integer; to: Input should be a valid string"
    )


def test_what_is_wrong_with_them_together_is_said_of_the_arguments() -> None:
    with pytest.raises(ArgumentError, match=r"arguments: arguments: Value error, it goes nowhere$"):
        validate(ORDER, {"to": "nowhere"})


def test_of_many_faults_the_first_four_are_told() -> None:
    with pytest.raises(ArgumentError) as raised:
        validate(ORDER, {"lines": [{}] * 6})
    assert str(raised.value).count("Field required") == 4 and "lines.3.count" in str(raised.value)
