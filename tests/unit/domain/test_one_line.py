"""What others named cannot pass for a line of ours."""

from opsconsole.domain.errors import NotFoundError
from opsconsole.domain.naming import one_line


def test_what_cannot_be_seen_is_written_out() -> None:
    assert one_line("a\nb\r\x1b[2J\u202e\u2028\ud83d\t") == "a\\nb\\r\\x1b[2J\\u202e\\u2028\\ud83d\\t"
    assert one_line("12\u00a0€ für “ö”\u202f😀") == "12\u00a0€ für “ö”\u202f😀"


def test_what_is_not_there_is_told_on_one_line() -> None:
    error = NotFoundError("No agent a\nb is in use.", hint="`opsconsole agents versions a\nb`")
    assert str(error) == "No agent a\\nb is in use." and "\n" not in error.hint
