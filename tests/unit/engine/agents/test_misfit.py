"""What does not fit is said in words, never in a checker's."""

from datetime import UTC, date, datetime
from typing import Any, Literal

import pytest
from pydantic import TypeAdapter, ValidationError

from opsconsole.domain.agent import Clock, Slug, ToolName
from opsconsole.domain.enums import Level, Stage
from opsconsole.domain.mailaddress import MailAddress
from opsconsole.engine.agents.yamltext.validationtext import in_words, unreadable


def said(kind: Any, value: Any, *, include_input: bool = True) -> str:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    return in_words(caught.value.errors(include_input=include_input)[0])


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (int, "many", "must be a whole number, such as 12, not 'many'"),
        (int, 1.5, "must be a whole number, such as 12, not 1.5"),
        (int, None, "must be a whole number, such as 12; nothing stands there"),
        (float, [1], "must be a number, such as 0.5, not a list"),
        (bool, "perhaps", "must be true or false, not 'perhaps'"),
        (str, 7, "must be a text, not 7; put it in quotes"),
        (str, date(2024, 5, 1), "must be a text, not the date 2024-05-01; put it in quotes"),
        (
            int,
            datetime(2024, 5, 1, 8, tzinfo=UTC),
            "must be a whole number, such as 12, not the date 2024-05-01 08:00:00+00:00",
        ),
        (str, {"a": 1}, "must be a text, not names with values"),
        (tuple[str, ...], "main", "must be a list, such as [a, b], not 'main'"),
        (dict[str, int], True, "must be names with values, not true"),
        (Stage, "shadw", "must be one of shadow, limited, expanded, full, not 'shadw'; did you mean shadow?"),
        (Literal["refuse", "ask"], "aks", "must be one of refuse, ask, not 'aks'; did you mean ask?"),
        (Level, 9, "must be 1, 2 or 3, not 9"),
        (Clock, "7 am", 'must be a time of day in quotes, such as "07:00"'),
        (Slug, "Bug Report", "must be a short name: small letters, digits, - and _, a letter first, at most 48"),
        (ToolName, "reply", "must be a tool as `opsconsole agents words` lists them, such as desk.move_mail"),
    ],
)
def test_it_is_said_in_words(kind: Any, value: Any, words: str) -> None:
    assert said(kind, value) == words


def test_a_text_of_a_wrong_form_is_not_shown() -> None:
    assert "whsec_" not in said(MailAddress, "whsec_MfKQ9r8GKYqrTwjU")


def test_a_value_that_is_kept_back_is_not_said_to_be_missing() -> None:
    assert said(int, "hunter2", include_input=False) == "must be a whole number, such as 12"


def test_a_long_value_is_cut() -> None:
    assert len(said(int, "x" * 5_000)) < 120


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FileNotFoundError(2, "No such file or directory", "x"), "there is no such file"),
        (IsADirectoryError(21, "Is a directory", "x"), "this is a folder, not a file"),
        (PermissionError(13, "Permission denied", "x"), "it may not be read by you"),
        (OSError(5, "Input/output error", "x"), "cannot be read: Input/output error"),
        (EOFError("Compressed file ended"), "packed as .gz, and damaged; copy or export it again"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_in_words(error: Exception, words: str) -> None:
    assert unreadable(error) == words
