"""What was typed wrongly on the command line, said in words."""

from datetime import UTC, datetime
from typing import Any

import typer
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from typer.core import TyperGroup

from opsconsole.engine.agents.yamltext.validationtext import in_words

LAST = 2**63 - 1
"""No row has a larger number, and no list is longer: what a whole number may be where nothing else limits it."""
LARGE = 100_000
SHOWN = 20


class GoneError(Exception):
    """Whoever read the output has gone away."""


class PlainGroup(TyperGroup):
    """All commands. A value that does not fit is told as it is in files, and not as a checker would."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was typed."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            if isinstance(cause := error.__cause__, ValidationError):
                error.message = _told(cause.errors(include_url=False)[0])
            raise
        except BrokenPipeError as error:
            # Whoever read it has enough, which is no fault: the program around this one would make exit code 1 of it.
            raise GoneError from error


def _told(fault: ErrorDetails) -> str:
    """Say what is wrong; a large limit in full, and one that only says what fits not at all."""
    most = fault.get("ctx", {}).get("le", 0)
    if fault["type"] != "less_than_equal" or most < LARGE:
        return in_words(fault)
    given = str(fault["input"])
    shown = given if len(given) <= SHOWN else f"{given[:SHOWN]}…"
    if most == LAST:
        return f"{shown!r} is larger than any number that there is here; lists show theirs"
    return f"must be {most:,.0f} or less, not {shown!r}"


def day(text: str) -> datetime:
    """Read a date as people type it; the start of that day in UTC.

    Raises:
        BadParameter: it is none.
    """
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no date; write it like 2026-03-31") from error
